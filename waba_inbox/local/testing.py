"""`bin/test`: pytest on throw-away servers, with the browser journeys where there is a browser.

In CI what failed is tried a second time with the machine to itself, and named: kills and browsers need seconds that a
busy machine may not have. A fault of the product fails both times.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from waba_inbox.local.services import closing, run_here, say, throw_away

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PROCESSES = 2
ONE_BY_ONE = ("-n", "--numprocesses", "--pdb", "-x", "-s", "--trace")
TESTS_FAILED = 1  # pytest's exit code
FEW = 10  # more than so many failed for no accident


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
    with throw_away() as (boss, env), TemporaryDirectory() as notes:
        os.environ.update(env)
        from waba_inbox import catalogues

        catalogues.compile_all()
        remember = ["-o", f"cache_dir={notes}"]

        def tested(words: list[str]) -> int:
            command = pytest_words([*words, *remember], has_browser=bool(chromium))
            return run_here(
                boss, [sys.executable, "-m", *command], env={**env, "CHROMIUM": chromium}
            )

        code = tested(sys.argv[1:])
        again = failed(Path(notes)) if code == TESTS_FAILED and os.environ.get("CI") else []
        if not 0 < len(again) <= FEW:
            return code
        say("--- once more, alone: what failed beside others")
        code = tested(again)
        say(
            f"Failed beside others, {'and alone, too' if code else 'passed alone'}: {', '.join(again)}"
        )
        return code


def failed(notes: Path) -> list[str]:
    """The tests that the last run with this folder for its notes saw fail."""
    file = notes / "v" / "cache" / "lastfailed"
    return sorted(json.loads(file.read_text())) if file.exists() else []


if __name__ == "__main__":
    sys.exit(closing(main))
