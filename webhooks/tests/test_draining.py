"""Envelopes become messages: every item, once, in any order, whatever stands beside it."""

from __future__ import annotations

import hashlib

from accounts.models import MetaApp, PhoneNumber
from conversations.models import Conversation, Message
from webhooks import draining
from webhooks.models import Envelope, Quarantined
from webhooks.tests import meta


def put(body: bytes, number: PhoneNumber | None = None, app: MetaApp | None = None) -> Envelope:
    assert app or number
    return Envelope.objects.create(
        app=app or number.account.app, digest=hashlib.sha256(body).digest(), body=body
    )


def test_a_message_becomes_a_bubble_in_a_new_thread(number, shop_team):
    number.team = shop_team
    number.save(update_fields=["team"])
    put(meta.body(number, contacts=[meta.contact()], messages=[meta.text("Hi there")]), number)
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
    said = meta.text("Hi")
    put(meta.body(number, messages=[said]), number)
    draining.drain()
    before = Conversation.objects.values().get()
    put(meta.body(number, messages=[said], contacts=[]), number)
    draining.drain()
    assert Message.objects.count() == 1
    assert Conversation.objects.values().get() == before
    assert not Quarantined.objects.exists()
