"""`bin/test`: pytest with a PostgreSQL and a Redis of its own, beside whatever else is running here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import ExitStack

from waba_inbox.local import embedded
from waba_inbox.local.folder import ROOT, data_folder, dotenv, held
from waba_inbox.local.processes import CannotStart, Stopping, Supervisor

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PARALLEL = 2
# What a person's .env may say must not reach a test: only where to find the servers.
PASSED_ON = ("DATABASE_URL", "REDIS_URL", "CHROMIUM")


def browser() -> str:
    """A Chromium for the journeys: CHROMIUM, or what the PATH has."""
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named) or ""
    return next((found for name in BROWSERS if (found := shutil.which(name))), "")


def pytest_words(words: list[str], *, has_browser: bool) -> list[str]:
    """What is asked for, completed: a fresh database, two at a time, no journeys without a browser."""
    command = ["pytest"]
    if "--reuse-db" not in words:
        command.append("--create-db")
    wants_order = any(word.startswith(("-n", "--pdb", "-x", "--numprocesses")) for word in words)
    names_tests = any("::" in word or word.endswith(".py") for word in words)
    if not wants_order and not names_tests:
        command += ["-n", str(PARALLEL)]
    if not has_browser and not any(word.startswith("-m") for word in words):
        command += ["-m", "not journey"]
    return [*command, *words]


def environment() -> dict[str, str]:
    env = {name: value for name, value in dotenv().items() if name in PASSED_ON and value}
    env |= {name: value for name, value in os.environ.items() if value}
    env |= {"DEBUG": "1", "DJANGO_SETTINGS_MODULE": "waba_inbox.settings"}
    return env


def run(words: list[str], stack: ExitStack) -> int:
    folder = data_folder(os.environ.get("TEST_DATA_DIR") or str(ROOT / ".data" / "test"))
    stack.enter_context(held(folder, what="bin/test"))
    boss = stack.enter_context(Supervisor(say=say))
    logs, env = folder / "logs", environment()
    env["DATA_DIR"] = str(folder)
    if not env.get("DATABASE_URL"):
        server = embedded.postgres(
            boss,
            folder=folder / "postgres",
            log=logs / "postgres.log",
            env=dict(os.environ),
            is_scratch=True,
        )
        env["DATABASE_URL"] = embedded.with_name(stack.enter_context(server), "waba_inbox")
    if not env.get("REDIS_URL"):
        env["REDIS_URL"] = embedded.start_redis(
            boss,
            folder=folder / "redis",
            log=logs / "redis.log",
            port=embedded.free_port(),
            env=dict(os.environ),
        )
    chromium = browser()
    if chromium:
        env["CHROMIUM"] = chromium
    else:
        say(
            "No Chromium was found (CHROMIUM, or chromium or google-chrome on the PATH): "
            "the browser journeys are left out."
        )
    compile_words(env)
    return run_pytest(boss, pytest_words(words, has_browser=bool(chromium)), env=env)


def compile_words(env: dict[str, str]) -> None:
    os.environ.update(env)
    from waba_inbox import catalogues

    catalogues.compile_all()


def run_pytest(boss: Supervisor, words: list[str], *, env: dict[str, str]) -> int:
    """In the terminal's own group: Ctrl-C reaches pytest, which then closes by itself with its summary."""
    process = subprocess.Popen([sys.executable, "-m", *words], env=env, cwd=ROOT)
    try:
        while process.poll() is None:
            boss.pause(0.1)
    except Stopping:
        if not _ends(process, seconds=8):
            process.kill()
        raise
    return process.returncode


def _ends(process: subprocess.Popen[bytes], *, seconds: float) -> bool:
    process.terminate()
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def say(words: str) -> None:
    print(words, flush=True)  # noqa: T201


def main() -> int:
    os.chdir(ROOT)
    try:
        with ExitStack() as stack:
            return run(sys.argv[1:], stack)
    except Stopping:
        return 130
    except CannotStart as problem:
        print(problem, file=sys.stderr)  # noqa: T201
        return 1


if __name__ == "__main__":
    sys.exit(main())
