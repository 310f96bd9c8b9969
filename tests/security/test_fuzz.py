"""Grown webhook bodies through the intake, the drain and the pages: never a 500, never a stuck queue, all kept raw.

`bin/fuzz` runs the same with 100,000 bodies, in several plots at once. FUZZ_BODIES and FUZZ_SEED say how many, and
which ones again; CI always has the same.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import time
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db.models import Count
from django.test import Client
from django.utils import timezone

from accounts.models import Agent, PhoneNumber
from conversations.models import Conversation, Message
from tests import world
from tests.security.grown import Garden
from tests.security.test_forgery import SIGNED, Forged, sent
from webhooks import draining, intake
from webhooks.models import Envelope, HeldFor, Quarantined
from whatsapp.signature import sign

pytestmark = pytest.mark.django_db(transaction=True)

PLOTS = int(os.environ.get("FUZZ_PLOTS", "1"))
BODIES = int(os.environ.get("FUZZ_BODIES", "120")) // PLOTS
SEED = os.environ.get("FUZZ_SEED") or ("1" if os.environ.get("CI") else "")
FIRST_SEED = int(SEED or random.SystemRandom().randrange(10**6))
AT_ONCE = 200
PAGES_EVERY = 5_000  # bodies
LOOKED_AT = 5  # conversations, each time


@pytest.fixture(autouse=True)
def _pushed_to_nobody(settings: Any, tasks_wait: None) -> None:
    """In large runs; in memory every push would be kept."""
    if BODIES > PAGES_EVERY:
        settings.CHANNEL_LAYERS = {
            "default": {
                "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
                "CONFIG": {"hosts": [settings.REDIS_URL], "prefix": f"fuzz-{FIRST_SEED}"},
            }
        }


@pytest.fixture
def ours(number: PhoneNumber) -> Message:
    """A message that grown statuses and reactions may speak of."""
    conversation = world.make_conversation(number)
    return world.make_message(conversation, direction="out", wamid="wamid.known", status="sent")


def drained(seed: int) -> None:
    """Until nothing waits. What a drain leaves behind would wait for ever."""
    while draining.drain(seconds=60):
        pass
    assert not Envelope.objects.filter(processed_at=None).exists(), f"stuck, seed {seed}"


def opened(agent: Agent, paths: list[str], *, seed: int) -> int:
    client = Client(raise_request_exception=True)
    client.force_login(agent)
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == 200, f"{answer.status_code} {path}, seed {seed}"
    return len(paths)


def looked_at(agent: Agent, *, seed: int) -> int:
    """The pages on which grown content stands, as a person would open them."""
    threads = Conversation.objects.annotate(n=Count("messages")).order_by("-n", "-pk")
    paths = [f"/inbox/{row.pk}/?tab=all&status=any" for row in threads[:LOOKED_AT]]
    held = Quarantined.objects.order_by("-pk")[:LOOKED_AT]
    paths += [f"/settings/held-back/{row.pk}/" for row in held]
    fixed = ["/inbox/?tab=all&status=any", "/contacts/", "/settings/held-back/", "/quality/"]
    return opened(agent, [*fixed, *paths], seed=seed)


@pytest.mark.parametrize("plot", range(PLOTS))
async def test_grown_bodies_are_all_kept_and_stop_nothing(
    plot: int,
    transactional_db: None,
    number: PhoneNumber,
    ours: Message,
    ada: Agent,
    record_property: Any,
) -> None:
    seed = FIRST_SEED + plot

    async def elsewhere(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("not for the product")

    app = intake.in_front_of(elsewhere)
    app.bell._ring = lambda: None
    garden, started, pages = Garden(number, seed=seed), time.monotonic(), 0
    kept: set[bytes] = set()
    for done in range(0, BODIES, AT_ONCE):
        bodies = [garden.body() for _ in range(min(AT_ONCE, BODIES - done))]
        answers = await asyncio.gather(*(posted(app, body) for body in bodies))
        assert set(answers) == {200}, f"{set(answers)}, seed {seed}"
        kept |= {hashlib.sha256(body).digest() for body in bodies}
        await sync_to_async(drained)(seed)
        if (done + AT_ONCE) % PAGES_EVERY < AT_ONCE or done + AT_ONCE >= BODIES:
            pages += await sync_to_async(looked_at)(ada, seed=seed)
    await app.close()
    found = {hashlib.sha256(bytes(row)).digest() async for row in raw_bodies()}
    assert found == kept, f"seed {seed}"
    held = await Quarantined.objects.acount()
    failed = Quarantined.objects.filter(held_for=HeldFor.FAILED).order_by("pk")
    problems = [
        f"{row.kind}: {row.reason[:300]}\n{row.traceback[-1500:]}" async for row in failed[:9]
    ]
    assert not problems, f"{await failed.acount()} failed, seed {seed}\n" + "\n".join(problems)
    said = await Message.objects.acount()
    seconds = time.monotonic() - started
    words = (
        f"fuzz: seed {seed}, {garden.count} bodies ({len(kept)} different, all kept raw), {said} messages,"
        f" {held} items held back, {pages} pages, 0 errors, queue empty, {seconds:.0f} s"
    )
    record_property("counted", words)


def raw_bodies() -> Any:
    rows = Envelope.objects.filter(received_at__lte=timezone.now())
    return rows.values_list("body", flat=True).aiterator(chunk_size=500)


async def posted(app: intake.Intake, body: bytes) -> int:
    signature = sign(world.APP_SECRET, body).encode()
    return (await sent(app, Forged(200, [(SIGNED, signature)], [body]))).status
