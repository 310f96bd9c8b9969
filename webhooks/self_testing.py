"""Posts to our own webhook as Meta would, from outside: handshake, signature, stored, processed by a worker."""

from __future__ import annotations

import json
import secrets
import time
from typing import Final
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Agent, MetaApp
from webhooks.intake import PATH, digest_of
from webhooks.models import Envelope
from whatsapp import signature

PATIENCE: Final = 10.0  # seconds, for an answer
WORKER_SECONDS: Final = 10.0
LOOK_EVERY: Final = 0.05
# What may be wrong; the words stand in quality/step_words.py.
UNREACHABLE, NOT_HTTPS, HANDSHAKE = "unreachable", "not_https", "handshake"
OPEN, REFUSED, NOT_STORED, NOT_PROCESSED = "open", "refused", "not_stored", "not_processed"


def run(app_id: int, *, by: Agent, address: str | None = None) -> MetaApp:
    """Try the whole way once and write the outcome on the app. Takes some seconds if something is wrong."""
    app = MetaApp.objects.get(pk=app_id, workspace_id=by.workspace_id)
    problem, seconds = _tried(app)
    return _note(app, problem, seconds, by=by, address=address)


@transaction.atomic
def _note(app: MetaApp, problem: str, seconds: float, *, by: Agent, address: str | None) -> MetaApp:
    app.webhook_tested_at, app.webhook_problem = timezone.now(), problem
    app.webhook_ms = None if problem else round(seconds * 1000)
    app.save(update_fields=["webhook_tested_at", "webhook_problem", "webhook_ms"])
    audit.record(by, "app.webhook_tested", app.app_id, address, problem=problem or "—")
    return app


def _tried(app: MetaApp) -> tuple[str, float]:
    """What is wrong (empty: nothing), and how long the signed post took to be processed."""
    url = settings.PUBLIC_URL + PATH
    if not settings.DEBUG and urlsplit(url).scheme != "https":
        return NOT_HTTPS, 0.0
    try:
        if not _shakes_hands(url, app):
            return HANDSHAKE, 0.0
        body = _body()
        if _post(url, body) == requests.codes.ok:  # somebody else answers, who takes everything
            return OPEN, 0.0
        began = time.monotonic()
        if _post(url, body, signed_by=app.secret) != requests.codes.ok:
            return REFUSED, 0.0
    except requests.RequestException:
        return UNREACHABLE, 0.0
    return _processed(app, body, began=began)


def _shakes_hands(url: str, app: MetaApp) -> bool:
    challenge = secrets.token_hex(8)
    asked = {
        "hub.mode": "subscribe",
        "hub.challenge": challenge,
        "hub.verify_token": app.verify_token,
    }
    answer = requests.get(url, params=asked, timeout=PATIENCE, allow_redirects=False)
    return answer.status_code == requests.codes.ok and answer.text == challenge


def _body() -> bytes:
    """Nothing that Meta would say: no entries, and a mark to find it by."""
    found = {"object": "whatsapp_business_account", "entry": [], "mark": secrets.token_hex(8)}
    return json.dumps(found).encode()


def _post(url: str, body: bytes, *, signed_by: str = "") -> int:
    headers = {"Content-Type": "application/json"}
    if signed_by:
        headers[signature.HEADER] = signature.sign(signed_by, body)
    answer = requests.post(url, data=body, headers=headers, timeout=PATIENCE, allow_redirects=False)
    return answer.status_code


def _processed(app: MetaApp, body: bytes, *, began: float) -> tuple[str, float]:
    """Wait for the worker, as a customer's message would."""
    mine = Envelope.objects.filter(digest=digest_of(app.pk, body))
    until = time.monotonic() + WORKER_SECONDS
    while True:
        found = mine.only("processed_at").first()
        if found is not None and found.processed_at is not None:
            return "", time.monotonic() - began
        if time.monotonic() > until:
            return (NOT_PROCESSED if found else NOT_STORED), 0.0
        time.sleep(LOOK_EVERY)
