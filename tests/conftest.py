"""What the tests of the whole product need beyond /conftest.py."""

from __future__ import annotations

import os

import pytest

from waba_inbox import catalogues

WHOLE_PROCESSES = ("tests/journeys/", "tests/test_survival.py", "tests/test_faults.py")


@pytest.fixture(scope="session", autouse=True)
def _words() -> None:
    """Before the first page in Russian: what gettext has read once, it keeps."""
    catalogues.compile_all()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In CI, what starts a browser or kills processes may fail once on a machine too busy; the report names it."""
    if not os.environ.get("CI"):
        return
    for item in items:
        if any(place in item.nodeid for place in WHOLE_PROCESSES):
            item.add_marker(pytest.mark.flaky(reruns=1))
