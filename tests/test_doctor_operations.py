"""The doctor sees what keeps a site going: old backups, lags, and where errors go."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import PhoneNumber
from waba_inbox import health
from waba_inbox.backup import taking
from waba_inbox.doctor import operations, site
from waba_inbox.doctor.finding import State
from webhooks import months, partitions
from webhooks.models import Envelope

pytestmark = pytest.mark.django_db


def backup_of(folder: Path, *, hours: float) -> None:
    at = datetime.now(UTC) - timedelta(hours=hours)
    made = folder / at.strftime(taking.NAMED)
    made.mkdir()
    (made / taking.MANIFEST).write_text("{}")


@pytest.mark.parametrize(("hours", "state"), [(None, State.RED), (30, State.RED), (5, State.OK)])
def test_a_backup_must_be_of_last_night(
    tmp_path: Path, settings: Any, hours: float | None, state: State
):
    settings.BACKUP_DIR = str(tmp_path)
    if hours is not None:
        backup_of(tmp_path, hours=hours)
    assert [one.state for one in operations.backups()] == [state]


def test_a_site_without_backups_is_told_so(settings: Any):
    settings.BACKUP_DIR = ""
    (found,) = operations.backups()
    assert found.state == State.LOOK
    assert "BACKUP_DIR" in found.advice


def test_a_webhook_that_waits_for_long_is_red(number: PhoneNumber):
    assert [one.state for one in operations.lags()] == [State.OK]
    Envelope.objects.create(
        app=number.account.app,
        digest=hashlib.sha256(b"1").digest(),
        body=b"{}",
        received_at=timezone.now() - timedelta(minutes=7),
    )
    (found,) = operations.lags()
    assert found.state == State.RED
    assert "7 minutes" in found.said


def test_months_that_are_missing_and_posts_astray_are_told(number: PhoneNumber):
    (found,) = operations.posts()
    assert found.state == State.OK
    month = months.later(months.first_of(timezone.now()), -1)
    Envelope.objects.create(app=number.account.app, digest=b"1", body=b"{}", month=month)
    (found,) = operations.posts()
    assert (found.state, found.said) == (State.LOOK, "1 lie in the default partition")
    connection.check_constraints()
    with connection.cursor() as cursor:
        for one in partitions.layout():
            cursor.execute(f"ALTER TABLE webhooks_envelope DETACH PARTITION {one.name}")
    assert [one.state for one in operations.posts()] == [State.RED, State.LOOK]


def test_where_errors_and_figures_go_is_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("METRICS_TOKEN", "open-sesame")
    said = {one.about: one.said for one in operations.watching()}
    assert said == {"metrics": "/metrics, with METRICS_TOKEN", "errors": "go to the log only"}


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_not_migrated_yet_is_said_and_no_fault(settings: Any, meta: Any):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "a_table_that_is_not_there",
        }
    }
    assert health.worker() == "not known: the database did not tell"
    said = [finding.about for finding in site.findings()]
    assert "backups" in said  # it went on to the end


def test_a_broker_of_its_own_is_asked_and_its_password_stays_here(settings: Any):
    assert list(operations.broker()) == []  # Redis, which is asked anyway
    settings.CELERY_BROKER_URL = "amqp://waba:secret@127.0.0.1:1//"
    (found,) = operations.broker()
    assert (found.state, found.about) == (State.RED, "broker")
    assert "amqp://127.0.0.1 does not answer" in found.said
    assert "secret" not in found.said


def test_mail_that_nobody_takes_is_red_and_none_at_all_is_said(settings: Any):
    settings.EMAIL_HOST = ""
    assert [one.state for one in operations.mail()] == [State.LOOK]
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    (found,) = operations.mail()
    assert found.state == State.RED
    assert "127.0.0.1 does not take it" in found.said
