"""Stores what became of calls to Meta. A webhook may have told already: the ladder of statuses is only climbed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef

from conversations import gates, lanes, live, settling, statuses
from conversations.bulk import update_rows
from conversations.holding import hold, rest
from conversations.models import Attempt, Conversation, Direction, Message, Outcome
from conversations.verdicts import Verdict
from events import journal

RUNGS: Final[dict[str, str]] = {
    Outcome.ACCEPTED: statuses.ACCEPTED,
    Outcome.REFUSED: statuses.FAILED,
    Outcome.POSTPONED: statuses.QUEUED,
    Outcome.UNKNOWN: statuses.UNKNOWN,
}
OPEN: Final = frozenset({statuses.QUEUED, statuses.SENDING, statuses.UNKNOWN})
KNOWN_TO_META: Final = frozenset({Outcome.ACCEPTED, Outcome.UNKNOWN})
ATTEMPT_COLUMNS: Final = [
    "outcome", "finished_at", "error_code", "error_details", "wamid", "status",
]  # fmt: skip
MESSAGE_COLUMNS: Final = [
    "wamid", "accepted_at", "failed_at", "status", "retry_at", "error_code", "error_details",
]  # fmt: skip
CONVERSATION_COLUMNS: Final = ["last_status", "last_error", "window_refused_at"]


@dataclass(frozen=True, slots=True)
class Told:
    """How one attempt ended."""

    attempt_id: int
    conversation_id: int
    verdict: Verdict
    at: datetime


def store_unsent(message_id: int, *, conversation_id: int, verdict: Verdict, at: datetime) -> None:
    """The same for a message that never came as far as a call: its file could not be uploaded, or it cannot be sent."""
    with transaction.atomic():
        thread = lanes.one(conversation_id)
        message = Message.objects.select_related("quoted").get(pk=message_id)
        if message.status == statuses.QUEUED:
            _write([(thread, message, verdict, at)])


def store(batch: Sequence[Told], threads: Mapping[int, Conversation]) -> None:
    """Write what became of these calls, and show it. Safe to repeat. The conversations are locked."""
    if not batch:
        return
    later = Attempt.objects.filter(message=OuterRef("message"), n__gt=OuterRef("n"))
    attempts = (
        Attempt.objects.select_related("message")
        .annotate(is_superseded=Exists(later))
        .in_bulk([told.attempt_id for told in batch])
    )
    ended: list[Attempt] = []
    changes: list[tuple[Conversation, Message, Verdict, datetime]] = []
    for told in batch:
        attempt, verdict = attempts[told.attempt_id], told.verdict
        if verdict.outcome == Outcome.UNKNOWN and attempt.outcome != Outcome.CALLING:
            continue  # the sweep thought the worker dead, and it was only slow
        _end(attempt, verdict, at=told.at)
        ended.append(attempt)
        if not attempt.is_superseded:
            changes.append((threads[told.conversation_id], attempt.message, verdict, told.at))
    update_rows(ended, ATTEMPT_COLUMNS)
    _write(changes)
    settling.apply_parked(*(a for a in ended if a.outcome in KNOWN_TO_META))


def _end(attempt: Attempt, verdict: Verdict, *, at: datetime) -> None:
    attempt.outcome, attempt.finished_at = verdict.outcome, at
    attempt.error_code, attempt.error_details = verdict.code, verdict.details
    attempt.wamid = verdict.wamid or attempt.wamid
    attempt.status = statuses.settled(attempt.status, RUNGS[verdict.outcome])


def _write(changes: Sequence[tuple[Conversation, Message, Verdict, datetime]]) -> None:
    """The verdicts on the messages and in the list, then shown. The conversations are locked."""
    written = [change for change in changes if _settle(*change)]
    update_rows([message for _thread, message, _verdict, _at in written], MESSAGE_COLUMNS)
    for thread, message, verdict, at in written:
        _mark(thread, message, verdict, at=at)
    update_rows(list({c[0].pk: c[0] for c in written}.values()), CONVERSATION_COLUMNS)
    with journal.together():
        for thread, message, verdict, _at in written:
            kind = f"message.{verdict.outcome}"
            is_minor = verdict.outcome == Outcome.ACCEPTED
            publish = live.publish_messages if is_minor else live.publish
            publish(kind, thread, shown(message), message=message.pk)


def _settle(_thread: Conversation, message: Message, verdict: Verdict, at: datetime) -> bool:
    """Whether the verdict says anything that Meta's statuses have not said better."""
    if verdict.outcome == Outcome.ACCEPTED:
        message.wamid, message.accepted_at = verdict.wamid, at
    elif message.status not in OPEN:
        return False
    elif verdict.outcome == Outcome.REFUSED:
        message.failed_at = at
    if verdict.outcome == Outcome.POSTPONED:
        message.status = statuses.QUEUED
    else:
        message.status = statuses.settled(message.status, RUNGS[verdict.outcome])
    message.retry_at = at + verdict.wait if verdict.wait else None
    message.error_code, message.error_details = verdict.code, verdict.details
    return True


def _mark(thread: Conversation, message: Message, verdict: Verdict, *, at: datetime) -> None:
    """The list shows the ticks of the latest message; the number and the window learn what concerns them."""
    if verdict.holds:
        hold(thread.number, verdict)
    if verdict.code == gates.SPAM_LIMIT:
        rest(thread.number, until=at + gates.SPAM_PAUSE)
    if verdict.code == settling.WINDOW_CLOSED:  # Meta's clock beats ours
        thread.window_refused_at = at
    is_last = thread.last_direction == Direction.OUT and message.at >= thread.last_at
    if is_last and message.kind != "reaction":
        thread.last_status, thread.last_error = message.status, message.error_code


def shown(message: Message) -> Message:
    """What changes on the screen: a reaction of ours has no bubble, the message under it has."""
    return message.quoted if message.kind == "reaction" and message.quoted else message
