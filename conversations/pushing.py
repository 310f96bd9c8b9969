"""Web Push: notices to browsers whose page is closed. The key of this installation, subscriptions, and one push.

Nothing depends on a push: what it says stands in the inbox. A browser that is gone is forgotten.
"""

from __future__ import annotations

import base64
import json
from urllib.parse import urlsplit

import requests
import structlog
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.db import transaction
from py_vapid import Vapid02
from pywebpush import WebPushException, webpush

from accounts.models import Agent
from conversations.models import PushKey, PushSubscription
from whatsapp.hosts import is_within

logger = structlog.get_logger(__name__)
GONE = {404, 410}
KEEP_SECONDS = 3600  # a push service holds it no longer: old news is no news
PATIENCE = 8.0
MOST_BROWSERS = 10  # of one agent; the oldest goes


class StrangeAddress(Exception):
    """The endpoint is not one of the push services we know: we would be made to call anybody."""


def public_key() -> str:
    """What a browser subscribes with."""
    return _key().public


def _key() -> PushKey:
    if found := PushKey.objects.first():
        return found
    fresh = Vapid02()
    fresh.generate_keys()
    number = fresh.private_key.private_numbers().private_value
    point = fresh.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    values = {"private": _text(number.to_bytes(32, "big")), "public": _text(point)}
    return PushKey.objects.get_or_create(is_only=True, defaults=values)[0]


def _text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def check_address(endpoint: str) -> None:
    """Raises StrangeAddress. A browser's claim where to push must not turn us into a caller of other hosts."""
    if not _leads_to_a_known_host(endpoint):
        raise StrangeAddress(endpoint[:100])
    parts = urlsplit(endpoint)
    if parts.scheme != "https" or parts.port not in (None, 443):
        raise StrangeAddress(parts.netloc)


def _leads_to_a_known_host(endpoint: str) -> bool:
    """By the plainest reading. A backslash ends the host for the one library that calls, not for the one that reads."""
    try:
        parts = urlsplit(endpoint)
        host, _port = parts.hostname or "", parts.port
    except ValueError:  # no address at all, or a port above 65535
        return False
    is_bare = endpoint.isprintable() and not {"\\", " "} & set(endpoint) and "@" not in parts.netloc
    return is_bare and is_within(host, settings.PUSH_HOSTS)


@transaction.atomic
def subscribe(agent: Agent, *, endpoint: str, p256dh: str, auth: str, browser: str) -> None:
    """Who signs in at a browser takes it over from whom it was before."""
    check_address(endpoint)
    values = {"agent": agent, "p256dh": p256dh, "auth": auth, "browser": browser[:200]}
    PushSubscription.objects.update_or_create(endpoint=endpoint, defaults=values)
    for old in agent.pushes.order_by("-created_at")[MOST_BROWSERS:]:
        old.delete()


def unsubscribe(agent: Agent, *, endpoint: str) -> None:
    agent.pushes.filter(endpoint=endpoint).delete()


def push(subscription_id: int, letter: dict[str, object]) -> bool:
    """One push, tried once. Gives whether the service took it."""
    row = PushSubscription.objects.filter(pk=subscription_id, agent__is_active=True).first()
    if row is None:
        return False
    if not _leads_to_a_known_host(row.endpoint):  # what counts as known may have changed since
        row.delete()
        return False
    session = requests.Session()
    session.max_redirects = 0  # no push service redirects
    keys = {"p256dh": row.p256dh, "auth": row.auth}
    try:
        webpush(
            {"endpoint": row.endpoint, "keys": keys},
            json.dumps(letter),
            vapid_private_key=Vapid02.from_raw(_key().private.encode()),
            vapid_claims={"sub": settings.PUSH_CONTACT},
            ttl=KEEP_SECONDS,
            timeout=PATIENCE,
            requests_session=session,
        )
    except WebPushException as problem:
        status = getattr(problem.response, "status_code", 0)
        if status in GONE:
            row.delete()
        logger.info("push refused", status=status)
        return False
    except (requests.RequestException, ValueError) as problem:
        logger.warning("push failed", problem=type(problem).__name__)
        return False
    return True
