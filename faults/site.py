"""The product as it runs at a company, with hands on its plugs. Everything is a real process; nothing is pretended."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import redis
import requests

from faults.wire import Wire
from waba_inbox.local import embedded
from waba_inbox.local.folder import ROOT, held, own_secrets
from waba_inbox.local.processes import CannotStart, Program, Supervisor, last_line
from waba_inbox.local.run import Site, fetch, product

CLOCK: Final = ROOT / "faults" / "clock"
# Meta's clock begins so far behind ours: then webhooks can be hours late, and nobody gets mail from the future.
BEHIND: Final = 5 * 3600.0
DEPLOYED: Final = ("web", "worker-intake", "worker-delivery", "beat")


@dataclass(slots=True)
class Standing:
    boss: Supervisor
    site: Site
    wire: Wire
    programs: dict[str, Program]
    owns_postgres: bool
    patience: float
    second: list[Program] = field(default_factory=list)
    leaving: dict[str, int] = field(default_factory=dict)

    @property
    def web(self) -> str:
        return f"http://127.0.0.1:{self.site.port}"

    @property
    def media(self) -> Path:
        return Path(self.site.env["MEDIA_ROOT"])

    def until(self, is_so: Callable[[], bool], what: Callable[[], str]) -> None:
        """Wait for it, and start again what has died, as an orchestrator does. Raises with what is still missing."""
        until = time.monotonic() + self.patience
        while not is_so():
            if time.monotonic() > until:
                raise CannotStart(f"{what()} after {self.patience:.0f} s; see {self.site.folder}")
            self.boss.tend()
            self.boss.pause(0.5)

    # --- Meta ----------------------------------------------------------------------------------------

    def control(self, path: str, /, **data: Any) -> Any:
        address = f"http://127.0.0.1:{self.site.simulator_port}/control/{path}"
        answer = requests.post(address, json=data, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def ask_meta(self, path: str) -> Any:
        address = f"http://127.0.0.1:{self.site.simulator_port}/control/{path}"
        answer = requests.get(address, timeout=120)
        answer.raise_for_status()
        return answer.json()

    def calm(self, name: str) -> None:
        """End one fault of the simulator."""
        address = f"http://127.0.0.1:{self.site.simulator_port}/control/faults"
        requests.delete(address, params={"name": name}, timeout=60).raise_for_status()

    # --- plugs ---------------------------------------------------------------------------------------

    def wipe_redis(self) -> None:
        with contextlib.suppress(redis.RedisError):  # it may be down just now: emptier it cannot be
            redis.Redis.from_url(self.site.env["REDIS_URL"], socket_timeout=2).flushall()

    def signal(self, name: str, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.boss.pid(name), number)

    def deploy(self) -> None:
        """SIGTERM for all, and time to finish what is in hand; each is started again once it has ended."""
        self.leaving = {name: self.boss.pid(name) for name in DEPLOYED}
        for name in DEPLOYED:
            self.signal(name, signal.SIGTERM)

    def end_patience(self) -> None:
        """What has not ended by now is killed, as an orchestrator does."""
        for name, pid in self.leaving.items():
            if self.boss.pid(name) == pid:
                self.boss.kill(name)

    def move_clock(self, seconds: float) -> None:
        (self.site.folder / "clock").write_text(str(seconds))

    def start_twins(self) -> None:
        """A second worker of each kind."""
        for name in ("worker-intake", "worker-delivery"):
            one = self.programs[name]
            words = tuple(word.replace("@%h", "-2@%h") for word in one.command)
            twin = replace(one, name=f"{name}-2", command=words, log=self.site.log(f"{name}-2"))
            if twin.name not in {known.name for known in self.second}:
                self.second.append(twin)
                self.boss.start(twin)

    def stop_twins(self) -> None:
        """With -9: what they have in hand is theirs to lose."""
        for twin in self.second:
            self.boss.forget(twin.name)
        self.second.clear()


@contextmanager
def standing(
    folder: Path, *, database: str = "", say: Callable[[str], None], patience: float
) -> Iterator[Standing]:
    """The whole product on servers of its own; with `database`, on that one, which is not killed."""
    folder.mkdir(parents=True, exist_ok=True)
    plain, logs = dict(os.environ), folder / "logs"
    with ExitStack() as stack:
        stack.enter_context(held(folder, what="bin/faults"))
        _clear(folder)
        boss = stack.enter_context(Supervisor(say=say, patience=1.0))
        owns_postgres = not database
        if owns_postgres:
            server = embedded.postgres(
                boss, folder=folder / "postgres", log=logs / "postgres.log", env=plain
            )
            database = embedded.with_name(stack.enter_context(server), "waba_faults")
            embedded.ensure_database(database)
        cache = embedded.start_redis(
            boss,
            folder=folder / "redis",
            log=logs / "redis.log",
            port=embedded.free_port(),
            env=plain,
        )
        site = Site(folder, "127.0.0.1", embedded.free_port(), embedded.free_port(), {})
        assert site.simulator_port is not None
        wire = Wire(target=site.simulator_port)
        stack.callback(wire.close)
        site.env.update(plain, **_settings(site, wire=wire, database=database, cache=cache))
        if owns_postgres:  # else whoever gave the database reads what is encrypted in it, too
            site.env.update(own_secrets(site.folder))
        _start_meta(boss, site)
        if owns_postgres:
            step = site.python("setup", "waba_inbox.local.prepare", str(folder / "demo.txt"))
            if boss.run(step) != 0:
                raise CannotStart(f"The set-up failed: {last_line(step.log)} (see {step.log})")
        programs = {program.name: program for program in product(site)}
        yield Standing(boss, site, wire, programs, owns_postgres, patience)


def _clear(folder: Path) -> None:
    """Nothing of an earlier run, not even of one that was killed and has left its small disk behind."""
    if os.path.ismount(folder / "media"):
        subprocess.run(["umount", "-l", str(folder / "media")], check=False)
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.suffix != ".lock":
            path.unlink()
    for name in ("logs", "media", "metrics", "static"):
        (folder / name).mkdir()


def start_product(standing: Standing) -> None:
    """Web, workers and beat, with a clock that can be moved."""
    for program in standing.programs.values():
        standing.boss.start(program)
    address = f"{standing.web}/healthz"
    standing.until(lambda: fetch(address)[0] == 200, lambda: "the web does not answer")


def _start_meta(boss: Supervisor, site: Site) -> None:
    (site.folder / "meta-clock").write_text(str(-BEHIND))
    webhook = f"http://127.0.0.1:{site.port}/webhooks/whatsapp/"
    words = ["simulator", "--port", str(site.simulator_port), "--webhook", webhook]
    boss.start(site.python("simulator", *words, CLOCK_FILE=str(site.folder / "meta-clock")))
    address = f"http://127.0.0.1:{site.simulator_port}/healthz"
    if not boss.wait_until(lambda: fetch(address)[0] == 200, seconds=60, name="simulator"):
        raise CannotStart(f"The simulator did not start (see {site.log('simulator')})")


def _settings(site: Site, *, wire: Wire, database: str, cache: str) -> dict[str, str]:
    (site.folder / "clock").write_text("0")
    path = os.pathsep.join(filter(None, [str(CLOCK), os.environ.get("PYTHONPATH", "")]))
    return {
        "DJANGO_SETTINGS_MODULE": "waba_inbox.settings",
        "DEBUG": "1",  # no static files to collect; nothing else that is struck depends on it
        "DEMO": "0",
        "PUBLIC_URL": f"http://127.0.0.1:{site.port}",
        "ALLOWED_HOSTS": "127.0.0.1,testserver",
        "DATABASE_URL": database,
        "REDIS_URL": cache,
        "BROKER_URL": cache,
        "GRAPH_URL": f"http://127.0.0.1:{wire.port}",
        "DATA_DIR": str(site.folder),
        "MEDIA_ROOT": str(site.folder / "media"),
        "STATIC_ROOT": str(site.folder / "static"),
        "UNKNOWN_AFTER_SECONDS": "30",
        "PYTHONPATH": path,
        "CLOCK_FILE": str(site.folder / "clock"),
        "PYTHONUNBUFFERED": "1",
    }


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()
