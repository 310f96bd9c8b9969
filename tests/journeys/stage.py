"""The whole product on a stage: web and workers as processes, a Redis of their own, Meta played in this process."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import redis
from celery import Celery
from django.db import connection

from simulator.testing import SimulatorServer
from waba_inbox.local import embedded
from waba_inbox.local.processes import Supervisor
from waba_inbox.local.run import Site, fetch, product

PROGRAMS = ("web", "worker-intake", "worker-delivery")
QUEUES = ("intake", "delivery", "default")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stage:
    """What a journey may do to the product besides using it."""

    def __init__(self, boss: Supervisor, site: Site, meta: SimulatorServer) -> None:
        self.boss = boss
        self.meta = meta
        self.media = site.folder / "media"  # where its web server looks for files
        self.url = f"http://127.0.0.1:{site.port}"
        self._broker = site.env["BROKER_URL"]
        self._programs = {program.name: program for program in product(site)}

    def start(self, *names: str) -> None:
        for name in names:
            self.boss.start(self._programs[name])
        self._until_it_answers()
        if set(names) - {"web"}:
            self._until_they_work()

    def ring(self, task: str, *, queue: str = "default") -> None:
        """What the clock would ring for; there is none on the stage, so that nothing happens by chance."""
        with Celery("clock", broker=self._broker, set_as_current=False) as clock:
            clock.send_task(task, queue=queue, ignore_result=True)

    def rest(self) -> None:
        """Until nobody works any more: then the tables can be emptied without two waiting for each other."""
        self.boss.wait_until(self._rests, seconds=60, every=0.2)
        connection.close()  # what this thread holds must not stand in the way either

    def _is_nothing_queued(self) -> bool:
        with redis.Redis.from_url(self._broker) as broker:
            return not any(broker.llen(queue) for queue in QUEUES)

    def _rests(self) -> bool:
        if not self._is_nothing_queued():
            return False
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
                " AND (state <> 'idle' OR state_change > now() - interval '0.3 s')"
            )
            return bool(cursor.fetchone()[0] == 0)

    def kill_web(self) -> None:
        """As a crash would: sockets break, nobody says goodbye."""
        self.boss.kill("web")

    def start_web(self) -> None:
        self.start("web")

    def _until_it_answers(self) -> None:
        answers = self.boss.wait_until(
            lambda: fetch(f"{self.url}/healthz")[0] == 200, seconds=120, name="web"
        )
        assert answers, "the web server did not start"

    def _until_they_work(self) -> None:
        """A worker needs longer than the web to start: what a journey does meanwhile would wait for it."""
        for queue in QUEUES:
            self.ring("events.tasks.heartbeat", queue=queue)
        assert self.boss.wait_until(self._is_nothing_queued, seconds=120), "no worker took a task"


@contextmanager
def standing(folder: Path, meta: SimulatorServer) -> Iterator[Stage]:
    """Everything runs inside; nothing is left after."""
    kept = {number: signal.getsignal(number) for number in SIGNALS}
    (folder / "logs").mkdir()
    with Supervisor(say=print, patience=1.0) as boss:
        port = embedded.free_port()
        cache = embedded.start_redis(
            boss,
            folder=folder / "redis",
            log=folder / "logs" / "redis.log",
            port=embedded.free_port(),
            env=dict(os.environ),
        )
        env = dict(os.environ) | {
            "DEBUG": "1",
            "DATABASE_URL": database_url(),
            "REDIS_URL": cache,
            "BROKER_URL": cache,
            "DATA_DIR": str(folder),
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "GRAPH_URL": meta.url,
        }
        stage = Stage(boss, Site(folder, "127.0.0.1", port, 0, env), meta)
        stage.start(*PROGRAMS)
        yield stage
    for number, handler in kept.items():
        signal.signal(number, handler)


def database_url() -> str:
    """The database of this test run, for other processes."""
    where = connection.settings_dict
    user = quote(where["USER"]) + (f":{quote(where['PASSWORD'])}" if where["PASSWORD"] else "")
    port = f"&port={where['PORT']}" if where["PORT"] else ""
    host = quote(where["HOST"] or "localhost", safe="")
    return f"postgresql://{user}@/{where['NAME']}?host={host}{port}"
