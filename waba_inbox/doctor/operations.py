"""The doctor's look at what keeps a site going: backups, lags, who watches it, where its errors go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from smtplib import SMTPException
from typing import Final
from urllib.parse import urlsplit

import requests
import sentry_sdk
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.mail import get_connection
from django.db import connection
from django.utils import timezone
from kombu import Connection
from kombu.exceptions import KombuError

from waba_inbox import env, gauges
from waba_inbox.backup import programs, taking
from waba_inbox.doctor.finding import Finding, State
from webhooks import months, partitions

OLDEST_BACKUP: Final = timedelta(hours=26)
# Gauge, from how many seconds on it is red, what waits, what to do.
LAGS: Final = (
    ("waba_intake_lag_seconds", 60, "a webhook", "Does a worker listen to the queue intake?"),
    ("waba_outbox_age_seconds", 300, "a message", "Does a worker listen to the queue delivery?"),
    ("waba_ledger_lag_seconds", 1800, "the ledger", "Does a worker listen to the queue default?"),
)


def backups() -> Iterator[Finding]:
    try:
        programs.program("pg_dump", major=programs.server_major())
    except programs.BackupFailed as problem:
        yield Finding("backups", State.LOOK, str(problem))
    if not settings.BACKUP_DIR:
        advice = "Set BACKUP_DIR and run manage.py backup every night."
        yield Finding("backups", State.LOOK, "this site knows of none", advice)
        return
    newest = taking.newest(Path(settings.BACKUP_DIR))
    if newest is None:
        yield Finding(
            "backups", State.RED, f"none in {settings.BACKUP_DIR}", "Run manage.py backup."
        )
        return
    age = timezone.now() - newest
    words = f"the newest is {age.total_seconds() / 3600:.0f} hours old"
    if age > OLDEST_BACKUP:
        yield Finding("backups", State.RED, words, "Why did last night's not run?")
    else:
        yield Finding("backups", State.OK, words)


def broker() -> Iterator[Finding]:
    """Where another server than Redis carries the workers' bells."""
    if settings.CELERY_BROKER_URL == settings.REDIS_URL:
        return
    address = urlsplit(settings.CELERY_BROKER_URL)
    where = f"{address.scheme}://{address.hostname}"  # without its password
    try:
        with Connection(settings.CELERY_BROKER_URL, connect_timeout=3) as link:
            link.ensure_connection(max_retries=1, timeout=5)
    except (OSError, KombuError) as problem:
        said = f"{where} does not answer ({type(problem.__cause__ or problem).__name__})"
        yield Finding("broker", State.RED, said, "Is it up? Look at BROKER_URL.")
    else:
        yield Finding("broker", State.OK, f"{where} answers")


def mail() -> Iterator[Finding]:
    """Invitations and password resets go out by it."""
    if not settings.EMAIL_HOST:
        advice = "Set EMAIL_HOST, or hand the links over yourself."
        yield Finding("mail", State.LOOK, "goes to the log: nobody gets an invitation", advice)
        return
    try:
        with get_connection("django.core.mail.backends.smtp.EmailBackend", timeout=5):
            yield Finding("mail", State.OK, f"{settings.EMAIL_HOST} takes mail from us")
    except (OSError, SMTPException) as problem:
        said = f"{settings.EMAIL_HOST} does not take it ({type(problem).__name__})"
        yield Finding("mail", State.RED, said, "Look at EMAIL_HOST and what stands beside it.")


def is_public(name: str) -> bool:
    """Whether a stranger gets this file from the bucket by its bare address."""
    address = urlsplit(default_storage.url(name))._replace(query="").geturl()
    try:
        return requests.get(address, timeout=10).status_code == HTTPStatus.OK
    except requests.RequestException:
        return False


def lags() -> Iterator[Finding]:
    questions = {name: question for name, _words, _label, question in gauges.QUESTIONS}
    is_fine = True
    for name, most, what, advice in LAGS:
        with connection.cursor() as cursor:
            cursor.execute(questions[name])
            waited = float(cursor.fetchone()[0])
        if waited > most:
            is_fine = False
            yield Finding("lags", State.RED, f"{what} has waited {waited / 60:.0f} minutes", advice)
    if is_fine:
        yield Finding("lags", State.OK, "nothing waits too long")


def posts() -> Iterator[Finding]:
    """The raw webhooks' partitions, and what lies in none of its own."""
    have, at = partitions.layout(), timezone.now()
    ahead, astray = months.ahead(have, at=at), sum(partitions.astray().values())
    advice = (
        "Run manage.py partitions. Each night does so by itself: do beat and a worker run then?"
    )
    if not ahead:
        yield Finding("posts", State.RED, "the next month has no partition", advice)
    elif not astray:
        until = months.later(months.first_of(at), ahead)
        yield Finding("posts", State.OK, f"partitions are there until {until:%Y-%m}")
    if astray:
        yield Finding("posts", State.LOOK, f"{astray:,} lie in the default partition", advice)


def watching() -> Iterator[Finding]:
    if env.text("METRICS_TOKEN"):
        yield Finding("metrics", State.OK, "/metrics, with METRICS_TOKEN")
    else:
        yield Finding("metrics", State.OK, "/metrics, for this machine only (no METRICS_TOKEN)")
    client = sentry_sdk.get_client()
    where = client.parsed_dsn.host if client.is_active() and client.parsed_dsn else ""
    yield Finding(
        "errors", State.OK, f"go to {where} and the log" if where else "go to the log only"
    )
