"""The product with the settings of a real site, on a PostgreSQL and a Redis of its own that are thrown away."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from waba_inbox.local import embedded
from waba_inbox.local.folder import ROOT, data_folder, held, own_secrets
from waba_inbox.local.processes import CannotStart, Program, Supervisor, last_line
from waba_inbox.local.run import Site, fetch, product, start_simulator

DATABASE = "waba_bench"
PATIENCE = 300.0


@dataclass(frozen=True, slots=True)
class Standing:
    boss: Supervisor
    site: Site
    programs: dict[str, Program]
    started: set[str] = field(default_factory=set)

    @property
    def web(self) -> str:
        return f"http://127.0.0.1:{self.site.port}"

    def start(self, *names: str) -> None:
        for name in names:
            if name not in self.started:
                self.started.add(name)
                self.boss.start(self.programs[name])
        if "web" in names:
            self.until(lambda: fetch(f"{self.web}/healthz")[0] == 200, "the web process")

    def until(self, is_so: Callable[[], bool], what: str, *, every: float = 0.02) -> None:
        """Ask until it is so. `every`: seconds between two questions, which cost what is measured."""
        until = time.monotonic() + PATIENCE
        while not is_so():
            if time.monotonic() > until:
                raise CannotStart(f"Waited too long for {what}; see {self.site.folder / 'logs'}")
            self.boss.pause(every)

    def control(self, path: str, **data: Any) -> Any:
        address = f"http://127.0.0.1:{self.site.simulator_port}/control/{path}"
        answer = requests.post(address, json=data, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def truth(self) -> list[dict[str, Any]]:
        address = f"http://127.0.0.1:{self.site.simulator_port}/control/truth"
        found: list[dict[str, Any]] = requests.get(address, timeout=60).json()["messages"]
        return found

    def run(self, name: str, *words: str, **env: str) -> None:
        step = self.site.python(name, *words, **env)
        if self.boss.run(step) != 0:
            raise CannotStart(f"{name} failed: {last_line(step.log)} (see {step.log})")

    def memory(self, name: str) -> list[float]:
        """Resident megabytes of a program's processes, the parent first."""
        pids = family(self.boss.pid(name))
        return [resident(pid) for pid in pids]

    def processor(self, name: str) -> float:
        """Seconds of processor time that a program's processes have taken so far."""
        return sum(processor_seconds(pid) for pid in family(self.boss.pid(name)))


def processor_seconds(pid: int) -> float:
    """User and system, of the process and of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[11:15]) / os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in family(int(child)))]


def resident(pid: int) -> float:
    with open(f"/proc/{pid}/status") as lines:
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


@contextmanager
def standing() -> Iterator[Standing]:
    """Nothing of the product runs yet but PostgreSQL (which waits for its disk), Redis and the simulator."""
    folder = data_folder(os.environ.get("BENCH_DATA_DIR") or str(ROOT / ".data" / "bench"))
    with held(folder, what="bin/bench"), ExitStack() as stack:
        for old in ("postgres", "redis", "static"):
            shutil.rmtree(folder / old, ignore_errors=True)
        for old_state in folder.glob("simulator.sqlite*"):
            old_state.unlink()
        boss = stack.enter_context(Supervisor(say=lambda words: print(words, file=sys.stderr)))
        plain, logs = dict(os.environ), folder / "logs"
        server = embedded.postgres(
            boss, folder=folder / "postgres", log=logs / "postgres.log", env=plain
        )
        database = embedded.with_name(stack.enter_context(server), DATABASE)
        embedded.ensure_database(database)
        cache = embedded.start_redis(
            boss,
            folder=folder / "redis",
            log=logs / "redis.log",
            port=embedded.free_port(),
            env=plain,
        )
        site = Site(folder, "127.0.0.1", embedded.free_port(), embedded.free_port(), {})
        site.env.update(plain, **_settings(site, database=database, cache=cache))
        found = Standing(boss, site, {program.name: program for program in product(site)})
        start_simulator(boss, site)
        found.run("setup", "waba_inbox.local.prepare", str(folder / "demo.txt"))
        try:
            yield found
        finally:
            stack.callback(shutil.rmtree, folder / "postgres", ignore_errors=True)


def _settings(site: Site, *, database: str, cache: str) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "waba_inbox.settings",
        "DEBUG": "0",
        "HTTPS": "0",
        "DEMO": "0",
        "PUBLIC_URL": f"http://127.0.0.1:{site.port}",
        "ALLOWED_HOSTS": "127.0.0.1,testserver",
        "DATABASE_URL": database,
        "REDIS_URL": cache,
        "BROKER_URL": cache,
        "GRAPH_URL": f"http://127.0.0.1:{site.simulator_port}",
        "DATA_DIR": str(site.folder),
        "STATIC_ROOT": str(site.folder / "static"),
        **own_secrets(site.folder),
    }


def load(module: str, *words: str) -> str:
    """Run a load generator in a process of its own; what it prints."""
    command = [sys.executable, "-m", module, *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CannotStart(f"{module} failed: {done.stderr.strip().splitlines()[-1:]}")
    return done.stdout
