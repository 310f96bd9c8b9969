"""The same thing at the same moment, from many threads, with real commits: nothing is sent twice or out of order."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from conversations import delivery, merging, sending, settling, statuses, turns, verdicts
from conversations.arrivals import Arrival
from conversations.models import Attempt, Conversation, Message, Outcome, ParkedStatus
from conversations.outcomes import Told
from conversations.tests.outbox import bodies, claimed, outgoing, say, store
from simulator.faults import Fault
from tests import world
from waba_inbox.celery import app
from whatsapp.facts import Person, StatusUpdate

PATIENCE = 30.0  # seconds, for what must happen but may take its time on a busy machine

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nobody_delivers_by_itself() -> None:
    """Here the tests are the workers: the bell rings into a queue that nobody reads."""
    app.conf.task_always_eager = False
    app.conf.update(broker_url="memory://")


def at_once(work: Callable[[int], Any], *, times: int) -> list[Any]:
    """Run it in that many threads, all let go together."""
    gate = threading.Barrier(times)

    def run(n: int) -> Any:
        try:
            gate.wait(timeout=10)
            return work(n)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def status_of(attempt_key: str, wamid: str, status: str, thread: Conversation) -> StatusUpdate:
    at = timezone.now()
    raw = {
        "id": wamid,
        "status": status,
        "timestamp": str(int(at.timestamp())),
        "recipient_id": thread.contact.phone,
        "biz_opaque_callback_data": attempt_key,
    }
    return StatusUpdate(
        waba_id=thread.number.account.waba_id,
        field="messages",
        raw=raw,
        phone_number_id=thread.number.phone_number_id,
        wamid=wamid,
        status=status,
        at=at,
        recipient=Person(wa_id=thread.contact.phone),
        callback_data=attempt_key,
    )


def test_the_same_token_ten_times_at_once_is_one_message_and_one_call(meta, thread, ana):
    token = uuid.uuid4()

    def press(_n: int) -> int:
        message = say(thread, ana, "only once", token=token)
        delivery.deliver(thread.pk)
        return message.pk

    assert len(set(at_once(press, times=10))) == 1
    assert Message.objects.count() == Attempt.objects.count() == 1
    assert bodies(meta) == ["only once"]


def test_eight_workers_at_one_conversation_send_each_message_once_and_in_order(meta, thread, ana):
    for n in range(20):
        say(thread, ana, f"line {n}")
    at_once(lambda _n: delivery.deliver(thread.pk), times=8)
    delivery.deliver(thread.pk)
    assert bodies(meta) == [f"line {n}" for n in range(20)]
    assert Attempt.objects.filter(outcome=Outcome.ACCEPTED).count() == 20


def test_ten_presses_of_send_again_are_one_new_attempt_with_a_new_wamid(meta, thread, ana):
    message = say(thread, ana)
    delivery.deliver(thread.pk)
    first = outgoing(meta)[0].id
    Message.objects.filter(pk=message.pk).update(status=statuses.FAILED)

    def press(_n: int) -> None:
        sending.retry(message.pk, agent=ana, at=timezone.now())

    at_once(press, times=10)
    delivery.deliver(thread.pk)
    message.refresh_from_db()
    attempts = list(message.attempts.order_by("n"))
    assert [(a.n, a.round) for a in attempts] == [(1, 1), (2, 2)]
    assert attempts[0].wamid == first
    assert attempts[1].wamid == message.wamid != first
    assert len(outgoing(meta)) == 2


def test_a_lost_answer_is_settled_by_metas_status_and_never_sent_again(meta, thread, ana, settings):
    settings.GRAPH_TIMEOUT = (1.0, 0.4)
    meta.faults.switch_on(Fault(name="timeout_after_acceptance", times=1, path="/messages"))
    message = say(thread, ana)
    delivery.deliver(thread.pk)
    message.refresh_from_db()
    assert message.status == statuses.UNKNOWN
    sent = outgoing(meta)[0]
    fact = status_of(sent.callback_data, sent.id, "delivered", thread)
    settling.settle(Arrival(fact, thread.number))
    delivery.due()
    delivery.deliver(thread.pk)
    message.refresh_from_db()
    assert (message.status, message.wamid) == (statuses.DELIVERED, sent.id)
    assert message.attempts.get().outcome == Outcome.ACCEPTED
    assert len(outgoing(meta)) == 1


def test_a_status_that_overtakes_the_answer_is_applied_with_it(meta, thread, ana):
    message = say(thread, ana)
    call = claimed(thread)
    verdict = delivery.hand_over(call)
    key = str(message.attempts.get().key)
    settling.settle(Arrival(status_of(key, verdict.wamid, "read", thread), thread.number))
    assert ParkedStatus.objects.count() == 1
    store(call, verdict)
    message.refresh_from_db()
    assert message.status == statuses.READ
    assert message.accepted_at
    assert not ParkedStatus.objects.exists()


def test_a_status_that_overtakes_a_lost_answer_settles_it_at_once(meta, thread, ana):
    message = say(thread, ana)
    call = claimed(thread)
    key = str(message.attempts.get().key)
    settling.settle(Arrival(status_of(key, "wamid.lost", "sent", thread), thread.number))
    store(call, verdicts.unknown("timed out"))
    message.refresh_from_db()
    assert (message.status, message.wamid) == (statuses.SENT, "wamid.lost")


def test_metas_word_on_an_unknown_message_takes_back_a_retry_that_has_not_gone(meta, thread, ana):
    message = say(thread, ana)
    call = claimed(thread)
    store(call, verdicts.unknown("timed out"))
    sending.retry(message.pk, agent=ana, at=timezone.now())
    key = str(message.attempts.get().key)
    settling.settle(Arrival(status_of(key, "wamid.it-went", "delivered", thread), thread.number))
    delivery.deliver(thread.pk)
    assert outgoing(meta) == []
    assert Message.objects.get().status == statuses.DELIVERED


@contextmanager
def held(conversation: Conversation) -> Iterator[threading.Event]:
    """Somebody else has the conversation's row, until the event is set."""
    is_held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Conversation.objects.select_for_update(no_key=True).get(pk=conversation.pk)
            is_held.set()
            release.wait(timeout=PATIENCE)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    is_held.wait(timeout=PATIENCE)
    try:
        yield release
    finally:
        release.set()
        holder.join()


