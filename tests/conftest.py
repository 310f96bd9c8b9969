"""What the tests of the whole product need beyond /conftest.py."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from waba_inbox import catalogues


@pytest.fixture(scope="session", autouse=True)
def _words() -> None:
    """Before the first page in Russian: what gettext has read once, it keeps."""
    catalogues.compile_all()


@pytest.fixture
def tasks_wait() -> Iterator[None]:
    """What workers are asked to do is left in a queue that nobody empties."""
    from waba_inbox.celery import app

    broker = app.conf.broker_url
    app.conf.update(task_always_eager=False, broker_url="memory://")
    yield
    app.conf.update(task_always_eager=True, broker_url=broker)
