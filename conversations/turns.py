"""One turn of the outbox: store how a conversation's last call ended, and take the next thing to do for it.

Both are one transaction, and the turns that many threads ask for at the same moment are one as well: a message costs
a part of a commit. Who gets a step back has, alone, the right and the duty to do it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.db import OperationalError, connection, transaction

from conversations import claiming, outcomes
from conversations.claiming import Step
from conversations.gathering import Gathering
from conversations.models import Attempt, Conversation
from conversations.outcomes import Told
from events import journal

REST: Final = 0.03  # seconds between two batches under load: the next one grows meanwhile
# Most locks are a webhook's, for a moment: waiting is cheaper than coming again. One that stays must stop nobody else.
LOCK_TIMEOUT: Final = "500ms"
PATIENCE: Final = 2.0  # seconds, for a lock that stays


class _Busy:
    """Somebody else holds the conversation's row."""


class _Gone:
    """The conversation was joined with another one while Meta was called: what was told is not stored yet."""


BUSY: Final = _Busy()
GONE: Final = _Gone()


@dataclass(frozen=True, slots=True)
class _Turn:
    conversation_id: int
    at: datetime
    told: Told | None = None
    goes_on: bool = True


def take(conversation_id: int, *, at: datetime, told: Told | None = None) -> Step | None:
    """The next thing to do; None if there is nothing now, or somebody else is at it. `told` is stored before."""
    try:
        return _ask(_Turn(conversation_id, at, told))
    except Exception:
        if told is not None:  # Meta's answer must not be lost with what hinders the next message
            store(told)
        raise


def store(told: Told) -> None:
    """Write what became of a call, and show it. Safe to repeat."""
    _ask(_Turn(told.conversation_id, told.at, told, goes_on=False))


def _ask(turn: _Turn) -> Step | None:
    until = time.monotonic() + PATIENCE
    while isinstance(found := _turns.ask(turn), _Busy):
        if time.monotonic() < until:
            time.sleep(REST)
        elif turn.told is None:
            return None  # the sweep comes by again
        else:
            found = _take_all([turn])[0]
            break
    if isinstance(found, _Gone) and turn.told is not None:
        _store_elsewhere(turn.told)
    return None if isinstance(found, _Busy | _Gone) else found


def _store_elsewhere(told: Told) -> None:
    """The message has moved, and the answer goes after it. What waits there is the sweep's."""
    moved = Attempt.objects.filter(pk=told.attempt_id).values_list("message__conversation_id")
    for (conversation_id,) in moved:
        store(replace(told, conversation_id=conversation_id))


def _take_many(turns: Sequence[_Turn]) -> Sequence[Step | _Busy | _Gone | None]:
    try:
        return _take_all(turns, lock_timeout=LOCK_TIMEOUT)
    except OperationalError:
        return _take_all(turns, skip_locked=True)


@transaction.atomic
def _take_all(
    turns: Sequence[_Turn], *, lock_timeout: str = "0", skip_locked: bool = False
) -> Sequence[Step | _Busy | _Gone | None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [lock_timeout])
    rows = Conversation.objects.select_for_update(
        no_key=True, of=("self",), skip_locked=skip_locked
    ).select_related("contact")
    ids = {turn.conversation_id for turn in turns}
    threads = {row.pk: row for row in rows.filter(pk__in=ids).order_by("pk")}
    mine = [turn for turn in turns if turn.conversation_id in threads]
    first = {turn.conversation_id: turn for turn in reversed(mine) if turn.goes_on}
    with journal.together():  # the workspace is locked at the end, for a moment
        outcomes.store([turn.told for turn in mine if turn.told], threads)
        steps = claiming.claim({pk: (threads[pk], turn.at) for pk, turn in first.items()})
    return [
        steps.get(turn.conversation_id)
        if first.get(turn.conversation_id) is turn  # of two workers for one, the first has it
        else _missing(turn, skip_locked=skip_locked)
        if turn.conversation_id not in threads
        else None
        for turn in turns
    ]


def _missing(turn: _Turn, *, skip_locked: bool) -> _Busy | _Gone | None:
    if skip_locked:
        return BUSY
    return GONE if turn.told else None


_turns: Gathering[_Turn, Step | _Busy | _Gone | None] = Gathering(_take_many, rest=REST)
