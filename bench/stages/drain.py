"""How fast what Meta posted becomes messages: stored, numbered and published to open sockets."""

from __future__ import annotations

import time

from django.db.models import Max
from django.utils import timezone

from accounts.models import PhoneNumber
from bench import company
from bench.figures import Figure, at_least, below
from bench.site import Standing
from bench.stages import live
from conversations.models import Message
from waba_inbox.celery import app
from webhooks.models import Envelope, Quarantined

BIG = 10_000
BROWSERS = 10
AT_REST = 4.0  # seconds in which what is still to be shown is
SECONDS_FOR_BIG = 12


def measure(standing: Standing, numbers: list[PhoneNumber], *, rounds: int) -> list[Figure]:
    """With browsers open, so that every change is rendered, and with nobody looking."""
    standing.start("web", "worker-intake", "worker-delivery")  # which rings at the open pages, too
    once(standing, numbers, 500)  # warm
    alone = [once(standing, numbers, BIG)[1] for _ in range(rounds)]
    took = [shown(standing, numbers, BIG) for _ in range(rounds)]
    seen = f"{BROWSERS} browsers open"
    return [
        at_least(f"inbound fully processed, {seen}", "/s", [BIG / one for one in took], 1000),
        below(f"10,000 webhooks drained, {seen}", "s", took, SECONDS_FOR_BIG),
        at_least("inbound fully processed, nobody looks", "/s", [BIG / one for one in alone], 1000),
        below("10,000 webhooks drained, nobody looks", "s", alone, SECONDS_FOR_BIG),
    ]


def shown(standing: Standing, numbers: list[PhoneNumber], count: int) -> float:
    """Seconds from the bell until the last one is processed and the last browser was told all."""
    with live.sockets(standing, BROWSERS) as watching:
        began, took = once(standing, numbers, count)
        time.sleep(AT_REST)
        told = live.close(watching)
    return max(took, float(told["last"]) - began)


def once(standing: Standing, numbers: list[PhoneNumber], count: int) -> tuple[float, float]:
    """When the bell was rung, and seconds until the last one is processed, by the database's books."""
    company.wipe()
    company.put_envelopes(numbers, count)
    began = timezone.now()
    for _worker in range(2):
        app.send_task("webhooks.tasks.drain")
    waiting = Envelope.objects.filter(processed_at=None)
    standing.until(lambda: not waiting.exists(), "the drain")
    ended = Envelope.objects.aggregate(at=Max("processed_at"))["at"]
    stored = Message.objects.filter(seq__gt=0).count()
    if stored != count or Quarantined.objects.exists():
        raise RuntimeError(f"{count} were posted, {stored} are stored and numbered")
    return began.timestamp(), float((ended - began).total_seconds())
