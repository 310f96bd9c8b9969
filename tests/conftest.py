"""What the tests of the whole product need beyond /conftest.py."""

from __future__ import annotations

import pytest

from waba_inbox import catalogues


@pytest.fixture(scope="session", autouse=True)
def _words() -> None:
    """Before the first page in Russian: what gettext has read once, it keeps."""
    catalogues.compile_all()