def test_a_worker_waits_for_a_webhook_that_holds_the_conversation(meta, thread, ana):
    message = say(thread, ana)
    with held(thread) as release:
        threading.Timer(0.2, release.set).start()
        delivery.deliver(thread.pk)
    message.refresh_from_db()
    assert message.status == statuses.ACCEPTED


def test_a_conversation_that_stays_locked_keeps_its_answer_waiting_and_nobody_else(
    meta, shop, thread, ana
):
    other = world.make_conversation(
        shop, contact=world.make_contact(shop.workspace, phone="447700900555")
    )
    locked, free = say(thread, ana, "locked"), say(other, ana, "free")
    call = claimed(thread)
    verdict = delivery.hand_over(call)
    seen: list[str] = []

    def release_once_the_other_is_sent() -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            free.refresh_from_db()
            if free.status == statuses.ACCEPTED:
                break
            time.sleep(0.05)
        locked.refresh_from_db()
        seen.extend((free.status, locked.status))
        release.set()

    with held(thread) as release:
        jobs = [
            lambda: store(call, verdict),
            lambda: delivery.deliver(other.pk),
            release_once_the_other_is_sent,
        ]
        at_once(lambda n: jobs[n](), times=3)
    locked.refresh_from_db()
    assert seen == [statuses.ACCEPTED, statuses.SENDING]
    assert locked.status == statuses.ACCEPTED


def test_an_answer_is_kept_although_the_next_message_cannot_be_claimed(meta, thread, ana):
    message = say(thread, ana, "first")
    call = claimed(thread)
    verdict = delivery.hand_over(call)
    say(thread, ana, "second")
    told = Told(call.attempt_id, thread.pk, verdict, timezone.now())
    with connection.cursor() as cursor:  # whatever the trouble is
        cursor.execute(
            "ALTER TABLE conversations_attempt ADD CONSTRAINT one CHECK (outcome <> 'calling') NOT VALID"
        )
    try:
        with pytest.raises(IntegrityError):
            turns.take(thread.pk, at=timezone.now(), told=told)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE conversations_attempt DROP CONSTRAINT one")
    message.refresh_from_db()
    assert message.status == statuses.ACCEPTED


def test_an_answer_is_kept_although_its_thread_was_joined_with_another_meanwhile(meta, thread, ana):
    contact = world.make_contact(thread.workspace, phone="79210000077")
    gone = world.make_conversation(thread.number, contact=contact, last_inbound_at=timezone.now())
    message = say(gone, ana, "first")
    call = claimed(gone)
    verdict = delivery.hand_over(call)
    with transaction.atomic():
        merging.merge([thread.contact, contact])
    told = Told(call.attempt_id, gone.pk, verdict, timezone.now())
    assert turns.take(gone.pk, at=timezone.now(), told=told) is None
    message.refresh_from_db()
    assert (message.conversation_id, message.status) == (thread.pk, statuses.ACCEPTED)
    assert message.wamid == verdict.wamid
    assert Attempt.objects.get().outcome == Outcome.ACCEPTED
