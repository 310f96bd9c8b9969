"""How fast what agents wrote reaches Meta (the simulator), each conversation in its order."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from django.db.models import Max

from accounts.models import PhoneNumber
from bench import company
from bench.figures import Figure, at_least
from bench.site import Standing
from conversations.models import Attempt, Direction, Message
from waba_inbox.celery import app
from webhooks.models import Envelope

THREADS = 60
FULL_SPEED = 1000  # Meta's higher level of throughput, messages a second of a number


def measure(
    standing: Standing, numbers: list[PhoneNumber], *, rounds: int, each: int
) -> list[Figure]:
    """With Meta's usual limit of 80/s a number, then without one in the way."""
    standing.start("web", "worker-intake", "worker-delivery")
    once(standing, each=2)  # warm
    limited = [once(standing, each=each) for _ in range(rounds)]
    PhoneNumber.objects.update(messages_per_second=FULL_SPEED)
    free = [once(standing, each=each) for _ in range(rounds)]
    PhoneNumber.objects.update(messages_per_second=80)
    company.wipe()
    most = 80.0 * len(numbers)
    return [
        at_least("sends, three numbers without a limit in the way", "/s", free, 250),
        at_least(
            "sends, three numbers at 80/s each",
            "/s",
            limited,
            most * 0.95,
            yardstick=f"the limits allow {most:,.0f}/s",
            ratio=sorted(limited)[len(limited) // 2] / most,
        ),
    ]


def once(standing: Standing, *, each: int) -> float:
    """Sends a second from the first call to the last answer; the order and the count are checked in Meta's books."""
    company.wipe()
    said_before = len(standing.truth())  # by conversations with the same ids
    threads = company.put_outbox(standing, threads=THREADS, each=each)
    for pk in threads:
        app.send_task("conversations.tasks.deliver", (pk,), queue="delivery")
    waiting = Message.objects.filter(direction=Direction.OUT, accepted_at=None)
    standing.until(lambda: not waiting.exists(), "the outbox", every=0.25)
    first = Attempt.objects.order_by("started_at").values_list("started_at", flat=True)[0]
    last = Attempt.objects.aggregate(at=Max("finished_at"))["at"]
    _check(standing.truth()[said_before:], threads, each)
    standing.control("drain", timeout=120)
    standing.until(lambda: not Envelope.objects.filter(processed_at=None).exists(), "the statuses")
    return THREADS * each / float((last - first).total_seconds())


def _check(books: list[dict[str, Any]], threads: list[int], each: int) -> None:
    said: dict[int, list[str]] = defaultdict(list)
    for message in books:
        if message["direction"] == "out":
            thread = int(message["content"]["body"].partition(":")[0])
            said[thread].append(message["content"]["body"])
    for thread in threads:
        wanted = [f"{thread}: {k:04d}" for k in range(each)]
        if said[thread] != wanted:
            counted = Counter(said[thread])
            raise RuntimeError(f"conversation {thread} reached Meta otherwise: {counted}")
