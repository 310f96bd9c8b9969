"""The outbox's worker: hands what waits to Meta, in order, and stores what became of it.

1. `claim` locks the conversation, takes its oldest unsent message and commits the attempt: now it is `sending`.
2. `hand_over` makes the one call to Meta, outside of any transaction.
3. `store` writes the outcome: accepted, refused, postponed or unknown. What is unknown is never sent again by itself.

A crash between 1 and 3 leaves an attempt `calling`; `due` declares it unknown once it is old, and the rest goes on.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom
from typing import BinaryIO, Final, cast

import structlog
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.graph import graph_for
from accounts.models import PhoneNumber
from conversations import live, rates, settling, statuses, verdicts
from conversations.holding import HELD, hold
from conversations.models import Attempt, Conversation, Direction, MediaFile, Message, Outcome
from conversations.outgoing import payload
from conversations.verdicts import Verdict
from whatsapp.failures import GraphFailure
from whatsapp.payloads import Payload

logger = structlog.get_logger(__name__)
LONGEST_SLEEP: Final = timedelta(seconds=1)
UPLOAD_LEASE: Final = timedelta(minutes=5)
META_KEEPS: Final = timedelta(days=30)
EXPIRES_SOON: Final = timedelta(hours=1)
SWEPT_AT_ONCE: Final = 1000
FILE_REFUSED: Final = 131053
BAD_PARAMETER: Final = 131009
_rng = SystemRandom()


@dataclass(frozen=True, slots=True)
class Call:
    """A committed attempt: Meta is to be called exactly once for it."""

    attempt_id: int
    conversation_id: int
    number: PhoneNumber
    body: Payload


@dataclass(frozen=True, slots=True)
class Upload:
    """Meta must have this file before the message can go. May be done twice."""

    message_id: int
    conversation_id: int
    number: PhoneNumber
    media: MediaFile


@dataclass(frozen=True, slots=True)
class Pause:
    """A meter is full for a moment that is short enough to sit out."""

    wait: timedelta


def deliver(conversation_id: int) -> None:
    """Send what waits in this conversation until nothing is left, or something must wait. Safe to run twice at once."""
    while (step := claim(conversation_id, at=timezone.now())) is not None:
        match step:
            case Call():
                store(step.attempt_id, hand_over(step), at=timezone.now())
            case Upload():
                _upload(step)
            case Pause(wait):
                time.sleep(wait.total_seconds())


# --- claim ---------------------------------------------------------------------------------------


def claim(conversation_id: int, *, at: datetime) -> Call | Upload | Pause | None:
    """The next thing to do for this conversation; None if there is nothing now, or somebody else is at it."""
    with transaction.atomic():
        conversation = _rows(conversation_id, skip_locked=True).first()
        if conversation is not None:
            return _claim(conversation, at=at)
    # Somebody holds the row: most likely a webhook is being stored, which takes a moment.
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")
            conversation = _rows(conversation_id).first()
            return _claim(conversation, at=at) if conversation else None
    except OperationalError:  # the sweep comes by again
        return None


def _rows(conversation_id: int, *, skip_locked: bool = False) -> QuerySet[Conversation]:
    rows = Conversation.objects.select_for_update(
        no_key=True, of=("self",), skip_locked=skip_locked
    )
    return rows.select_related("contact", "number__account__app").filter(pk=conversation_id)


def _claim(conversation: Conversation, *, at: datetime) -> Call | Upload | Pause | None:
    message = conversation.messages.unsent().select_related("media", "quoted").first()
    if message is None or message.status != statuses.QUEUED:
        return None  # nothing, or the oldest is being sent right now
    if message.retry_at and message.retry_at > at:
        return None
    number = conversation.number
    if number.held_reason or number.account.token_problem or not number.is_active:
        return None
    if message.media and not _is_with_meta(message.media, at=at):
        return _claim_upload(conversation, message, message.media, at=at)
    try:
        attempt = _next_attempt(message)
        body = payload(message, conversation.contact, ours=str(attempt.key))
    except (ValueError, KeyError) as problem:
        details = str(problem)
        verdict = Verdict(outcome=Outcome.REFUSED, code=BAD_PARAMETER, details=details)
        _settle(conversation, message, verdict, at=at)
        return _claim(conversation, at=at)
    if wait := _take_places(conversation, at=at):
        return _wait(message, wait, at=at)
    attempt.started_at = at
    attempt.save(force_insert=True)
    message.status, message.retry_at = statuses.SENDING, None
    message.save(update_fields=["status", "retry_at"])
    return Call(attempt.pk, conversation.pk, number, body)


def _next_attempt(message: Message) -> Attempt:
    """A new round begins where a person pressed "send again": only a postponed message comes back by itself."""
    last = message.attempts.order_by("-n").first()
    if last is None:
        return Attempt(message=message, number_id=message.number_id)
    is_same_round = last.outcome == Outcome.POSTPONED
    return Attempt(
        message=message,
        number_id=message.number_id,
        n=last.n + 1,
        round=last.round if is_same_round else last.round + 1,
    )


def _take_places(conversation: Conversation, *, at: datetime) -> timedelta:
    """Zero if both meters had room, and then a place is taken in both."""
    taken = rates.PAIR.take(conversation.pair_free_at, at=at)
    if taken.wait:
        return taken.wait
    if wait := rates.number_wait(conversation.number, at=at):
        return wait
    conversation.pair_free_at = taken.free_at
    conversation.save(update_fields=["pair_free_at"])
    return rates.NO_WAIT


def _wait(message: Message, wait: timedelta, *, at: datetime) -> Pause | None:
    if wait <= LONGEST_SLEEP:
        return Pause(wait)
    message.retry_at = at + wait
    message.save(update_fields=["retry_at"])
    return None


# --- call ----------------------------------------------------------------------------------------


def hand_over(call: Call) -> Verdict:
    """The one call to Meta for this attempt."""
    try:
        sent = graph_for(call.number).send(call.number.phone_number_id, call.body)
    except GraphFailure as failure:
        tries = _tries(call.attempt_id)
        return verdicts.judge(failure, tries=tries, rng=_rng)
    return verdicts.accepted(sent.wamid)


def _tries(attempt_id: int) -> int:
    """The calls of this attempt's round so far."""
    attempt = Attempt.objects.get(pk=attempt_id)
    return Attempt.objects.filter(message_id=attempt.message_id, round=attempt.round).count()


