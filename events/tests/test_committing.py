"""What fails after a commit is logged and disturbs nobody, whatever it is."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest
from django.db import transaction

from events.committing import afterwards

ROOT = Path(__file__).resolve().parent.parent.parent
HOOK = re.compile(r"on_commit\(\s*(?!lambda)[^\n]*robust=True")


def fail(words: str) -> None:
    raise ConnectionError(words)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", [fail, partial(fail)])
def test_what_fails_after_a_commit_is_logged_and_the_caller_goes_on(
    act: object, caplog: pytest.LogCaptureFixture
):
    done: list[str] = []
    with transaction.atomic():
        afterwards(act, "the broker is away")  # type: ignore[arg-type]
        afterwards(done.append, "the next one")
    assert done == ["the next one"]
    assert "the broker is away" in caplog.text


def test_no_robust_hook_is_anything_that_django_cannot_name():
    """It reads `__qualname__` of what failed: a partial has none, and the error would reach the caller after all."""
    files = [
        file
        for file in ROOT.glob("*/**/*.py")
        if "tests" not in file.parts and not file.is_relative_to(ROOT / ".venv")
    ]
    assert [file.name for file in files if HOOK.search(file.read_text())] == []
