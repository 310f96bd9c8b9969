"""The outbox's worker: hands what waits to Meta, in order, and stores what became of it.

1. `turns.take` locks the conversation, takes its oldest unsent message, commits the attempt: now it is `sending`.
2. `hand_over` makes the one call to Meta, outside of any transaction.
3. The next `turns.take` writes what became of it (accepted, refused, postponed or unknown) and takes the message after
   it in one transaction. What is unknown is never sent again by itself.

A crash between 1 and 3 leaves an attempt `calling`; `due` declares it unknown once it is old, and the rest goes on.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from random import SystemRandom
from typing import BinaryIO, Final, cast

from django.conf import settings
from django.db import close_old_connections, connection
from django.db.models import Exists, Min, OuterRef, Q
from django.utils import timezone

from accounts.graph import graph_for
from accounts.models import PhoneNumber
from conversations import outcomes, statuses, turns, verdicts
from conversations.claiming import Call, Pause, Unsendable, Upload
from conversations.holding import HELD
from conversations.models import Attempt, Direction, MediaFile, Message, Outcome
from conversations.outcomes import Told
from conversations.verdicts import Verdict
from whatsapp.failures import GraphFailure

META_KEEPS: Final = timedelta(days=30)
SWEPT_AT_ONCE: Final = 1000
FILE_REFUSED: Final = 131053
BAD_PARAMETER: Final = 131009
_rng = SystemRandom()


def deliver(conversation_id: int) -> None:
    """Send what waits in this conversation until nothing is left, or something must wait. Safe to run twice at once."""
    told: Told | None = None
    while (step := turns.take(conversation_id, at=timezone.now(), told=told)) is not None:
        told = None
        _free_connection()
        match step:
            case Call():
                verdict = hand_over(step)
                told = Told(step.attempt_id, conversation_id, verdict, timezone.now())
            case Upload():
                _upload(step)
            case Unsendable(reason=reason):
                _fail(step, Verdict(outcome=Outcome.REFUSED, code=BAD_PARAMETER, details=reason))
            case Pause(wait):
                time.sleep(wait.total_seconds())


def _free_connection() -> None:
    """Back into the pool while Meta thinks or others work for us: there are more threads than connections."""
    if not connection.in_atomic_block:
        close_old_connections()


def hand_over(call: Call) -> Verdict:
    """The one call to Meta for this attempt."""
    try:
        sent = graph_for(call.number).send(call.number.phone_number_id, call.body)
    except GraphFailure as failure:
        return verdicts.judge(failure, tries=_tries(call.attempt_id), rng=_rng)
    return verdicts.accepted(sent.wamid)


def _tries(attempt_id: int) -> int:
    """The calls of this attempt's round so far."""
    attempt = Attempt.objects.get(pk=attempt_id)
    return Attempt.objects.filter(message_id=attempt.message_id, round=attempt.round).count()


def _fail(step: Upload | Unsendable, verdict: Verdict) -> None:
    outcomes.store_unsent(
        step.message_id, conversation_id=step.conversation_id, verdict=verdict, at=timezone.now()
    )


# --- files ---------------------------------------------------------------------------------------


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
    again_at = timezone.now() + verdict.wait if verdict.wait else None
    MediaFile.objects.filter(pk=media.pk).update(next_try_at=again_at)
    _fail(step, verdict)


# --- the sweep -----------------------------------------------------------------------------------


def due(*, at: datetime | None = None, limit: int = SWEPT_AT_ONCE) -> list[int]:
    """Conversations in which something waits that nobody is working on, those that waited longest first."""
    at = at or timezone.now()
    _give_up(at)
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


def _give_up(at: datetime) -> None:
    """Attempts whose worker died in mid-call: nobody knows."""
    old = Attempt.objects.filter(
        outcome=Outcome.CALLING, started_at__lt=at - settings.UNKNOWN_AFTER
    ).order_by("started_at")
    verdict = verdicts.unknown("the worker stopped before the answer was stored")
    for attempt_id, conversation_id in old.values_list("pk", "message__conversation_id")[
        :SWEPT_AT_ONCE
    ]:
        turns.store(Told(attempt_id, conversation_id, verdict, at))
