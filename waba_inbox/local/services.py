"""A throw-away PostgreSQL and Redis for one command, beside whatever else is running here.

`bin/test` uses it, and `python -m waba_inbox.local.services COMMAND …` gives them to any other command.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from waba_inbox.local import embedded
from waba_inbox.local.folder import ROOT, data_folder, dotenv, held
from waba_inbox.local.processes import CannotStart, Stopping, Supervisor

# What a person's .env says must not reach a test: only where to find the servers.
FROM_DOTENV = ("DATABASE_URL", "REDIS_URL", "CHROMIUM")


@contextmanager
def throw_away() -> Iterator[tuple[Supervisor, dict[str, str]]]:
    """The supervisor, and the environment for a command that needs a database and a Redis."""
    env = {name: value for name, value in dotenv().items() if name in FROM_DOTENV and value}
    env |= {name: value for name, value in os.environ.items() if value}
    env |= {"DEBUG": "1", "DJANGO_SETTINGS_MODULE": "waba_inbox.settings"}
    folder = data_folder(env.get("TEST_DATA_DIR") or str(ROOT / ".data" / "test"))
    with held(folder, what="bin/test or bin/check"), ExitStack() as stack:
        boss = stack.enter_context(Supervisor(say=say))
        logs, plain = folder / "logs", dict(os.environ)
        env["DATA_DIR"] = str(folder)
        env["STATIC_ROOT"] = str(folder / "static")
        (folder / "static").mkdir(exist_ok=True)
        if not env.get("DATABASE_URL"):
            data, log = folder / "postgres", logs / "postgres.log"
            server = embedded.postgres(boss, folder=data, log=log, env=plain, is_scratch=True)
            env["DATABASE_URL"] = embedded.with_name(stack.enter_context(server), "waba_inbox")
            embedded.ensure_database(env["DATABASE_URL"])
        if not env.get("REDIS_URL"):
            env["REDIS_URL"] = embedded.start_redis(
                boss,
                folder=folder / "redis",
                log=logs / "redis.log",
                port=embedded.free_port(),
                env=plain,
            )
        yield boss, env


def run_here(boss: Supervisor, command: Sequence[str], *, env: Mapping[str, str]) -> int:
    """In the terminal's own group: Ctrl-C reaches the command too, and it closes in its own way."""
    process = subprocess.Popen(command, env=env, cwd=ROOT)
    try:
        while process.poll() is None:
            boss.pause(0.1)
    except Stopping:
        process.terminate()
        try:
            process.wait(timeout=8)
        except subprocess.TimeoutExpired:
            process.kill()
        raise
    return process.returncode


def say(words: str) -> None:
    print(words, flush=True)  # noqa: T201


def closing(work: Callable[[], int]) -> int:
    """The exit code of a command; what stands in its way is said in one sentence."""
    os.chdir(ROOT)
    try:
        return work()
    except Stopping:
        return 130
    except CannotStart as problem:
        print(problem, file=sys.stderr)  # noqa: T201
        return 1


def main() -> int:
    with throw_away() as (boss, env):
        path = f"{Path(sys.executable).parent}{os.pathsep}{env.get('PATH', '')}"
        return run_here(boss, sys.argv[1:], env={**env, "PATH": path})


if __name__ == "__main__":
    sys.exit(closing(main))
