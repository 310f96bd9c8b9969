"""The doctor's round: settings, servers, clocks, secrets, webhooks, then every account. No check stops the others."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.core import checks as django_checks
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, models
from django.db.models.functions import Cast
from django.utils import timezone

from accounts.models import BusinessAccount, MetaApp
from accounts.secrets import UnreadableSecret, decrypt, is_current
from waba_inbox import health
from waba_inbox.doctor import operations
from waba_inbox.doctor.accounts import account_findings
from waba_inbox.doctor.finding import Finding, State
from webhooks.models import Envelope, Quarantined
from whatsapp import signature

OLDEST_POSTGRES = 140000
LARGEST_SKEW = 5.0  # seconds; windows and signatures are about time
WEBHOOK_PATH = "/webhooks/whatsapp/"
LATE = timedelta(minutes=1)


Check = Callable[[], Iterator[Finding]]


def findings() -> Iterator[Finding]:
    """Everything, in the order in which one thing stands on another."""
    database = health.database()
    yield from _settings()
    yield _as_finding("database", database, advice="Is PostgreSQL up? Look at DATABASE_URL.")
    redis_server = health.redis_server()
    yield _as_finding("Redis", redis_server, advice="Is Redis up? Look at REDIS_URL.")
    if redis_server == health.OK:
        advice = "Start a worker and beat: celery -A waba_inbox worker, celery -A waba_inbox beat."
        yield _as_finding("worker", health.worker(), well="lives", advice=advice)
    yield from _guarded("broker", operations.broker)
    yield from _guarded("storage", _storage)
    yield from _guarded("mail", operations.mail)
    yield from _guarded("clock", _clock_of_meta)
    if database != health.OK:
        yield Finding("accounts", State.RED, "not looked at: they are in the database")
        return
    yield from _guarded("database", _database)
    for about, check in (
        ("secrets", _secrets),
        ("webhooks", _queue),
        ("webhooks", _reachable),
        ("lags", operations.lags),
        ("posts", operations.posts),
        ("backups", operations.backups),
        ("metrics", operations.watching),
    ):
        yield from _guarded(about, check)
    yield from _guarded("accounts", _accounts)


def _accounts() -> Iterator[Finding]:
    for pk in BusinessAccount.objects.order_by("pk").values_list("pk", flat=True):
        yield from _guarded(f"account {pk}", lambda pk=pk: account_findings(pk))  # type: ignore[misc]


def _guarded(about: str, check: Check) -> Iterator[Finding]:
    try:
        yield from check()
    except UnreadableSecret as problem:
        yield Finding(about, State.RED, str(problem), "Put the old key back into SECRETS_KEYS.")
    except Exception as problem:
        yield Finding(about, State.RED, f"{type(problem).__name__}: {problem}")


def _as_finding(about: str, words: str, *, well: str = "answers", advice: str) -> Finding:
    """A check of /readyz, in the doctor's words."""
    if words == health.OK:
        return Finding(about, State.OK, well)
    return Finding(about, State.RED, words, advice)


def _settings() -> Iterator[Finding]:
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    is_local = host in ("localhost", "127.0.0.1", "::1")
    if settings.DEBUG and not is_local:
        yield Finding("settings", State.RED, f"DEBUG is on at {host}", "Set DEBUG=0.")
    elif settings.DEBUG:
        yield Finding("settings", State.LOOK, "DEBUG is on: a demo", "Set DEBUG=0 for real use.")
    if not settings.DEBUG and not settings.PUBLIC_URL.startswith("https://"):
        advice = "Meta posts to https addresses only; set PUBLIC_URL."
        yield Finding("settings", State.RED, f"PUBLIC_URL is {settings.PUBLIC_URL}", advice)
    found = django_checks.run_checks(include_deployment_checks=not settings.DEBUG)
    for message in found:
        state = State.RED if message.is_serious() else State.LOOK
        first = str(message.msg).split(". ")[0]
        yield Finding("settings", state, f"{message.id}: {first}", message.hint or "")
    if not found and not settings.DEBUG:
        yield Finding("settings", State.OK, "Django's own checks are clean")


def _database() -> Iterator[Finding]:
    version = connection.pg_version  # type: ignore[attr-defined]
    spoken = f"PostgreSQL {version // 10000}.{version % 10000}"
    if version < OLDEST_POSTGRES:
        yield Finding("database", State.RED, spoken, "PostgreSQL 14 is the oldest that will do.")
    else:
        yield Finding("database", State.OK, spoken)
    advice = "Run manage.py migrate."
    yield _as_finding("migrations", health.migrations(), well="all applied", advice=advice)
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        row = cursor.fetchone()
    yield _skew("PostgreSQL", float(row[0]) - time.time())


