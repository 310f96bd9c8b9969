"""Several workers at once, on a real database: the same webhook ten times is one message."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from conversations.models import Contact, Conversation, Identifier, Message
from events.models import Event
from tests import posts
from webhooks import draining
from webhooks.models import Envelope, Quarantined
from webhooks.routing import Item, Refused, route
from webhooks.tests.test_draining import put, send
from whatsapp.webhooks import parse

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(work: Any, times: int) -> None:
    """Run it in so many threads, all let go at the same moment."""
    barrier = Barrier(times)

    def one(n: int) -> None:
        try:
            barrier.wait()
            work(n)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        list(pool.map(one, range(times)))


def test_the_same_message_from_ten_workers_at_once_is_one(number):
    facts = parse(posts.body(number, contacts=[posts.contact()], messages=[posts.text("once")]))
    items = [Item(1, n, number.account.app_id, fact) for n, fact in enumerate(facts)]

    def work(n: int) -> None:
        draining.route_alone(items[0])

    at_once(work, 10)
    assert Message.objects.get().text == "once"
    assert Contact.objects.count() == Identifier.objects.count() == 1
    assert Conversation.objects.get().inbound_count == 1
    assert not Quarantined.objects.exists()


def test_ten_drains_of_a_shuffled_flood_end_as_one_would(number):
    """500 messages of 20 people and the statuses of 20 of ours, repeated and shuffled."""
    ours = [send(number) for _ in range(20)]
    bodies = []
    for n in range(500):
        sender = f"7921000{n % 20:04d}"
        said = posts.text(f"{n}", sender=sender, at=1_790_000_000 + n)
        bodies.append(posts.body(number, contacts=[posts.contact(sender)], messages=[said]))
    for message in ours:
        bodies += [
            posts.body(number, statuses=[posts.status(message.wamid, state)])
            for state in ("sent", "delivered", "read")
        ]
    bodies += [body + b" " for body in bodies[::3]]  # as bytes they are new, as facts they are not
    random.Random(7).shuffle(bodies)
    for body in bodies:
        put(body, number)
    at_once(lambda n: draining.drain(), 6)
    assert Message.objects.inbound().count() == 500
    assert not Quarantined.objects.exists()
    assert not Envelope.objects.filter(processed_at=None).exists()
    assert {message.status for message in Message.objects.filter(direction="out")} == {"read"}
    talks = Conversation.objects.exclude(last_text="").order_by("pk")
    assert [talk.inbound_count for talk in talks] == [25] * 20
    assert {talk.last_text for talk in talks} == {str(n) for n in range(480, 500)}
    seqs = list(Event.objects.order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, len(seqs) + 1))


def test_a_batch_that_fails_half_way_leaves_nothing_behind(number):
    wish = {"wa_id": "79210000001", "category": "marketing_messages", "value": "perhaps"}
    facts = [
        *parse(posts.body(number, messages=[posts.text("a"), posts.text("b")])),
        *parse(posts.body(number, user_preferences=[{**wish, "timestamp": 1_790_000_000}])),
    ]
    items = [Item(1, n, number.account.app_id, fact) for n, fact in enumerate(facts)]
    with pytest.raises(Refused, match="perhaps"), transaction.atomic():
        route(items)
    assert not Message.objects.exists()
