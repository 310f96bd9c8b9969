"""What must never be read in a log, whoever writes the line."""

from __future__ import annotations

import logging

import pytest

from waba_inbox import logs


@pytest.mark.parametrize(
    "line",
    [
        "Unprocessable Entity: /join/SECRET/",
        "POST /join/SECRET/",
        "Not Found: /accounts/password/reset/key/1-SECRET/",
        "GET /me?access_token=SECRET&fields=id",
        "Authorization: Bearer SECRET",
    ],
)
def test_a_key_in_an_address_is_starred_out(line: str) -> None:
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "%s", (line,), None)
    written = logs.formatter().format(record)
    assert "***" in written
    assert "SECRET" not in written
