"""The worker against Meta as the simulator plays it, over the wire."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from accounts.models import PhoneNumber
from conversations import (
    delivery,
    holding,
    rates,
    reading,
    sending,
    statuses,
    turns,
    verdicts,
)
from conversations.claiming import Upload, lease
from conversations.models import Conversation, MediaFile, Message, Outcome
from conversations.tests.outbox import bodies, claimed, make_file, outgoing, say, send_file, store
from simulator.faults import Fault
from tests import world

pytestmark = pytest.mark.django_db


def deliver(*messages: Message) -> None:
    """Let the worker run, then look at what became of them."""
    delivery.deliver(messages[0].conversation_id)
    for message in messages:
        message.refresh_from_db()


def talk_to(shop: PhoneNumber, phone: str) -> Conversation:
    return world.make_conversation(shop, contact=world.make_contact(shop.workspace, phone=phone))


def test_a_reply_reaches_meta_and_is_accepted_with_its_wamid(meta, thread, ana):
    message = say(thread, ana, "Good morning")
    delivery.deliver(thread.pk)
    message.refresh_from_db()
    thread.refresh_from_db()
    sent = outgoing(meta)[0]
    attempt = message.attempts.get()
    assert message.status == statuses.ACCEPTED
    assert message.wamid == sent.id == attempt.wamid
    assert sent.content["body"] == "Good morning"
    assert sent.callback_data == str(attempt.key)
    assert attempt.outcome == Outcome.ACCEPTED
    assert thread.last_status == statuses.ACCEPTED


def test_twenty_messages_with_files_among_them_keep_their_order(meta, thread, ana):
    expected = []
    for n in range(20):
        if n % 5 == 4:
            send_file(thread, ana, make_file(thread))
            expected.append("document")
        else:
            say(thread, ana, f"line {n}")
            expected.append(f"line {n}")
    delivery.deliver(thread.pk)
    assert bodies(meta) == expected
    assert len(meta.world.media) == 4


def test_a_file_is_uploaded_once_and_again_only_when_meta_forgets_it(meta, thread, ana):
    media = make_file(thread)
    for _ in range(2):
        send_file(thread, ana, media)
        delivery.deliver(thread.pk)
    assert len(meta.world.media) == 1
    MediaFile.objects.filter(pk=media.pk).update(meta_id_until=timezone.now())
    send_file(thread, ana, media)
    delivery.deliver(thread.pk)
    assert len(meta.world.media) == 2
    assert len(outgoing(meta)) == 3


def test_a_message_that_meta_refuses_fails_with_its_code_and_the_next_one_goes(meta, thread, ana):
    media = make_file(thread)
    MediaFile.objects.filter(pk=media.pk).update(
        meta_id="999", meta_id_until=timezone.now() + timedelta(days=3)
    )
    refused, good = send_file(thread, ana, media), say(thread, ana, "after it")
    deliver(refused, good)
    assert (refused.status, refused.error_code) == (statuses.FAILED, 100)
    assert refused.error_details
    assert good.status == statuses.ACCEPTED


def test_after_a_refused_file_the_agents_retry_uploads_it_anew(meta, thread, ana):
    media = make_file(thread)
    MediaFile.objects.filter(pk=media.pk).update(
        meta_id="999", meta_id_until=timezone.now() + timedelta(days=3)
    )
    message = send_file(thread, ana, media)
    deliver(message)
    sending.retry(message.pk, agent=ana, at=timezone.now())
    deliver(message)
    assert message.status == statuses.ACCEPTED
    assert [(a.n, a.round, a.outcome) for a in message.attempts.order_by("n")] == [
        (1, 1, Outcome.REFUSED),
        (2, 2, Outcome.ACCEPTED),
    ]


@pytest.mark.parametrize(("fault", "code"), [("error_429", 130429), ("error_500", 2)])
def test_when_meta_is_busy_the_message_waits_and_those_behind_it_too(
    meta, thread, ana, fault, code
):
    meta.faults.switch_on(Fault(name=fault, times=1, path="/messages"))
    first, second = say(thread, ana, "first"), say(thread, ana, "second")
    deliver(first, second)
    assert (first.status, first.error_code) == (statuses.QUEUED, code)
    assert first.retry_at
    assert first.retry_at > timezone.now()
    assert second.status == statuses.QUEUED
    assert outgoing(meta) == []
    assert thread.pk not in delivery.due()
    Message.objects.filter(pk=first.pk).update(retry_at=timezone.now())
    assert delivery.due() == [thread.pk]
    deliver(first, second)
    assert bodies(meta) == ["first", "second"]
    assert [(a.n, a.round) for a in first.attempts.order_by("n")] == [(1, 1), (2, 1)]
    assert first.error_code is None


def test_the_pair_rate_is_answered_with_ever_longer_pauses(meta, shop, ana):
    thread = talk_to(shop, "447700900012")
    message = say(thread, ana)
    waits = []
    for _ in range(3):
        Message.objects.filter(pk=message.pk).update(retry_at=None)
        before = timezone.now()
        deliver(message)
        assert message.retry_at
        waits.append(round((message.retry_at - before).total_seconds()))
    assert message.error_code == 131056
    assert waits == [1, 4, 16]


def test_a_bare_something_went_wrong_is_unknown_and_never_sent_again(meta, shop, ana):
    thread = talk_to(shop, "447700900009")
    message = say(thread, ana)
    deliver(message)
    deliver(message)
    assert (message.status, message.error_code) == (statuses.UNKNOWN, 131000)
    assert message.attempts.count() == 1


def test_a_lost_answer_is_unknown_is_not_sent_again_and_does_not_stop_the_next(
    meta, thread, ana, settings
):
    settings.GRAPH_TIMEOUT = (1.0, 0.4)
    meta.faults.switch_on(Fault(name="timeout_after_acceptance", times=1, path="/messages"))
    lost, after = say(thread, ana, "lost"), say(thread, ana, "after")
    deliver(lost, after)
    delivery.deliver(thread.pk)
    assert lost.status == statuses.UNKNOWN
    assert after.status == statuses.ACCEPTED
    assert bodies(meta) == ["lost", "after"]
    assert lost.attempts.get().outcome == Outcome.UNKNOWN


def test_a_token_that_died_holds_everything_until_it_works_again(meta, shop, thread, ana):
    cache.clear()
    account = shop.account
    good = account.token
    account.token = "expired"
    account.save(update_fields=["token"])
    first, second = say(thread, ana, "first"), say(thread, ana, "second")
    deliver(first, second)
    account.refresh_from_db()
    assert (first.status, first.error_code, first.retry_at) == (statuses.QUEUED, 190, None)
    assert account.token_problem
    assert first.attempts.count() == 1
    assert delivery.due() == []
    assert holding.probe_held() == []  # still the old token
    account.token = good
    account.save(update_fields=["token"])
    cache.clear()
    assert holding.probe_held() == [shop]
    assert delivery.due() == [thread.pk]
    deliver(first, second)
    assert bodies(meta) == ["first", "second"]


def test_a_number_that_is_not_registered_is_held_and_asked_about_gently(meta, shop, thread, ana):
    cache.clear()
    number = meta.world.numbers[shop.phone_number_id]
    meta.world.numbers.keep(replace(number, status="PENDING"))
    message = say(thread, ana)
    deliver(message)
    shop.refresh_from_db()
    assert shop.held_reason == "133010"
    assert message.status == statuses.QUEUED
    assert holding.probe_held() == []
    meta.world.numbers.keep(replace(number, status="CONNECTED"))
    assert holding.probe_held() == []  # asked less than a minute ago
    cache.clear()
    assert holding.probe_held() == [shop]
    deliver(message)
    assert message.status == statuses.ACCEPTED


def test_a_number_that_meta_does_not_know_fails_the_message_and_holds_nothing(meta, shop, ana):
    elsewhere = world.make_number(shop.account, phone_number_id="111")
    message = say(world.make_conversation(elsewhere), ana)
    deliver(message)
    assert message.status == statuses.FAILED
    assert list(holding.held()) == []


def test_no_connection_at_all_is_certainly_not_sent_and_tried_again(shop, thread, ana, settings):
    settings.GRAPH_URL = "http://127.0.0.1:9"
    message = say(thread, ana)
    deliver(message)
    assert message.status == statuses.QUEUED
    assert message.retry_at
    assert message.attempts.get().outcome == Outcome.POSTPONED


def test_a_crash_in_mid_call_becomes_unknown_and_the_rest_goes_on(meta, thread, ana):
    lost, after = say(thread, ana, "lost"), say(thread, ana, "after")
    long_ago = timezone.now() - timedelta(minutes=3)
    assert turns.take(thread.pk, at=long_ago)  # and then the worker died
    delivery.deliver(thread.pk)
    assert outgoing(meta) == []
    assert delivery.due() == [thread.pk]
    deliver(lost, after)
    assert lost.status == statuses.UNKNOWN
    assert lost.attempts.get().outcome == Outcome.UNKNOWN
    assert bodies(meta) == ["after"]


def test_an_answer_that_comes_after_the_sweep_gave_up_is_still_believed(meta, thread, ana):
    message = say(thread, ana)
    call = claimed(thread, at=timezone.now() - timedelta(minutes=3))
    delivery.due()
    store(call, delivery.hand_over(call))
    message.refresh_from_db()
    assert message.status == statuses.ACCEPTED
    store(call, verdicts.unknown("a slow sweep"))
    message.refresh_from_db()
    assert (message.status, message.attempts.get().outcome) == (
        statuses.ACCEPTED,
        Outcome.ACCEPTED,
    )


def test_a_crash_before_the_call_was_committed_leaves_the_message_queued(meta, thread, ana):
    message = say(thread, ana)
    with transaction.atomic():
        turns.take(thread.pk, at=timezone.now())
        transaction.set_rollback(True)
    assert delivery.due() == [thread.pk]
    deliver(message)
    assert message.attempts.count() == 1
    assert message.status == statuses.ACCEPTED


def test_a_message_that_cannot_be_written_as_a_call_fails_and_lets_the_next_one_pass(
    meta, thread, ana
):
    bad, good = say(thread, ana, "bad"), say(thread, ana, "good")
    Message.objects.filter(pk=bad.pk).update(kind="hologram")
    deliver(bad, good)
    assert bad.status == statuses.FAILED
    assert bodies(meta) == ["good"]


def test_a_file_that_is_gone_from_the_disk_fails_only_its_message(meta, thread, ana):
    media = make_file(thread)
    media.file.delete(save=False)
    MediaFile.objects.filter(pk=media.pk).update(file=f"{thread.workspace_id}/gone")
    gone, good = send_file(thread, ana, media), say(thread, ana, "good")
    deliver(gone, good)
    assert (gone.status, gone.error_code) == (statuses.FAILED, delivery.FILE_REFUSED)
    assert bodies(meta) == ["good"]


def test_an_upload_that_failed_is_made_again_without_an_attempt(meta, thread, ana, settings):
    settings.GRAPH_TIMEOUT = (1.0, 0.4)
    meta.faults.switch_on(Fault(name="timeout_after_acceptance", times=1, path="/media"))
    media = make_file(thread)
    first, second = send_file(thread, ana, media), say(thread, ana, "second")
    deliver(first, second)
    assert (first.status, first.attempts.count()) == (statuses.QUEUED, 0)
    assert first.retry_at
    assert first.retry_at > timezone.now()
    Message.objects.filter(pk=first.pk).update(retry_at=None)
    MediaFile.objects.filter(pk=media.pk).update(next_try_at=None)
    deliver(first, second)
    assert bodies(meta) == ["document", "second"]


def test_an_upload_whose_worker_died_is_made_again_after_a_while_that_fits_its_size(
    meta, thread, ana
):
    message = send_file(thread, ana, make_file(thread))
    began = timezone.now()
    assert isinstance(turns.take(thread.pk, at=began), Upload)  # and the worker dies here
    assert turns.take(thread.pk, at=began + timedelta(seconds=25)) is None
    assert isinstance(turns.take(thread.pk, at=began + timedelta(seconds=35)), Upload)
    assert message.attempts.count() == 0
    assert lease(100 * 1024 * 1024) == timedelta(seconds=430)


def test_a_person_known_only_by_a_user_id_is_reached_by_it(meta, shop, ana):
    customer = meta.world.ensure_customer("DE.1a2b3c")
    contact = world.make_contact(shop.workspace, phone="", user_id=customer.user_id or "DE.1a2b3c")
    message = say(world.make_conversation(shop, contact=contact), ana)
    deliver(message)
    assert message.status == statuses.ACCEPTED
    assert meta.world.vanished == []


def test_a_colleagues_second_worker_finds_nothing_to_do_while_one_sends(meta, thread, ana):
    say(thread, ana, "first")
    say(thread, ana, "second")
    assert turns.take(thread.pk, at=timezone.now())
    assert turns.take(thread.pk, at=timezone.now()) is None


def test_a_full_pair_meter_puts_the_message_off_without_an_attempt(meta, thread, ana):
    full_until = timezone.now() + rates.PAIR.every * 600  # however slow this machine is
    Conversation.objects.filter(pk=thread.pk).update(pair_free_at=full_until)
    message = say(thread, ana, "one too many")
    deliver(message)
    assert message.status == statuses.QUEUED
    assert message.attempts.count() == 0
    assert message.retry_at == full_until - rates.PAIR.every * (rates.PAIR.burst - 1)
    assert not outgoing(meta)


def test_the_list_shows_the_ticks_of_the_last_message_only(meta, shop, thread, ana):
    early = say(thread, ana, "early")
    thread.refresh_from_db()
    Conversation.objects.filter(pk=thread.pk).update(
        last_direction="in", last_at=timezone.now() + timedelta(seconds=5), last_status=""
    )
    deliver(early)
    thread.refresh_from_db()
    assert thread.last_status == ""


def test_the_number_of_queries_for_one_message_stays_small(
    meta, thread, ana, django_assert_max_num_queries
):
    say(thread, ana)
    with django_assert_max_num_queries(40):
        delivery.deliver(thread.pk)


def test_a_reaction_goes_to_its_message_and_shows_no_bubble_of_its_own(meta, thread, ana):
    target = say(thread, ana, "look")
    deliver(target)
    sending.react(target.pk, agent=ana, emoji="👍", at=timezone.now())
    thread.refresh_from_db()
    before = thread.last_at
    delivery.deliver(thread.pk)
    thread.refresh_from_db()
    sent = outgoing(meta)[-1]
    assert (sent.type, sent.content) == ("reaction", {"message_id": target.wamid, "emoji": "👍"})
    assert thread.last_at == before
    assert target.reactions.get().emoji == "👍"
    sending.react(target.pk, agent=ana, emoji="", at=timezone.now())
    assert not target.reactions.exists()


def test_the_contact_gets_the_blue_ticks_only_when_asked(
    meta, thread, ana, django_capture_on_commit_callbacks
):
    inbound = meta.world.customer(thread.contact.phone).writes("Hi")
    Conversation.objects.filter(pk=thread.pk).update(last_inbound_wamid=inbound.id)
    thread.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        reading.show_to_contact(thread, typing=True)
    assert [key[0] for key in meta.world.typing] == [thread.number.phone_number_id]
    assert meta.world.messages[inbound.id].status == "read"
