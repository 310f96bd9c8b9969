"""Takes the next thing to do for conversations: their oldest unsent message, if nothing forbids it now.

Once this is committed the message is `sending`, and exactly one worker has the right to call Meta for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeAlias

from django.db import OperationalError, connection, transaction

from accounts.models import PhoneNumber
from conversations import rates, statuses
from conversations.bulk import update_rows
from conversations.gathering import Gathering
from conversations.models import Attempt, Conversation, Direction, MediaFile, Message, Outcome
from conversations.outgoing import payload
from whatsapp.payloads import Payload

LONGEST_SLEEP: Final = timedelta(seconds=1)
UPLOAD_LEASE: Final = timedelta(minutes=5)
EXPIRES_SOON: Final = timedelta(hours=1)


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
class Unsendable:
    """The row cannot be written as a call: it fails here, and lets the next one pass."""

    message_id: int
    conversation_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class Pause:
    """A meter is full for a moment that is short enough to sit out."""

    wait: timedelta


Step: TypeAlias = Call | Upload | Unsendable | Pause


class _Busy:
    """Somebody else holds the conversation's row."""


BUSY: Final = _Busy()


def claim(conversation_id: int, *, at: datetime) -> Step | None:
    """The next thing to do; None if there is nothing now, or somebody else is at it."""
    found = _claims.ask((conversation_id, at))
    if not isinstance(found, _Busy):
        return found
    # Most likely a webhook is being stored, which takes a moment.
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '2s'")
            found = _claim_all([(conversation_id, at)], skip_locked=False)[0]
    except OperationalError:  # the sweep comes by again
        return None
    return None if isinstance(found, _Busy) else found


@transaction.atomic
def _claim_all(
    asked: Sequence[tuple[int, datetime]], *, skip_locked: bool
) -> Sequence[Step | _Busy | None]:
    ids = {pk for pk, _at in asked}
    rows = Conversation.objects.select_for_update(
        no_key=True, of=("self",), skip_locked=skip_locked
    )
    threads = rows.select_related("contact").filter(pk__in=ids).order_by("pk").in_bulk()
    heads = _heads(threads)
    numbers = PhoneNumber.objects.select_related("account__app").in_bulk(
        {thread.number_id for thread in threads.values()}
    )
    lasts = _last_attempts(heads)
    round_ = _Round(lasts, numbers)
    steps: dict[int, Step | _Busy | None] = {}
    for pk, at in asked:
        if pk in steps:
            continue  # two workers for one conversation: the first has it
        if pk not in threads:
            steps[pk] = BUSY
        else:
            steps[pk] = round_.take(threads[pk], heads.get(pk), at=at)
    round_.write()
    called = {pk: round_.call(pk) for pk in round_.attempts}
    first: set[int] = set()
    answers: list[Step | _Busy | None] = []
    for pk, _at in asked:
        answers.append(None if pk in first else called.get(pk, steps[pk]))
        first.add(pk)
    return answers


def _heads(threads: dict[int, Conversation]) -> dict[int, Message]:
    """The oldest message that has not left, of each conversation: the one that the customer must see next."""
    waiting = Message.objects.filter(
        conversation__in=threads, direction=Direction.OUT, status__in=statuses.WAITING
    ).select_related("media")
    first = waiting.order_by("conversation_id", "at", "pk").distinct("conversation_id")
    return {message.conversation_id: message for message in first}


def _last_attempts(heads: dict[int, Message]) -> dict[int, Attempt]:
    ids = [head.pk for head in heads.values() if head.status == statuses.QUEUED]
    rows = Attempt.objects.filter(message__in=ids).order_by("message_id", "-n")
    return {attempt.message_id: attempt for attempt in rows.distinct("message_id")}


class _Round:
    """One batch of claims: decides for each conversation, then writes for all."""

    def __init__(self, lasts: dict[int, Attempt], numbers: dict[int, PhoneNumber]) -> None:
        self.lasts = lasts
        self.numbers = numbers
        self.attempts: dict[int, Attempt] = {}  # by conversation
        self.bodies: dict[int, Payload] = {}
        self.taken: list[Conversation] = []
        self.changed: list[Message] = []
        self.leased: list[MediaFile] = []

    def take(self, thread: Conversation, head: Message | None, *, at: datetime) -> Step | None:
        if head is None or head.status != statuses.QUEUED:
            return None  # nothing, or the oldest is being sent right now
        if head.retry_at and head.retry_at > at:
            return None
        number = self.numbers[thread.number_id]
        if number.held_reason or number.account.token_problem or not number.is_active:
            return None
        if head.media and not is_with_meta(head.media, at=at):
            return self._upload(thread, head, head.media, number=number, at=at)
        attempt = _next_attempt(head, self.lasts.get(head.pk))
        try:
            body = payload(head, thread.contact, ours=str(attempt.key))
        except (ValueError, KeyError) as problem:
            return Unsendable(head.pk, thread.pk, str(problem))
        if wait := _take_places(thread, number, at=at):
            return self._wait(head, wait, at=at)
        attempt.started_at = at
        self.attempts[thread.pk], self.bodies[thread.pk] = attempt, body
        self.taken.append(thread)
        head.status, head.retry_at = statuses.SENDING, None
        self.changed.append(head)
        return None

    def _upload(
        self,
        thread: Conversation,
        head: Message,
        media: MediaFile,
        *,
        number: PhoneNumber,
        at: datetime,
    ) -> Upload | None:
        if media.next_try_at and media.next_try_at > at:
            return None  # somebody is uploading it
        media.tries += 1
        media.next_try_at = at + UPLOAD_LEASE
        self.leased.append(media)
        return Upload(head.pk, thread.pk, number, media)

    def _wait(self, head: Message, wait: timedelta, *, at: datetime) -> Pause | None:
        if wait <= LONGEST_SLEEP:
            return Pause(wait)
        head.retry_at = at + wait
        self.changed.append(head)
        return None

    def write(self) -> None:
        Attempt.objects.bulk_create(self.attempts.values())
        update_rows(self.taken, ["pair_free_at"])
        update_rows(self.changed, ["status", "retry_at"])
        update_rows(self.leased, ["tries", "next_try_at"])

    def call(self, conversation_id: int) -> Call:
        attempt = self.attempts[conversation_id]
        number = self.numbers[attempt.number_id]
        return Call(attempt.pk, conversation_id, number, self.bodies[conversation_id])


def is_with_meta(media: MediaFile, *, at: datetime) -> bool:
    return bool(media.meta_id) and (
        media.meta_id_until is None or media.meta_id_until > at + EXPIRES_SOON
    )


def _next_attempt(message: Message, last: Attempt | None) -> Attempt:
    """A new round begins where a person pressed "send again": only a postponed message comes back by itself."""
    attempt = Attempt(message=message, number_id=message.number_id)
    if last is not None:
        attempt.n = last.n + 1
        attempt.round = last.round + (last.outcome != Outcome.POSTPONED)
    return attempt


def _take_places(thread: Conversation, number: PhoneNumber, *, at: datetime) -> timedelta:
    """Zero if both meters had room, and then a place is taken in both."""
    taken = rates.PAIR.take(thread.pair_free_at, at=at)
    if taken.wait:
        return taken.wait
    if wait := rates.number_wait(number, at=at):
        return wait
    thread.pair_free_at = taken.free_at
    return rates.NO_WAIT


_claims: Gathering[tuple[int, datetime], Step | _Busy | None] = Gathering(
    partial(_claim_all, skip_locked=True)
)