# --- store ---------------------------------------------------------------------------------------


@transaction.atomic
def store(attempt_id: int, verdict: Verdict, *, at: datetime) -> None:
    """What became of the call. A webhook may have told us already: the ladder is only climbed."""
    whose = Message.objects.filter(attempts=attempt_id).values_list("conversation_id", flat=True)
    conversation = _rows(whose.get()).get()
    attempt = Attempt.objects.select_related("message__quoted").get(pk=attempt_id)
    if verdict.outcome == Outcome.UNKNOWN and attempt.outcome != Outcome.CALLING:
        return  # the sweep thought the worker dead, and it was only slow
    message = attempt.message
    attempt.outcome, attempt.finished_at = verdict.outcome, at
    attempt.error_code, attempt.error_details = verdict.code, verdict.details
    attempt.wamid = verdict.wamid or attempt.wamid
    attempt.status = statuses.settled(attempt.status, RUNGS[verdict.outcome])
    attempt.save(
        update_fields=["outcome", "finished_at", "error_code", "error_details", "wamid", "status"]
    )
    if message.status == statuses.SENDING or _is_latest(attempt):
        _settle(conversation, message, verdict, at=at)
    if verdict.outcome in (Outcome.ACCEPTED, Outcome.UNKNOWN):
        settling.apply_parked(attempt)


RUNGS: Final[dict[str, str]] = {
    Outcome.ACCEPTED: statuses.ACCEPTED,
    Outcome.REFUSED: statuses.FAILED,
    Outcome.POSTPONED: statuses.QUEUED,
    Outcome.UNKNOWN: statuses.UNKNOWN,
}


def _is_latest(attempt: Attempt) -> bool:
    return not Attempt.objects.filter(message_id=attempt.message_id, n__gt=attempt.n).exists()


def _settle(
    conversation: Conversation, message: Message, verdict: Verdict, *, at: datetime
) -> None:
    """Write the verdict on the message and show it. The conversation is locked."""
    if verdict.outcome == Outcome.ACCEPTED:
        message.wamid = verdict.wamid
        message.accepted_at = at
    elif message.status not in (statuses.QUEUED, statuses.SENDING, statuses.UNKNOWN):
        return  # a status of Meta's knows better
    elif verdict.outcome == Outcome.REFUSED:
        message.failed_at = at
    if verdict.outcome == Outcome.POSTPONED:
        message.status = statuses.QUEUED
    else:
        message.status = statuses.settled(message.status, RUNGS[verdict.outcome])
    message.retry_at = at + verdict.wait if verdict.wait else None
    message.error_code, message.error_details = verdict.code, verdict.details
    message.save(
        update_fields=[
            "wamid", "accepted_at", "failed_at", "status", "retry_at", "error_code", "error_details"
        ]
    )  # fmt: skip
    if verdict.holds:
        hold(conversation.number, verdict)
    if verdict.code == settling.WINDOW_CLOSED:  # Meta's clock beats ours
        conversation.window_refused_at = at
        conversation.save(update_fields=["window_refused_at"])
    _mark_last(conversation, message)
    live.publish(f"message.{verdict.outcome}", conversation, shown(message), message=message.pk)


