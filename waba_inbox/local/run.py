"""`bin/run`: everything of the product on this machine, until Ctrl-C."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
import urllib.error
import urllib.request
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from waba_inbox.local import embedded
from waba_inbox.local.folder import (
    ROOT,
    data_folder,
    dotenv,
    held,
    own_secrets,
    write_privately,
)
from waba_inbox.local.processes import CannotStart, Program, Stopping, Supervisor, last_line

READY_SECONDS = 90


@dataclass(frozen=True, slots=True)
class Site:
    """Where this copy lives, and what its processes are told."""

    folder: Path
    host: str
    port: int
    simulator_port: int | None
    env: dict[str, str]

    def log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"

    def python(self, name: str, *words: str, **env: str) -> Program:
        """A Python program of this project, with a fresh log."""
        self.log(name).unlink(missing_ok=True)
        return Program(
            name=name,
            command=(sys.executable, "-m", *words),
            env={**self.env, **env},
            log=self.log(name),
        )


def port_of(env: dict[str, str], name: str, default: int) -> int:
    text = env.get(name, "").strip() or str(default)
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise CannotStart(f"{name} must be a port between 1 and 65535, not {text!r}")
    return int(text)


def require_free(host: str, port: int, *, name: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            raise CannotStart(
                f"Port {port} cannot be used ({problem.strerror}); choose another: {name}={port + 100} bin/run"
            ) from None


def site_from(environment: dict[str, str]) -> Site:
    env = {**dotenv(), **environment}
    port = port_of(env, "PORT", 8000)
    host = env.get("HOST") or "127.0.0.1"
    require_free(host, port, name="PORT")
    env.setdefault("DEBUG", "1")
    is_demo = env.get("DEMO", env["DEBUG"]).lower() in ("1", "true", "yes", "on")
    simulator_port = None
    if is_demo and not env.get("GRAPH_URL"):
        simulator_port = port_of(env, "SIMULATOR_PORT", port + 1)
        require_free(host, simulator_port, name="SIMULATOR_PORT")
        env["GRAPH_URL"] = f"http://127.0.0.1:{simulator_port}"
    folder = data_folder(env.get("DATA_DIR") or str(ROOT / ".data"))
    given = {name: value for name, value in env.items() if value}
    return Site(
        folder=folder,
        host=host,
        port=port,
        simulator_port=simulator_port,
        env={
            "PUBLIC_URL": f"http://localhost:{port}",
            "SESSION_COOKIE_NAME": f"session_{port}",  # a cookie belongs to a host, not to a port
            "CSRF_COOKIE_NAME": f"csrf_{port}",
            "DJANGO_SETTINGS_MODULE": "waba_inbox.settings",
            **own_secrets(folder),
            **given,
            "DATA_DIR": str(folder),
            "PYTHONUNBUFFERED": "1",
        },
    )


def start_services(boss: Supervisor, site: Site, stack: ExitStack) -> None:
    """PostgreSQL and Redis, unless addresses of real ones are given; their addresses go into the environment."""
    env = site.env
    if not env.get("DATABASE_URL"):
        server = embedded.postgres(
            boss, folder=site.folder / "postgres", log=site.log("postgres"), env=dict(os.environ)
        )
        env["DATABASE_URL"] = embedded.with_name(stack.enter_context(server), "waba_inbox")
    embedded.ensure_database(env["DATABASE_URL"])
    if not env.get("REDIS_URL"):
        env["REDIS_URL"] = embedded.start_redis(
            boss,
            folder=site.folder / "redis",
            log=site.log("redis"),
            port=embedded.free_port(site.port + 2),
            env=dict(os.environ),
        )
    elif not embedded.redis_answers(env["REDIS_URL"]):
        raise CannotStart("The Redis of REDIS_URL does not answer")


def start_simulator(boss: Supervisor, site: Site) -> None:
    webhook = f"http://127.0.0.1:{site.port}/webhooks/whatsapp/"
    state = site.folder / "simulator.sqlite"
    words = ["simulator", "--host", site.host, "--port", str(site.simulator_port)]
    words += ["--webhook", webhook, "--state", str(state)]
    boss.start(site.python("simulator", *words))
    address = f"http://127.0.0.1:{site.simulator_port}/healthz"
    if not boss.wait_until(lambda: fetch(address)[0] == 200, seconds=30, name="simulator"):
        log = site.log("simulator")
        raise CannotStart(f"The simulator did not start: {last_line(log)} (see {log})")


def prepare(boss: Supervisor, site: Site) -> str:
    """Words, database and demo; gives what the demo says of itself."""
    words = site.folder / "demo.txt"
    step = site.python("setup", "waba_inbox.local.prepare", str(words))
    if boss.run(step) != 0:
        raise CannotStart(f"The set-up failed: {last_line(step.log)} (see {step.log})")
    return words.read_text().rstrip()


def note_environment(site: Site) -> None:
    """So that `bin/manage` speaks to this copy."""
    own = {name: value for name, value in site.env.items() if os.environ.get(name) != value}
    write_privately(site.folder / "running.json", own)


def start_product(boss: Supervisor, site: Site) -> None:
    for program in product(site):
        boss.start(program)
    _ring_for_a_heartbeat(site.env)


def product(site: Site) -> list[Program]:
    """The processes of the product itself: web, the workers, beat."""
    cores = str(os.cpu_count() or 1)
    metrics = site.folder / "metrics"
    shutil.rmtree(metrics, ignore_errors=True)
    metrics.mkdir()
    web = ["uvicorn", "waba_inbox.asgi:application", "--host", site.host, "--port", str(site.port)]
    web += ["--workers", cores, "--loop", "uvloop", "--http", "httptools", "--no-server-header"]
    web += ["--no-access-log", "--log-level", "warning", "--timeout-graceful-shutdown", "2"]
    worker = ["celery", "-A", "waba_inbox", "worker", "--loglevel", "INFO"]
    worker += ["--without-gossip", "--without-mingle"]
    intake = [*worker, "-n", "intake@%h", "-Q", "intake", "-P", "prefork", "-c", cores]
    rest = [*worker, "-n", "delivery@%h", "-Q", "delivery,default", "-P", "threads", "-c", "64"]
    schedule = site.folder / "beat-schedule"
    beat = ["celery", "-A", "waba_inbox", "beat", "--loglevel", "INFO", "-s", str(schedule)]
    return [
        site.python("web", *web, PROMETHEUS_MULTIPROC_DIR=str(metrics)),
        site.python("worker-intake", *intake),
        site.python("worker-delivery", *rest, DATABASE_POOL="66"),
        site.python("beat", *beat, "--pidfile="),
    ]


def _ring_for_a_heartbeat(env: dict[str, str]) -> None:
    """Beat rings only after its first ten seconds; the site is not ready before a worker has answered."""
    os.environ.update(env)
    from waba_inbox.celery import app

    app.send_task("events.tasks.heartbeat")


def fetch(address: str) -> tuple[int, str]:
    """Status and body; 0 if nobody answers."""
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 (our own address)
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as problem:
        return problem.code, problem.read().decode(errors="replace")
    except OSError:
        return 0, ""


def wait_until_ready(boss: Supervisor, site: Site) -> None:
    address = f"http://127.0.0.1:{site.port}/readyz"

    def is_ready() -> bool:
        boss.tend()
        if broken := boss.hopeless(after=3):
            reason = last_line(broken.log)
            raise CannotStart(f"{broken.name} does not start: {reason} (see {broken.log})")
        return fetch(address)[0] == 200

    if boss.wait_until(is_ready, seconds=READY_SECONDS, every=0.5):
        return
    _status, body = fetch(address)
    logs = site.folder / "logs"
    missing = _missing(body) or f"the web process says {last_line(site.log('web'))!r}"
    raise CannotStart(f"Not ready after {READY_SECONDS} s: {missing} (see {logs}/*.log)")


def _missing(body: str) -> str:
    """What /readyz misses; nothing if it does not answer as it should."""
    try:
        checks = json.loads(body)["checks"]
    except (ValueError, KeyError, TypeError):
        return ""
    return "; ".join(f"{name}: {found}" for name, found in checks.items() if found != "ok")


def report(site: Site, *, demo: str) -> str:
    lines = ["", "WABA Inbox is running.", "", f"  Inbox   {site.env['PUBLIC_URL']}/"]
    if site.simulator_port:
        phone = f"http://localhost:{site.simulator_port}/phone"
        lines.append(f"  Phone   {phone}  (write as a customer)")
    if demo:
        lines += ["", *(f"  {line}".rstrip() for line in demo.splitlines())]
    lines += ["", f"  Logs    {_short(site.folder / 'logs')}/", f"  Data    {_short(site.folder)}/"]
    lines += (
        [f"  psql    {site.env['DATABASE_URL']}"]
        if "postgres@/" in site.env["DATABASE_URL"]
        else []
    )
    lines += [f"  Redis   {site.env['REDIS_URL']}"] if "127.0.0.1" in site.env["REDIS_URL"] else []
    lines += ["  Doctor  bin/manage doctor"]
    return "\n".join([*lines, "", "  Ctrl-C stops everything; the data stay.", ""])


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def say(words: str) -> None:
    print(words, flush=True)  # noqa: T201


def main() -> int:
    os.chdir(ROOT)
    try:
        site = site_from(dict(os.environ))
        with held(site.folder, what="bin/run"), ExitStack() as stack:
            boss = stack.enter_context(Supervisor(say=say))
            say("Starting …")
            start_services(boss, site, stack)
            if site.simulator_port:
                start_simulator(boss, site)
            demo = prepare(boss, site)
            note_environment(site)
            start_product(boss, site)
            wait_until_ready(boss, site)
            say(report(site, demo=demo))
            boss.watch()
            say("\nStopping …")
    except Stopping:
        say("\nStopped.")
        return 130
    except CannotStart as problem:
        print(problem, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
