"""Statuses climb the ladder whatever their order; nothing that Meta said about a message of ours is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import PhoneNumber, PricingPlan
from conversations import settling
from conversations.arrivals import Arrival
from conversations.models import Attempt, Conversation, Message, ParkedStatus
from conversations.models.messages import Direction
from tests import posts, world
from whatsapp.webhooks import parse

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TIMES = {"sent": 1, "delivered": 2, "read": 3, "failed": 4}  # seconds after NOW


def told(number: PhoneNumber, wamid: str, state: str, **over: Any) -> Arrival[Any]:
    at = over.pop("at", int(NOW.timestamp()) + TIMES.get(state, 0))
    body = posts.body(number, statuses=[posts.status(wamid, state, at=at, **over)])
    return Arrival(parse(body)[0], number)


def failed(number: PhoneNumber, wamid: str, code: int = 131026, **over: Any) -> Arrival[Any]:
    error = {"code": code, "title": "t", "error_data": {"details": "Meta's words"}}
    return told(number, wamid, "failed", errors=[error], **over)


@pytest.fixture
def message(conversation: Conversation) -> Message:
    return sent(conversation)


def sent(conversation: Conversation, *, outcome: str = "accepted", **over: Any) -> Message:
    fields = {"direction": Direction.OUT, "status": outcome, "wamid": f"wamid.{timezone.now()}"}
    message = world.make_message(conversation, **fields | over)
    Attempt.objects.create(
        message=message,
        number=conversation.number,
        wamid=message.wamid,
        outcome=outcome,
        status=message.status,
    )
    return message


def state(message: Message) -> tuple[Any, ...]:
    message.refresh_from_db()
    attempt = message.attempts.get()
    return (
        message.status,
        message.sent_at,
        message.delivered_at,
        message.read_at,
        message.failed_at,
        message.error_code,
        message.error_details,
        attempt.status,
        attempt.error_code,
    )


def test_every_order_of_the_four_statuses_ends_the_same(conversation, number):
    ends = set()
    for order in permutations(("sent", "delivered", "read", "failed")):
        message = sent(conversation)
        for name in order:
            one = (
                failed(number, message.wamid)
                if name == "failed"
                else told(number, message.wamid, name)
            )
            settling.settle(one)
        ends.add(state(message))
    at = [NOW + timedelta(seconds=TIMES[name]) for name in ("sent", "delivered", "read", "failed")]
    assert ends == {("read", *at, 131026, "Meta's words", "read", 131026)}


def test_told_all_at_once_it_ends_the_same(conversation, number):
    message = sent(conversation)
    settling.settle(
        *(told(number, message.wamid, name) for name in ("read", "sent", "delivered", "read"))
    )
    assert state(message)[0] == "read"
    assert message.sent_at == NOW + timedelta(seconds=1)


@pytest.mark.parametrize("order", list(permutations(("sent", "delivered", "failed", "answer"))))
def test_statuses_before_the_answer_to_our_own_call_end_the_same(conversation, number, order):
    message = sent(conversation, outcome="calling", status="sending", wamid="")
    attempt = message.attempts.get()
    for name in order:
        if name == "answer":
            attempt.wamid, attempt.outcome, attempt.status = "wamid.late", "accepted", "accepted"
            attempt.save(update_fields=["wamid", "outcome", "status"])
            Message.objects.filter(pk=message.pk).update(wamid="wamid.late", status="accepted")
            settling.apply_parked(attempt)
        elif name == "failed":
            settling.settle(failed(number, "wamid.late"))
        else:
            settling.settle(told(number, "wamid.late", name))
    assert state(message)[0] == "delivered"
    assert state(message)[1:5:3] == (NOW + timedelta(seconds=1), NOW + timedelta(seconds=4))
    assert not ParkedStatus.objects.exists()


def test_our_key_in_the_status_settles_what_nobody_knew(conversation, number):
    message = sent(conversation, outcome="unknown", wamid="")
    key = str(message.attempts.get().key)
    settling.settle(told(number, "wamid.new", "sent", biz_opaque_callback_data=key))
    assert state(message)[0] == "sent"
    attempt = message.attempts.get()
    assert (attempt.wamid, attempt.outcome, message.wamid) == ("wamid.new", "accepted", "wamid.new")


def test_a_status_with_our_key_waits_while_the_call_is_under_way(conversation, number):
    message = sent(conversation, outcome="calling", status="sending", wamid="")
    attempt = message.attempts.get()
    told_with_key = told(number, "wamid.x", "sent", biz_opaque_callback_data=str(attempt.key))
    settling.settle(told_with_key)
    assert state(message)[0] == "sending"
    Attempt.objects.update(outcome="unknown", status="unknown")
    Message.objects.update(status="unknown")
    settling.sweep()
    assert state(message)[0] == "sent"
    assert not ParkedStatus.objects.exists()


def test_the_status_of_an_older_attempt_does_not_speak_for_the_message(conversation, number):
    message = sent(conversation, outcome="unknown", wamid="wamid.first")
    Attempt.objects.create(
        message=message, number=number, n=2, round=2, wamid="wamid.second", outcome="accepted"
    )
    Message.objects.filter(pk=message.pk).update(wamid="wamid.second", status="accepted")
    settling.settle(failed(number, "wamid.first"))
    message.refresh_from_db()
    assert (message.status, message.error_code) == ("accepted", None)
    assert message.attempts.get(n=1).status == "failed"


def test_a_repeat_is_not_shown_again(message, number, workspace):
    settling.settle(told(number, message.wamid, "delivered"))
    workspace.refresh_from_db()
    seq = workspace.last_seq
    settling.settle(told(number, message.wamid, "delivered"))
    settling.settle(told(number, message.wamid, "delivered", at=int(NOW.timestamp()) + 60))
    workspace.refresh_from_db()
    assert workspace.last_seq == seq


def test_the_list_shows_the_ticks_of_the_latest_message(conversation, number):
    message = sent(conversation)
    Conversation.objects.update(last_at=message.at, last_direction="out", last_status="accepted")
    settling.settle(told(number, message.wamid, "delivered"))
    conversation.refresh_from_db()
    assert conversation.last_status == "delivered"
    assert conversation.seq > 0


def test_an_unknown_status_is_parked_once_and_kept_for_eight_days(number):
    for _again in range(2):
        settling.settle(told(number, "wamid.phone-app", "delivered"))
    settling.sweep()
    assert ParkedStatus.objects.count() == 1
    ParkedStatus.objects.update(arrived_at=timezone.now() - timedelta(days=7, hours=23))
    settling.sweep()
    assert ParkedStatus.objects.count() == 1
    ParkedStatus.objects.update(arrived_at=timezone.now() - timedelta(days=8, hours=1))
    settling.sweep()
    assert not ParkedStatus.objects.exists()


def test_meta_beats_our_clock_until_the_customer_writes_again(conversation, message, number):
    refused_at = conversation.last_inbound_at + timedelta(minutes=1)
    settling.settle(failed(number, message.wamid, 131047, at=int(refused_at.timestamp()) + 1))
    conversation.refresh_from_db()
    assert not conversation.window.is_open(refused_at + timedelta(minutes=1))
    conversation.last_inbound_at = refused_at + timedelta(minutes=2)
    assert conversation.window.is_open(refused_at + timedelta(minutes=3))


def test_a_refusal_for_stopped_marketing_marks_the_contact(conversation, message, number):
    settling.settle(failed(number, message.wamid, 131050))
    conversation.contact.refresh_from_db()
    assert conversation.contact.marketing_stopped_at == NOW + timedelta(seconds=4)


@pytest.mark.parametrize("code", [131042, 131031])
def test_trouble_of_the_account_holds_the_number(message, number, code):
    settling.settle(failed(number, message.wamid, code))
    number.refresh_from_db()
    assert number.held_reason == str(code)


def test_a_dead_token_is_told_on_the_account(message, number, account):
    settling.settle(failed(number, message.wamid, 190))
    account.refresh_from_db()
    assert account.token_problem == "Meta's words"


def test_metas_price_and_conversation_are_kept_whatever_comes_later(conversation, message, number):
    expires = int((NOW + timedelta(hours=24)).timestamp())
    full = {"id": "C1", "expiration_timestamp": str(expires), "origin": {"type": "user_initiated"}}
    price = {"billable": True, "pricing_model": "CBP", "category": "user_initiated"}
    settling.settle(told(number, message.wamid, "sent", conversation=full, pricing=price))
    bare = {"id": "C1", "origin": {"type": "user_initiated"}}
    settling.settle(told(number, message.wamid, "delivered", conversation=bare, pricing=price))
    message.refresh_from_db()
    conversation.refresh_from_db()
    assert message.pricing == {"conversation": full, "pricing": price}
    assert conversation.billed_until == NOW + timedelta(hours=24)
    assert conversation.billed_origin == "user_initiated"


def test_without_metas_word_the_2022_plan_counts_by_its_own_rule(conversation, message, number):
    account = number.account
    settling.settle(told(number, message.wamid, "sent"))
    conversation.refresh_from_db()
    assert conversation.billed_until is None
    account.pricing_plan = PricingPlan.CONVERSATION_2022
    account.save(update_fields=["pricing_plan"])
    Conversation.objects.update(last_inbound_at=NOW - timedelta(hours=1))
    later = sent(conversation)
    settling.settle(told(number, later.wamid, "sent"), told(number, later.wamid, "delivered"))
    conversation.refresh_from_db()
    assert conversation.billed_until == NOW + timedelta(hours=24, seconds=1)
    assert conversation.billed_origin == "user_initiated"


def test_many_statuses_cost_no_more_queries_than_one(
    conversation, number, django_assert_max_num_queries
):
    for _ in range(20):
        sent(conversation)
    told_all = [
        told(number, message.wamid, name)
        for message in Message.objects.all()
        for name in ("sent", "delivered", "read")
    ]
    with django_assert_max_num_queries(16):
        settling.settle(*told_all)
    assert set(Message.objects.values_list("status", flat=True)) == {"read"}
