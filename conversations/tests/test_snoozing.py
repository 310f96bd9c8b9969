"""Putting conversations aside, and their coming back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from conversations import receiving, refusals, triage, waking
from conversations.arrivals import Arrival
from conversations.models import Conversation, ConversationStatus
from conversations.tests.pushes import RecordingLayer
from tests import posts, world
from whatsapp.webhooks import parse

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # a Monday


def acts(conversation) -> list[str]:
    lines = conversation.messages.filter(kind="activity").order_by("pk")
    return [line.content["act"] for line in lines]


def snooze(conversation, agent, **wait: float) -> Conversation:
    until = NOW + timedelta(**wait) if wait else None
    return triage.snooze(conversation.pk, agent=agent, until=until, at=NOW)


def test_it_comes_back_when_its_moment_has_come_and_not_before(conversation, ana):
    snooze(conversation, ana, hours=1)
    assert waking.wake_due(at=NOW + timedelta(minutes=59)) == 0
    conversation.refresh_from_db()
    assert conversation.status == ConversationStatus.SNOOZED
    assert waking.wake_due(at=NOW + timedelta(hours=1)) == 1
    assert waking.wake_due(at=NOW + timedelta(hours=1)) == 0
    conversation.refresh_from_db()
    assert (conversation.status, conversation.snoozed_until) == (ConversationStatus.OPEN, None)
    assert acts(conversation) == ["snoozed", "woke"]


def test_snoozed_until_they_reply_it_never_wakes_by_the_clock(conversation, ana):
    snooze(conversation, ana)
    assert waking.wake_due(at=NOW + timedelta(days=900)) == 0


@pytest.mark.parametrize("aside", ["snoozed", "pending"])
def test_the_customers_message_opens_it(number, ana, aside):
    contact = world.make_contact(number.workspace, phone=posts.MARIA)
    conversation = world.make_conversation(number, contact=contact)
    if aside == "snoozed":
        snooze(conversation, ana, days=3)
    else:
        triage.set_pending(conversation.pk, agent=ana, at=NOW)
    body = posts.body(number, contacts=[posts.contact()], messages=[posts.text("Hello?")])
    facts: list[Any] = parse(body)
    receiving.record_messages([Arrival(fact, number, n) for n, fact in enumerate(facts, 1)])
    conversation.refresh_from_db()
    assert (conversation.status, conversation.snoozed_until) == (ConversationStatus.OPEN, None)


def test_putting_it_aside_leaves_who_waits_and_says_it_once(conversation, ana):
    conversation.waiting_since = NOW
    conversation.save(update_fields=["waiting_since"])
    for _ in range(2):
        snooze(conversation, ana, hours=2)
        assert acts(conversation).count("snoozed") == 1
    for _ in range(2):
        triage.set_pending(conversation.pk, agent=ana, at=NOW)
    conversation.refresh_from_db()
    assert conversation.needs_reply
    assert (conversation.status, conversation.snoozed_until) == (ConversationStatus.PENDING, None)
    triage.reopen(conversation.pk, agent=ana, at=NOW)
    assert acts(conversation) == ["snoozed", "pending", "reopened"]


def test_the_past_and_the_bookkeeper_are_refused(conversation, ana, fay):
    with pytest.raises(refusals.MomentPast):
        snooze(conversation, ana, hours=-1)
    with pytest.raises(refusals.InternalRole):
        snooze(conversation, fay, hours=1)


def test_its_assignee_hears_of_it_in_their_language(
    conversation, ana, settings, django_capture_on_commit_callbacks
):
    settings.CHANNEL_LAYERS = {
        "default": {"BACKEND": f"{RecordingLayer.__module__}.RecordingLayer"}
    }
    triage.assign(conversation.pk, agent=ana, to=ana, expected=None, at=NOW)
    snooze(conversation, ana, hours=1)
    RecordingLayer.sent.clear()
    with django_capture_on_commit_callbacks(execute=True):
        waking.wake_due(at=NOW + timedelta(hours=1))
    told = [m["note"] for group, m in RecordingLayer.sent if group == f"agent.{ana.pk}"]
    assert [note["text"] for note in told] == ["Back from snooze: Maria Sokolova"]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ({"until": "hour"}, "2026-11-23 13:00"),
        ({"until": "tomorrow"}, "2026-11-24 08:00"),  # nine in Berlin
        ({"typed": "пт 15:00"}, "2026-11-27 14:00"),
        ({"at": "2026-12-01T10:00"}, "2026-12-01 09:00"),
        ({"until": "reply"}, ""),
    ],
)
def test_moments_are_meant_in_the_agents_zone(conversation, ana, client, said, meant):
    ana.time_zone = "Europe/Berlin"
    ana.save(update_fields=["time_zone"])
    client.force_login(ana)
    with time_machine.travel(NOW, tick=False):
        answer = client.post(f"/inbox/{conversation.pk}/snooze/", said)
    assert answer.status_code == 302
    conversation.refresh_from_db()
    assert conversation.status == ConversationStatus.SNOOZED
    until = conversation.snoozed_until
    assert (until.strftime("%Y-%m-%d %H:%M") if until else "") == meant


def test_words_that_are_no_moment_are_said_to_be_none(conversation, ana, ben, client):
    client.force_login(ana)
    url = f"/inbox/{conversation.pk}/snooze/"
    answer = client.post(url, {"typed": "soon"}, headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 409
    assert "“soon”" in answer.content.decode()
    assert client.post(url, {"until": "never"}).status_code == 422
    menu = client.get(url).content.decode()
    assert 'value="pending"' in menu
    assert "Not understood" in client.get(f"{url}meaning/?typed=soon").content.decode()
    friday = client.get(f"{url}meaning/?typed=fri+15:00").content.decode()
    assert "Friday" in friday
    client.force_login(ben)
    for address in (url, f"{url}meaning/"):
        assert client.get(address).status_code == 404
    assert client.post(url, {"until": "hour"}).status_code == 404


def test_pending_by_the_menu(conversation, ana, client):
    client.force_login(ana)
    client.post(f"/inbox/{conversation.pk}/snooze/", {"until": "pending"})
    conversation.refresh_from_db()
    assert conversation.status == ConversationStatus.PENDING
    assert "Pending" in client.get("/inbox/?tab=all&status=pending").content.decode()
