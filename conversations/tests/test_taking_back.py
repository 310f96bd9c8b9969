"""What was sent can be taken back for some seconds: it waits in the outbox, and nothing goes to Meta before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from conversations import delivery, statuses, taking_back, turns
from conversations.claiming import Call
from conversations.models import Direction, Message
from conversations.tests.outbox import say
from tests import world

pytestmark = pytest.mark.django_db
HOLD = timedelta(seconds=5)


def test_a_held_message_leaves_when_its_time_is_over_and_not_before(thread: Any, ana: Any) -> None:
    message = say(thread, ana, hold=HOLD)
    at = timezone.now()
    assert (message.is_held, message.is_postponed) == (True, False)
    assert turns.take(thread.pk, at=at) is None
    assert delivery.due(at=at) == []
    later = at + HOLD
    assert delivery.due(at=later) == [thread.pk]
    assert isinstance(turns.take(thread.pk, at=later), Call)


def test_those_behind_wait_for_the_one_that_is_held(thread: Any, ana: Any) -> None:
    say(thread, ana, "first", hold=HOLD)
    say(thread, ana, "second")
    assert turns.take(thread.pk, at=timezone.now()) is None


def test_the_list_forgets_what_was_taken_back(conversation: Any, ana: Any) -> None:
    asked_at = timezone.now() - timedelta(minutes=3)
    world.make_message(conversation, "Where is my parcel?", at=asked_at)
    conversation.last_at, conversation.waiting_since = asked_at, asked_at
    conversation.save(update_fields=["last_at", "waiting_since"])
    message = say(conversation, ana, "On its way", hold=HOLD)
    taking_back.discard(message.pk, agent=ana, at=timezone.now())
    conversation.refresh_from_db()
    assert conversation.last_text == "Where is my parcel?"
    assert conversation.last_direction == Direction.IN
    assert conversation.last_status == statuses.RECEIVED
    assert conversation.waiting_since == asked_at


def test_an_answer_before_it_still_counts(conversation: Any, ana: Any) -> None:
    world.make_message(conversation, at=timezone.now() - timedelta(minutes=3))
    say(conversation, ana, "An answer")
    message = say(conversation, ana, "One more", hold=HOLD)
    taking_back.discard(message.pk, agent=ana, at=timezone.now())
    conversation.refresh_from_db()
    assert (conversation.last_text, conversation.waiting_since) == ("An answer", None)


def test_the_first_words_taken_back_leave_no_failure(conversation: Any, ana: Any) -> None:
    message = say(conversation, ana, hold=HOLD)
    taking_back.discard(message.pk, agent=ana, at=timezone.now())
    conversation.refresh_from_db()
    assert conversation.last_status == ""


def test_the_page_holds_for_as_long_as_the_agent_chose(
    client: Any, conversation: Any, ana: Any
) -> None:
    ana.undo_seconds = 10
    ana.save(update_fields=["undo_seconds"])
    world.seat(ana, conversation.number)
    client.force_login(ana)
    url = f"/inbox/{conversation.pk}/messages/"
    answer = client.post(url, {"text": "Hi"}, headers={"X-Requested-With": "fetch"})
    message = Message.objects.get(direction=Direction.OUT)
    assert message.retry_at is not None
    assert timedelta(seconds=8) < message.retry_at - timezone.now() <= timedelta(seconds=10)
    assert "undo-strip" in answer.content.decode()
    gone = client.post(f"{url}{message.token}/withdrawal/", headers={"X-Requested-With": "fetch"})
    assert "undo-strip" not in gone.content.decode()
    message.refresh_from_db()
    assert message.revoked_at


def test_what_the_phone_app_could_not_deliver_is_not_ours_to_repeat(conversation: Any) -> None:
    echo = world.make_message(
        conversation, direction=Direction.OUT, source="phone", status=statuses.FAILED
    )
    assert not echo.can_be_sent_again