def _mark_last(conversation: Conversation, message: Message) -> None:
    """The list shows the ticks of the latest message."""
    if conversation.last_direction != Direction.OUT or message.at < conversation.last_at:
        return
    conversation.last_status, conversation.last_error = message.status, message.error_code
    conversation.save(update_fields=["last_status", "last_error"])


def shown(message: Message) -> Message:
    """What changes on the screen: a reaction of ours has no bubble, the message under it has."""
    return message.quoted if message.kind == "reaction" and message.quoted else message


# --- files ---------------------------------------------------------------------------------------


def _is_with_meta(media: MediaFile, *, at: datetime) -> bool:
    return bool(media.meta_id) and (
        media.meta_id_until is None or media.meta_id_until > at + EXPIRES_SOON
    )


def _claim_upload(
    conversation: Conversation, message: Message, media: MediaFile, *, at: datetime
) -> Upload | None:
    if media.next_try_at and media.next_try_at > at:
        return None  # somebody is uploading it
    media.tries += 1
    media.next_try_at = at + UPLOAD_LEASE
    media.save(update_fields=["tries", "next_try_at"])
    return Upload(message.pk, conversation.pk, conversation.number, media)


def _upload(step: Upload) -> None:
    media, number = step.media, step.number
    try:
        with media.file.open("rb") as file:
            meta_id = graph_for(number).upload_media(
                number.phone_number_id,
                cast(BinaryIO, file),
                mime=media.mime_type,
                filename=media.filename or f"file-{media.pk}",
            )
    except GraphFailure as failure:
        verdict = verdicts.judge_upload(failure, tries=media.tries, rng=_rng)
    except (OSError, ValueError) as problem:
        verdict = Verdict(outcome=Outcome.REFUSED, code=FILE_REFUSED, details=str(problem))
    else:
        MediaFile.objects.filter(pk=media.pk).update(
            meta_id=meta_id, meta_id_until=timezone.now() + META_KEEPS, tries=0, next_try_at=None
        )
        return
    _store_failed_upload(step, verdict, at=timezone.now())


@transaction.atomic
def _store_failed_upload(step: Upload, verdict: Verdict, *, at: datetime) -> None:
    conversation = _rows(step.conversation_id).get()
    again_at = at + verdict.wait if verdict.wait else None
    MediaFile.objects.filter(pk=step.media.pk).update(next_try_at=again_at)
    message = Message.objects.select_related("quoted").get(pk=step.message_id)
    if message.status == statuses.QUEUED:
        _settle(conversation, message, verdict, at=at)


# --- the sweep -----------------------------------------------------------------------------------


def due(*, at: datetime | None = None, limit: int = SWEPT_AT_ONCE) -> list[int]:
    """Conversations in which something waits that nobody is working on, those that waited longest first."""
    at = at or timezone.now()
    for attempt_id in _left_calling(at):
        store(attempt_id, verdicts.unknown("no answer was stored"), at=at)
    mine = Message.objects.filter(conversation=OuterRef("conversation"), direction=Direction.OUT)
    blocked = mine.filter(Q(status=statuses.SENDING) | Q(status=statuses.QUEUED, retry_at__gt=at))
    held = PhoneNumber.objects.filter(HELD | Q(is_active=False))
    waiting = (
        Message.objects.filter(direction=Direction.OUT, status=statuses.QUEUED)
        .exclude(Exists(blocked))
        .exclude(number__in=held)
        .order_by()
        .values("conversation_id")
        .annotate(since=Min("at"))
        .order_by("since")
    )
    return list(waiting.values_list("conversation_id", flat=True)[:limit])


def _left_calling(at: datetime) -> Iterator[int]:
    """Attempts whose worker died in mid-call."""
    old = Attempt.objects.filter(
        outcome=Outcome.CALLING, started_at__lt=at - settings.UNKNOWN_AFTER
    )
    return iter(old.order_by("started_at").values_list("pk", flat=True)[:SWEPT_AT_ONCE])
