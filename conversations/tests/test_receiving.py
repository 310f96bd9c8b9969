"""What a message does to its thread depends on WhatsApp's times, never on the order of arrival."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from accounts.models import PhoneNumber
from conversations import changing, receiving
from conversations.arrivals import Arrival
from conversations.models import Conversation, MediaFile, Message, ParkedChange, Reaction
from tests import posts
from whatsapp.facts import InboundMessage, MessageEchoed
from whatsapp.webhooks import parse

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
COLUMNS = [
    "status", "last_at", "last_text", "last_direction", "inbound_count", "waiting_since", "last_inbound_at",
    "last_inbound_wamid",
]  # fmt: skip


def at(minute: int) -> int:
    return int(NOW.timestamp()) + 60 * minute


def tell(number: PhoneNumber, *messages: dict[str, Any], order: int = 0) -> None:
    _tell(number, posts.body(number, messages=list(messages)), order)


def echo(number: PhoneNumber, said: str, minute: int, **over: Any) -> None:
    item = {
        "from": number.digits,
        "to": posts.MARIA,
        "id": f"wamid.echo{minute}",
        "timestamp": str(at(minute)),
        "type": "text",
        "text": {"body": said},
    } | over
    _tell(number, posts.body(number, field="smb_message_echoes", message_echoes=[item]))


def _tell(number: PhoneNumber, body: bytes, order: int = 0) -> None:
    for n, fact in enumerate(parse(body), start=order):
        arrival: Any = Arrival[Any](fact, number, n)
        if isinstance(fact, InboundMessage | MessageEchoed):
            receiving.record_messages([arrival])
        else:
            changing.record_change(arrival)


def columns() -> dict[str, Any]:
    return dict(Conversation.objects.values(*COLUMNS).get())


def test_a_days_old_message_reopens_the_thread_but_not_the_window(number):
    tell(number, posts.text("new", at=at(0)))
    Conversation.objects.update(status="resolved", resolved_at=NOW)
    tell(number, posts.text("retried for days", at=at(-3 * 24 * 60)))
    conversation = Conversation.objects.get()
    assert (conversation.status, conversation.resolved_at) == ("open", None)
    assert conversation.last_inbound_at == NOW
    assert conversation.last_text == "new"
    assert conversation.waiting_since == NOW - timedelta(days=3)
    assert conversation.inbound_count == 2


def test_a_repeat_does_not_reopen_the_thread(number):
    said = posts.text("hello", at=at(0))
    tell(number, said)
    Conversation.objects.update(status="resolved")
    before = columns()
    tell(number, said)
    assert columns() == before


def test_a_snoozed_thread_wakes_up(number):
    tell(number, posts.text("hello", at=at(0)))
    Conversation.objects.update(status="snoozed")
    tell(number, posts.text("still there?", at=at(1)))
    assert columns()["status"] == "open"


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_an_answer_from_the_phone_app_counts_whatever_the_order(number, order):
    acts = [
        lambda: tell(number, posts.text("first", at=at(0), id="wamid.1")),
        lambda: echo(number, "answered on the phone", 1),
        lambda: tell(number, posts.text("second", at=at(2), id="wamid.2")),
        lambda: tell(number, posts.text("third", at=at(3), id="wamid.3")),
    ]
    for n in order:
        acts[n]()
    assert columns() == {
        "status": "open",
        "last_at": NOW + timedelta(minutes=3),
        "last_text": "third",
        "last_direction": "in",
        "inbound_count": 3,
        "waiting_since": NOW + timedelta(minutes=2),
        "last_inbound_at": NOW + timedelta(minutes=3),
        "last_inbound_wamid": "wamid.3",
    }


def test_an_echo_is_ours_from_the_phone_and_opens_no_window(number):
    echo(number, "hello from the phone", 0)
    message = Message.objects.get()
    assert (message.direction, message.source, message.status) == ("out", "phone", "sent")
    assert columns()["last_inbound_at"] is None
    assert columns()["waiting_since"] is None


def test_history_waits_for_no_answer_and_opens_no_window(number):
    thread = {
        "id": posts.MARIA,
        "messages": [
            posts.text("old question", at=at(0)) | {"history_context": {"status": "READ"}},
            posts.text("old answer", at=at(1), sender=number.digits, to=posts.MARIA)
            | {"history_context": {"status": "DELIVERED"}},
        ],
    }
    chunk = {"metadata": {"phase": 0}, "threads": [thread]}
    _tell(number, posts.body(number, field="history", history=[chunk]))
    question, answer = Message.objects.order_by("at")
    assert (question.direction, answer.direction, answer.status) == ("in", "out", "delivered")
    assert {question.source, answer.source} == {"history"}
    assert columns()["last_text"] == "old answer"
    assert columns()["inbound_count"] == 0
    assert columns()["waiting_since"] is columns()["last_inbound_at"] is None


def test_messages_of_one_second_keep_the_order_of_arrival(number):
    tell(number, posts.text("second", at=at(0)), order=8)
    tell(number, posts.text("first", at=at(0)), order=4)
    assert columns()["last_text"] == "second"
    assert list(Message.objects.order_by("at", "arrival").values_list("text", flat=True)) == [
        "first",
        "second",
    ]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_quote_finds_its_message_even_if_it_comes_first(number, order):
    said = [
        posts.text("what?", id="wamid.q", at=at(0)),
        posts.text("that!", id="wamid.a", at=at(1), context={"id": "wamid.q"}),
    ]
    for n in order:
        tell(number, said[n])
    assert Message.objects.get(wamid="wamid.a").quoted == Message.objects.get(wamid="wamid.q")


def test_a_quote_within_one_batch_is_found(number):
    facts = parse(
        posts.body(
            number,
            messages=[
                posts.text("that!", id="wamid.a", at=at(1), context={"id": "wamid.q"}),
                posts.text("what?", id="wamid.q", at=at(0)),
            ],
        )
    )
    receiving.record_messages([Arrival(fact, number, n) for n, fact in enumerate(facts)])  # type: ignore[type-var,misc]
    assert Message.objects.get(wamid="wamid.a").quoted == Message.objects.get(wamid="wamid.q")


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_reactions_and_edits_end_the_same_in_every_order(number, order):
    said = [
        posts.text("helo", id="wamid.q", at=at(0)),
        posts.message(type="reaction", at=at(1), reaction={"message_id": "wamid.q", "emoji": "👍"}),
        posts.message(type="reaction", at=at(2), reaction={"message_id": "wamid.q", "emoji": ""}),
        posts.message(
            type="edit",
            at=at(3),
            edit={
                "original_message_id": "wamid.q",
                "message": {"type": "text", "text": {"body": "hello"}},
            },
        ),
    ]
    for n in order:
        tell(number, said[n])
    message = Message.objects.get()
    assert (message.text, message.edited_at) == ("hello", NOW + timedelta(minutes=3))
    assert not Reaction.objects.exclude(emoji="").exists()
    assert not ParkedChange.objects.exists()
    assert columns()["last_text"] == "hello"
    assert columns()["last_inbound_at"] == NOW + timedelta(minutes=1)  # a reaction opens the window


def test_a_deleted_message_stays_and_says_so(number):
    tell(number, posts.text("oops", id="wamid.q", at=at(0)))
    revoke = {"original_message_id": "wamid.q"}
    tell(number, posts.message(type="revoke", at=at(1), revoke=revoke))
    message = Message.objects.get()
    assert (message.text, message.revoked_at) == ("oops", NOW + timedelta(minutes=1))


def test_a_picture_is_wanted_and_the_message_does_not_wait_for_it(number):
    image = {"id": "MEDIA1", "mime_type": "image/jpeg", "sha256": "x" * 43 + "=", "caption": "look"}
    tell(number, posts.message(type="image", image=image))
    media = MediaFile.objects.get()
    assert (media.state, media.meta_id, media.kind) == ("wanted", "MEDIA1", "image")
    assert Message.objects.get().media == media
    assert Message.objects.get().text == "look"


def test_the_history_fills_in_a_file_that_it_named_before(number):
    tell(number, posts.message(type="media_placeholder", id="wamid.m", at=at(0)))
    image = {"id": "MEDIA1", "mime_type": "image/jpeg"}
    tell(number, posts.message(type="image", id="wamid.m", at=at(0), image=image))
    message = Message.objects.get()
    assert (message.kind, message.media) == ("image", MediaFile.objects.get())


def test_what_meta_cannot_hand_over_is_kept_with_its_reason(number):
    error = {"code": 131051, "title": "Message type unknown"}
    tell(number, posts.message(type="unsupported", errors=[error], unsupported={"type": "poll"}))
    message = Message.objects.get()
    assert (message.kind, message.error_code) == ("unsupported", 131051)


def test_the_ad_that_brought_the_customer_is_kept(number):
    referral = {"source_url": "https://fb.me/x", "source_id": "12", "source_type": "ad"}
    tell(number, posts.text("from an ad", referral=referral))
    found = Message.objects.get().referral
    assert found
    assert (found["source_id"], found["source_type"]) == ("12", "ad")
