"""Envelopes become messages: every item, once, in any order, whatever stands beside it."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import MetaApp, PhoneNumber, Role
from conversations.models import Attempt, Conversation, Message
from conversations.tests.pushes import RecordingLayer
from tests import posts, world
from webhooks import draining, quarantine
from webhooks.models import Envelope, HeldFor, Quarantined
from whatsapp.tests import stored
from whatsapp.webhooks import BadBody, parse


def put(body: bytes, number: PhoneNumber | None = None, app: MetaApp | None = None) -> Envelope:
    app = app or (number.account.app if number else None)
    assert app
    return Envelope.objects.create(app=app, digest=hashlib.sha256(body).digest(), body=body)


def test_a_message_becomes_a_bubble_in_a_new_thread(number, shop_team):
    number.team = shop_team
    number.save(update_fields=["team"])
    put(posts.body(number, contacts=[posts.contact()], messages=[posts.text("Hi there")]), number)
    assert draining.drain() is False
    message = Message.objects.get()
    conversation = message.conversation
    assert (message.text, message.direction, message.status) == ("Hi there", "in", "received")
    assert message.seq == conversation.seq == 1
    assert conversation.team == shop_team
    assert conversation.last_text == "Hi there"
    assert conversation.last_inbound_at == conversation.waiting_since == message.at
    assert conversation.inbound_count == 1
    assert conversation.contact.profile_name == "Maria"
    assert Envelope.objects.get().processed_at


def test_the_same_message_in_another_envelope_changes_nothing(number):
    said = posts.text("Hi")
    put(posts.body(number, messages=[said]), number)
    draining.drain()
    before = Conversation.objects.values().get()
    put(posts.body(number, messages=[said], contacts=[]), number)
    draining.drain()
    assert Message.objects.count() == 1
    assert Conversation.objects.values().get() == before
    assert not Quarantined.objects.exists()


def test_a_broken_item_is_held_back_and_the_other_29_go_on(number, other_number):
    """Two entries of three changes of five messages, with five statuses, and one message that nobody can read."""
    sent = [send(number) for _ in range(5)]
    changes = [
        posts.change(number, contacts=[posts.contact(f"7921{n}")], messages=five(f"7921{n}"))
        for n in range(5)
    ]
    broken = five("79219")
    broken[2]["timestamp"] = "yesterday"
    statuses = [posts.status(message.wamid, "delivered") for message in sent]
    changes.append(posts.change(number, messages=broken, statuses=statuses))
    waba_id = number.account.waba_id
    put(posts.envelope((waba_id, changes[:3]), (waba_id, changes[3:])), number)
    draining.drain()
    assert Message.objects.inbound().count() == 29
    assert {message.status for message in Message.objects.filter(direction="out")} == {"delivered"}
    held = Quarantined.objects.get()
    assert (held.kind, held.workspace, held.position) == ("Unreadable", number.workspace, 27)
    assert "timestamp" in held.reason
    assert held.raw["text"] == {"body": "said 2"}
    assert Envelope.objects.get().processed_at
    draining.drain()
    assert Message.objects.inbound().count() == 29


def test_an_envelope_of_a_batch_does_not_suffer_from_its_neighbours(number):
    put(b"{not json", number)
    put(posts.body(number, messages=[posts.text("good")]), number)
    put(b'{"entry": 5}', number)
    draining.drain()
    assert Message.objects.get().text == "good"
    assert set(Quarantined.objects.values_list("kind", flat=True)) == {"Envelope"}
    assert not Envelope.objects.filter(processed_at=None).exists()


def test_what_goes_nowhere_costs_its_neighbours_nothing(number, django_assert_max_num_queries):
    """A kind that Meta has newly thought of must not send every batch one by one."""
    put(b"{not json", number)
    for n in range(30):
        put(posts.body(number, messages=[posts.text(f"good {n}")]), number)
        put(posts.body(number, field=f"invented_{n}"), number)
        put(posts.body(number, messages=[posts.text("all", group_id="G1")]), number)
    with django_assert_max_num_queries(60):
        draining.drain()
    assert Message.objects.count() == 30
    held = Quarantined.objects.order_by("held_for").values_list("held_for", flat=True)
    assert Counter(held) == {HeldFor.UNKNOWN: 30, HeldFor.GROUP: 30, HeldFor.BODY: 1}
    assert set(Quarantined.objects.values_list("workspace", flat=True)) == {number.workspace_id}
    Envelope.objects.update(processed_at=None, tries=0, claimed_until=None)  # replay_webhooks
    draining.drain()
    assert quarantine.open_for(number.workspace).count() == Quarantined.objects.count() == 61
    assert not Envelope.objects.filter(processed_at=None).exists()


def test_a_number_that_is_not_ours_is_held_back_with_words(number):
    body = posts.body(number, messages=[posts.text("?")]).replace(
        number.phone_number_id.encode(), b"999"
    )
    put(body, number)
    draining.drain()
    held = Quarantined.objects.get()
    assert held.held_for == HeldFor.NO_NUMBER
    assert "id 999" in held.reason
    assert held.workspace == number.workspace  # its app signed it
    assert not Message.objects.exists()


def test_an_app_may_not_speak_for_the_account_of_another(number, dan):
    stranger = world.make_account(dan.workspace).app
    put(posts.body(number, messages=[posts.text("I am your customer")]), app=stranger)
    draining.drain()
    held = Quarantined.objects.get()
    assert held.held_for == HeldFor.OTHER_APP
    assert held.workspace == dan.workspace
    assert not Message.objects.exists()


def test_a_message_in_a_group_is_held_back(number):
    put(posts.body(number, messages=[posts.text("all", group_id="G1")]), number)
    draining.drain()
    assert Quarantined.objects.get().held_for == HeldFor.GROUP


def test_an_envelope_that_kills_its_worker_is_left_alone_in_the_end(number):
    poison = put(posts.body(number, messages=[posts.text("poison")]), number)
    Envelope.objects.filter(pk=poison.pk).update(tries=draining.POISON_AFTER)
    put(posts.body(number, messages=[posts.text("good")]), number)
    draining.drain()
    assert Message.objects.get().text == "good"
    held = Quarantined.objects.get()
    assert held.envelope == poison
    assert held.held_for == HeldFor.POISON


def test_a_suspect_envelope_goes_alone_so_that_its_neighbours_live(number):
    good = [put(posts.body(number, messages=[posts.text("good")]), number) for _ in range(3)]
    suspect = put(posts.body(number, messages=[posts.text("suspect")]), number)
    Envelope.objects.filter(pk=suspect.pk).update(tries=draining.SUSPECT_AFTER)
    first, second = draining._claim(), None
    assert sorted(first) == [envelope.pk for envelope in good]
    Envelope.objects.filter(pk__in=first).update(processed_at=timezone.now())
    put(posts.body(number, messages=[posts.text("later")]), number)
    second = draining._claim()
    assert list(second) == [suspect.pk]


def test_what_was_held_back_goes_through_once_the_number_is_known(number):
    put(posts.body(number, messages=[posts.text("patience")]), number)
    known_as = number.phone_number_id
    PhoneNumber.objects.filter(pk=number.pk).update(phone_number_id="gone")
    draining.drain()
    held = Quarantined.objects.get()
    assert quarantine.replay(held) is False
    PhoneNumber.objects.filter(pk=number.pk).update(phone_number_id=known_as)
    assert quarantine.replay(held) is True
    assert Message.objects.get().text == "patience"
    assert not quarantine.open_for(number.workspace).exists()


def test_a_batch_costs_the_same_queries_whatever_its_size(number, django_assert_max_num_queries):
    for n in range(60):
        sender = f"7921000{n:04d}"
        parts: dict[str, Any] = {
            "contacts": [posts.contact(sender)],
            "messages": [posts.text(sender=sender)],
        }
        put(posts.body(number, **parts), number)
    with django_assert_max_num_queries(45):
        draining.drain()
    assert Message.objects.count() == 60


@pytest.mark.django_db(transaction=True)
def test_of_a_backlog_each_conversation_is_shown_when_the_drain_ends(settings, monkeypatch):
    backend = f"{RecordingLayer.__module__}.RecordingLayer"
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": backend}}
    monkeypatch.setattr(draining, "BATCH", 2)
    number = world.make_number(world.make_account(world.make_workspace()))
    world.make_agent(number.workspace, "Cleo", Role.MANAGER)
    for n in range(7):
        put(
            posts.body(number, contacts=[posts.contact()], messages=[posts.text(f"No {n}")]), number
        )
    RecordingLayer.sent.clear()
    assert draining.drain(seconds=60) is False
    rows = [
        sent["html"]
        for group, sent in RecordingLayer.sent
        if group.endswith("any.any.en.full.rows")
    ]
    assert len(rows) == 1
    assert rows[0].count("<li ") == 1
    thread = f".full.{Conversation.objects.get().pk}"
    bubbles = next(sent["html"] for group, sent in RecordingLayer.sent if group.endswith(thread))
    assert [n for n in range(7) if f"No {n}" in bubbles] == list(range(7))


@pytest.mark.parametrize("name", stored.NAMES)
def test_every_stored_body_goes_the_whole_way(name, workspace):
    body = (stored.BODIES / f"{name}.json").read_bytes()
    app = None
    try:
        facts = parse(body)
    except BadBody:
        facts = []
    accounts = {}
    for fact in facts:
        if fact.waba_id not in accounts:
            account = world.make_account(workspace, waba_id=fact.waba_id, app=app)
            accounts[fact.waba_id], app = account, account.app
        phone_number_id = getattr(fact, "phone_number_id", "")
        digits = "".join(filter(str.isdigit, getattr(fact, "display_phone_number", "")))
        if (phone_number_id or digits) and not PhoneNumber.objects.filter(digits=digits).exists():
            world.make_number(
                accounts[fact.waba_id],
                phone_number_id=phone_number_id or f"id-{digits}",
                digits=digits,
            )
    put(body, app=app or world.make_account(workspace).app)
    draining.drain()
    assert Envelope.objects.get().processed_at
    crashes = Quarantined.objects.exclude(traceback="").values_list("traceback", flat=True)
    assert not list(crashes)


def five(sender: str) -> list[dict[str, Any]]:
    return [posts.text(f"said {n}", sender=sender) for n in range(5)]


def send(number: PhoneNumber) -> Message:
    """A message that Meta has accepted."""
    conversation = world.make_conversation(number)
    message = world.make_message(conversation, direction="out")
    Attempt.objects.create(
        message=message, number=number, wamid=message.wamid, outcome="accepted", status="accepted"
    )
    return message


def test_a_batch_that_somebody_has_taken_is_not_counted_again(number):
    """Or an innocent envelope would look like one that kills its workers, where many drains run at once."""
    envelope = put(posts.body(number, messages=[posts.text("Hello")]), number)
    first = draining._claim()
    assert list(first) == [envelope.pk]
    assert draining._claim() == {}
    draining._let_go(list(first))
    assert draining._claim() == first
    envelope.refresh_from_db()
    assert envelope.tries == 2


def test_a_claim_whose_worker_died_runs_out(number, monkeypatch):
    monkeypatch.setattr(draining, "CLAIMED_FOR", -1)
    envelope = put(posts.body(number, messages=[posts.text("Hello")]), number)
    assert list(draining._claim()) == list(draining._claim()) == [envelope.pk]