def _skew(whose: str, seconds: float) -> Finding:
    said = f"{abs(seconds):.1f} s {'ahead of' if seconds > 0 else 'behind'} this machine: {whose}"
    if abs(seconds) > LARGEST_SKEW:
        return Finding("clock", State.RED, said, "Set both clocks by NTP.")
    return Finding("clock", State.OK, f"agrees with {whose}")


def _clock_of_meta() -> Iterator[Finding]:
    try:
        answer = requests.get(f"{settings.GRAPH_URL}/{settings.GRAPH_VERSION}/", timeout=5)
    except requests.RequestException as problem:
        said = f"{settings.GRAPH_URL} does not answer ({type(problem).__name__})"
        yield Finding(
            "Graph API", State.RED, said, "Is the way out to Meta open (firewall, proxy)?"
        )
        return
    yield Finding("Graph API", State.OK, f"{settings.GRAPH_URL} answers")
    if stamp := answer.headers.get("Date"):
        said_at: datetime = parsedate_to_datetime(stamp)
        skew = said_at.timestamp() + 0.5 - time.time()  # the header knows whole seconds only
        yield _skew("Meta", 0.0 if abs(skew) < 1 else skew)


def _storage() -> Iterator[Finding]:
    words = b"written by manage.py doctor"
    bucket = settings.MEDIA_BUCKET
    advice = "Make MEDIA_ROOT writable."
    if bucket:
        advice = "MEDIA_BUCKET, MEDIA_ENDPOINT and the keys must let us list, get, put and delete."
    try:
        name = default_storage.save("doctor.txt", ContentFile(words))
        with default_storage.open(name) as file:
            is_same = file.read() == words
        is_open = bool(bucket) and operations.is_public(name)
        default_storage.delete(name)
    except OSError as problem:
        yield Finding("storage", State.RED, str(problem), advice)
        return
    where = f"the bucket {bucket}" if bucket else str(settings.MEDIA_ROOT)
    if not is_same:
        yield Finding("storage", State.RED, f"{where} gives back what was not written", advice)
    elif is_open:
        said = f"anybody can read {where} without a key"
        yield Finding("storage", State.RED, said, "Make it private: we show files by their rights.")
    else:
        yield Finding("storage", State.OK, f"{where} can be written and read")


def _secrets() -> Iterator[Finding]:
    """Read as they are stored: the field itself would stop at the first that no key reads."""
    unreadable, old, total = 0, 0, 0
    for model, names in ((MetaApp, ("secret", "verify_token")), (BusinessAccount, ("token",))):
        for name in names:
            rows = model._default_manager.values_list(Cast(name, models.TextField()), flat=True)
            for stored in rows.exclude(**{name: ""}):
                total += 1
                try:
                    decrypt(stored)
                except UnreadableSecret:
                    unreadable += 1
                else:
                    old += not is_current(stored)
    if unreadable:
        said = f"{unreadable} of {total} cannot be read"
        yield Finding("secrets", State.RED, said, "Put the old key back, or enter them again.")
    elif old:
        said = f"{old} of {total} are written with an older key"
        yield Finding("secrets", State.LOOK, said, "Run manage.py rotate_secrets.")
    else:
        yield Finding("secrets", State.OK, f"{total} can be read")


def _queue() -> Iterator[Finding]:
    late = Envelope.objects.filter(processed_at=None, received_at__lt=timezone.now() - LATE).count()
    if late:
        advice = "Does a worker listen to the queue intake?"
        yield Finding("webhooks", State.RED, f"{late} wait for more than a minute", advice)
    broken = Quarantined.objects.filter(resolved_at=None).count()
    if broken:
        advice = "Look at them in the settings, and replay them."
        yield Finding("webhooks", State.LOOK, f"{broken} items are held back", advice)


def _reachable() -> Iterator[Finding]:
    """Post to ourselves as Meta would, with nothing in it: the way in, the address and the signature."""
    address = settings.PUBLIC_URL + WEBHOOK_PATH
    body = b'{"object":"whatsapp_business_account","entry":[]}'
    for app in MetaApp.objects.order_by("pk"):
        about = f"app {app.app_id}"
        headers = {
            "Content-Type": "application/json",
            signature.HEADER: signature.sign(app.secret, body),
        }
        try:
            answer = requests.post(address, data=body, headers=headers, timeout=10)
        except requests.RequestException as problem:
            said = f"{address} does not answer ({type(problem).__name__})"
            advice = "Is the web process up, and PUBLIC_URL the address that Meta sees?"
            yield Finding(about, State.RED, said, advice)
            continue
        if answer.status_code == 200:
            yield Finding(about, State.OK, f"a signed post to {address} is accepted")
        else:
            said = f"a signed post to {address} is answered {answer.status_code}"
            yield Finding(about, State.RED, said, "Does the proxy pass the body on unchanged?")
