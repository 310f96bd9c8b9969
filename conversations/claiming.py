"""Takes the next thing to do for conversations: their oldest unsent message, if nothing forbids it now.

Called by turns.py. Once it has committed, the message is `sending`, and exactly one worker has the right to call Meta.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from accounts.models import PhoneNumber
from conversations import card_files, rates, statuses
from conversations.bulk import update_rows
from conversations.models import Attempt, Conversation, Direction, MediaFile, Message, Outcome
from conversations.outgoing import payload
from whatsapp.payloads import Payload

LONGEST_SLEEP: Final = timedelta(seconds=1)
UPLOAD_LEASE: Final = timedelta(seconds=30)  # longer than a call to Meta may be silent
SLOWEST_LINE: Final = 256 * 1024  # bytes a second; slower, and a second worker begins, too
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


def claim(wanted: Mapping[int, tuple[Conversation, datetime]]) -> dict[int, Step | None]:
    """The next step of each of these conversations, by id. They are locked, with their contacts."""
    heads = _heads(wanted.keys())
    numbers = PhoneNumber.objects.select_related("account__app").in_bulk(
        {head.number_id for head in heads.values()}
    )
    round_ = _Round(_last_attempts(heads), numbers)
    steps = {pk: round_.take(thread, heads.get(pk), at=at) for pk, (thread, at) in wanted.items()}
    round_.write()
    return steps | {pk: round_.call(pk) for pk in round_.attempts}


def _heads(threads: Collection[int]) -> dict[int, Message]:
    """The oldest message that has not left, of each conversation: the one that the customer must see next."""
    if not threads:
        return {}
    waiting = Message.objects.filter(
        conversation__in=threads, direction=Direction.OUT, status__in=statuses.WAITING
    ).select_related("media")
    first = waiting.order_by("conversation_id", "at", "pk").distinct("conversation_id")
    return {message.conversation_id: message for message in first}


def _last_attempts(heads: dict[int, Message]) -> dict[int, Attempt]:
    ids = [head.pk for head in heads.values() if head.status == statuses.QUEUED]
    if not ids:
        return {}
    rows = Attempt.objects.filter(message__in=ids).order_by("message_id", "-n")
    return {attempt.message_id: attempt for attempt in rows.distinct("message_id")}


class _Round:
    """One batch of claims: decides for each conversation, then writes for all."""

    def __init__(self, lasts: dict[int, Attempt], numbers: dict[int, PhoneNumber]) -> None:
        self.lasts = lasts
        self.numbers = numbers
        self.attempts: dict[int, Attempt] = {}  # by conversation
        self.places: Counter[int] = Counter()  # taken in this round, by number
        self.bodies: dict[int, Payload] = {}
        self.taken: list[Conversation] = []
        self.changed: list[Message] = []
        self.leased: list[MediaFile] = []

    def take(self, thread: Conversation, head: Message | None, *, at: datetime) -> Step | None:
        if head is None or head.status != statuses.QUEUED:
            return None  # nothing, or the oldest is being sent right now
        if head.retry_at and head.retry_at > at:
            return None
        number = self.numbers[head.number_id]
        if number.held_reason or number.account.token_problem or not number.is_active:
            return None
        for media in filter(None, (head.media, *card_files.carried_by(head).values())):
            if not is_with_meta(media, at=at):
                return self._upload(thread, head, media, number=number, at=at)
        attempt = _next_attempt(head, self.lasts.get(head.pk))
        try:
            body = payload(head, thread.contact, ours=str(attempt.key))
        except (ValueError, KeyError) as problem:
            return Unsendable(head.pk, thread.pk, str(problem))
        if wait := self._take_places(thread, number, at=at):
            return self._wait(head, wait, at=at)
        attempt.started_at = at
        self.attempts[thread.pk], self.bodies[thread.pk] = attempt, body
        self.taken.append(thread)
        head.status, head.retry_at = statuses.SENDING, None
        self.changed.append(head)
        return None

    def _take_places(self, thread: Conversation, number: PhoneNumber, *, at: datetime) -> timedelta:
        """Zero if both meters had room, and then a place is taken in both."""
        taken = rates.PAIR.take(thread.pair_free_at, at=at)
        if taken.wait:
            return taken.wait
        if wait := rates.number_wait(number, at=at, unwritten=self.places[number.pk]):
            return wait
        self.places[number.pk] += 1
        thread.pair_free_at = taken.free_at
        return rates.NO_WAIT

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
        media.next_try_at = at + lease(media.size)
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


def lease(size: int) -> timedelta:
    """How long an upload of so many bytes is its worker's alone. A worker that died holds a chat up for no longer."""
    return UPLOAD_LEASE + timedelta(seconds=size / SLOWEST_LINE)


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
