"""What must never be read in a log, whoever writes the line."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterator

import pytest
import sentry_sdk
from django.db import IntegrityError, connection, transaction
from sentry_sdk.envelope import Envelope as Letter
from sentry_sdk.transport import Transport

from accounts.models import PhoneNumber, Role
from tests import posts, world
from waba_inbox import errors, logs
from webhooks import draining
from webhooks.models import Envelope


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


@pytest.mark.django_db(transaction=True)
def test_one_id_leads_from_the_webhook_to_what_is_shown(
    number: PhoneNumber, caplog: pytest.LogCaptureFixture
) -> None:
    """The intake logs it when it has stored the post, the worker when it has read it and shown what changed."""
    body = posts.body(number, contacts=[posts.contact()], messages=[posts.text("Is it open?")])
    digest = hashlib.sha256(body).digest()
    world.make_agent(number.workspace, "Cleo", Role.MANAGER)
    Envelope.objects.create(app=number.account.app, digest=digest, body=body)
    with caplog.at_level(logging.INFO):
        draining.drain(seconds=1)
    told = {line.msg["event"]: line.msg for line in caplog.records if isinstance(line.msg, dict)}
    assert told["webhooks processed"]["traces"] == [digest[:6].hex()]
    assert told["shown"]["traces"] == [digest[:6].hex()]


# --- what leaves for Sentry --------------------------------------------------------------------------


def test_nothing_is_reported_without_an_address() -> None:
    errors.report_to("", environment="test", release="")
    assert not sentry_sdk.is_initialized()


class Kept(Transport):
    """Keeps what would go over the wire."""

    letters: list[Letter] = []  # noqa: RUF012

    def capture_envelope(self, envelope: Letter) -> None:
        self.letters.append(envelope)


@pytest.fixture
def reported(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """Errors go to Sentry; what went, as one text."""
    init = sentry_sdk.init
    monkeypatch.setattr(sentry_sdk, "init", lambda **how: init(**how, transport=Kept))
    monkeypatch.setattr(Kept, "letters", [])
    errors.report_to("http://key@127.0.0.1:1/1", environment="test", release="")
    try:
        yield lambda: json.dumps(
            [letter.get_event() for letter in Kept.letters], ensure_ascii=False
        )
    finally:
        sentry_sdk.get_global_scope().set_client(None)


def test_what_is_reported_holds_no_keys(reported: Callable[[], str]) -> None:
    try:
        raise ValueError("GET /me?access_token=SECRET")
    except ValueError as problem:
        sentry_sdk.capture_exception(problem)
    told = reported()
    assert "ValueError" in told
    assert "access_token=***" in told
    assert "SECRET" not in told


@pytest.mark.django_db
def test_a_row_that_postgresql_refuses_stays_here(reported: Callable[[], str]) -> None:
    words = " ".join(["Where", "is", "my", "order"])  # the line itself is in the report
    with (
        pytest.raises(IntegrityError) as found,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("INSERT INTO accounts_workspace (name) VALUES (%s)", [words])
    assert words in str(found.value)  # as PostgreSQL quotes it
    sentry_sdk.capture_exception(found.value)
    told = reported()
    assert "violates not-null constraint" in told
    assert words not in told
