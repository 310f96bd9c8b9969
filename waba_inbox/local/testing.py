"""`bin/test`: pytest on throw-away servers, with the browser journeys where there is a browser."""

from __future__ import annotations

import os
import shutil
import sys

from waba_inbox.local.services import closing, run_here, say, throw_away

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PROCESSES = 2
ONE_BY_ONE = ("-n", "--numprocesses", "--pdb", "-x", "-s", "--trace")


def browser() -> str:
    """A Chromium for the journeys: CHROMIUM, or what the PATH has."""
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named) or ""
    return next((found for name in BROWSERS if (found := shutil.which(name))), "")


def pytest_words(words: list[str], *, has_browser: bool) -> list[str]:
    """What is asked for, completed: a fresh database, several at a time, no journeys without a browser."""
    command = ["pytest"]
    if "--reuse-db" not in words:
        command.append("--create-db")
    is_small = any("::" in word or word.endswith(".py") for word in words)
    if not is_small and not any(word.startswith(ONE_BY_ONE) for word in words):
        command += ["-n", str(PROCESSES)]
    if not has_browser and not any(word.startswith("-m") for word in words):
        command += ["-m", "not journey"]
    return [*command, *words]


def main() -> int:
    chromium = browser()
    if not chromium:
        say(
            "No Chromium was found (CHROMIUM, or chromium or google-chrome on the PATH): "
            "the browser journeys are left out."
        )
    with throw_away() as (boss, env):
        os.environ.update(env)
        from waba_inbox import catalogues

        catalogues.compile_all()
        words = pytest_words(sys.argv[1:], has_browser=bool(chromium))
        return run_here(boss, [sys.executable, "-m", *words], env={**env, "CHROMIUM": chromium})


if __name__ == "__main__":
    sys.exit(closing(main))
