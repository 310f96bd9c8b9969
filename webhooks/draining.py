"""Empties the table of envelopes: claims a batch, reads it, routes it, marks it. Any number may run at once.

1. `_claim` takes a batch for some seconds, counts a try for each envelope and commits that, so one that kills its
   worker is noticed. Nobody else counts it meanwhile; a claim whose worker died runs out.
2. The batch is locked, parsed, routed and marked in one transaction. A crash undoes all.
3. What came of it is shown at once. While more wait than a batch it is shown when the drain gives others their turn:
   the screens are behind anyway, and a conversation in which much was said meanwhile is rendered once.
4. What cannot be read or goes nowhere is quarantined with its reason (`webhooks/quarantine.py`) beside the batch. If a
   verb fails, the batch is undone and every fact goes alone, in a transaction of its own; the bad ones are quarantined
   then, the others go on.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Final

import structlog
from django.db import DatabaseError, OperationalError, connection, transaction
from django.utils import timezone

from events import journal
from webhooks import months, quarantine
from webhooks.models import Envelope, HeldFor
from webhooks.routing import Item, route, route_one
from whatsapp.webhooks import BadBody, parse

logger = structlog.get_logger(__name__)

# A batch costs about as much as twenty statuses do, however small it is.
BATCH: Final = 200
BATCH_BYTES: Final = 1024 * 1024
SECONDS: Final = 2.0  # then the task rings for itself, so that others get their turn
SUSPECT_AFTER: Final = (
    2  # tries that did not end: from then on it goes alone, and spares its neighbours
)
POISON_AFTER: Final = 5
GATHERS_FROM: Final = 25  # so many came at once: more are coming, and the next batch may grow
GATHERS_FOR: Final = 0.1  # seconds; where less comes nobody waits, nor for what lies there already
CLAIMED_FOR: Final = 15  # seconds; a batch takes one or two
BEATEN: Final = 3  # how often a batch may be the victim of a deadlock

# `month` is said wherever it is known: PostgreSQL then leaves the other partitions alone, however many there are.
CLAIM: Final = """
    WITH next AS (
        SELECT id, month, octet_length(body) AS size, tries FROM webhooks_envelope
        WHERE month >= %(since)s AND processed_at IS NULL
            AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
        ORDER BY id LIMIT %(batch)s FOR UPDATE SKIP LOCKED
    ), measured AS (
        SELECT id, month, tries, sum(size) OVER (ORDER BY id) - size AS before,
            row_number() OVER (ORDER BY id) AS place FROM next
    ), chosen AS (
        SELECT id, month FROM measured
        WHERE place = 1 OR (before < %(bytes)s AND tries < %(suspect)s
            AND NOT EXISTS (SELECT FROM measured AS first WHERE first.place = 1 AND first.tries >= %(suspect)s))
    )
    UPDATE webhooks_envelope AS envelope SET tries = envelope.tries + 1,
        claimed_until = clock_timestamp() + make_interval(secs => %(seconds)s) FROM chosen
    WHERE envelope.month >= %(since)s AND envelope.month = chosen.month AND envelope.id = chosen.id
    RETURNING envelope.id, envelope.month, substr(envelope.digest, 1, 6)
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """What is known of an envelope that was claimed. By its trace a log follows it from the post to the socket."""

    month: date
    trace: str  # the beginning of its digest


def drain(*, seconds: float = SECONDS, is_sweep: bool = True) -> bool:
    """Process what is waiting for about this long. True if more may be waiting.

    `is_sweep`: of all months. A bell is rung for what has just come, so it need not look into old ones.
    """
    until = time.monotonic() + seconds
    since = date.min if is_sweep else months.later(months.first_of(timezone.now()), -1)
    with journal.gathering() as gathered:
        while claimed := _claim(since=since):
            try:
                traces = [one.trace for one in claimed.values()]
                with structlog.contextvars.bound_contextvars(traces=traces):
                    _process(claimed)
                    logger.info("webhooks processed", envelopes=list(claimed))
                    if len(claimed) < BATCH:
                        gathered.show()
            except BaseException:
                _let_go(list(claimed))  # the worker lives: the next drain need not wait
                raise
            if time.monotonic() > until:
                return True
            if GATHERS_FROM <= len(claimed) < BATCH:
                time.sleep(GATHERS_FOR)
    return False


def _claim(*, since: date = date.min) -> dict[int, Claim]:
    """By id."""
    values: dict[str, date | int] = {"since": since, "batch": BATCH, "bytes": BATCH_BYTES}
    values |= {"suspect": SUSPECT_AFTER, "seconds": CLAIMED_FOR}
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, values)
        return {pk: Claim(month, bytes(digest).hex()) for pk, month, digest in cursor.fetchall()}


def _let_go(envelope_ids: Sequence[int]) -> None:
    with suppress(DatabaseError):  # the database may be what failed; then the claim runs out
        Envelope.objects.filter(pk__in=envelope_ids).update(claimed_until=None)


def _process(claimed: Mapping[int, Claim]) -> None:
    for beaten in range(BEATEN):
        try:
            with transaction.atomic(), journal.together():
                envelopes = _locked(claimed)
                items, unreadable = _read(envelopes)
                refusals = route(items)
                _mark(envelopes)
                quarantine.forget(envelopes)
                for envelope, reason in unreadable:
                    quarantine.put_whole(envelope, held_for=HeldFor.BODY, reason=reason)
                quarantine.put_refused(refusals)
        except OperationalError:  # a deadlock, or no database: not the envelopes' fault
            if beaten == BEATEN - 1:
                raise
        except Exception as problem:
            logger.info("a batch goes one by one", envelopes=len(claimed), problem=str(problem))
            for envelope_id, claim in claimed.items():
                _process_alone(envelope_id, claim.month)
            return
        else:
            return


def _locked(claimed: Mapping[int, Claim]) -> list[Envelope]:
    """Those of them that still wait. Not SKIP LOCKED: a claim next door locks them for a moment."""
    theirs = Envelope.objects.filter(
        pk__in=claimed, month__in={one.month for one in claimed.values()}
    )
    waiting = theirs.filter(processed_at=None).select_for_update(no_key=True)
    found = list(waiting.order_by("pk"))
    if any(envelope.tries > POISON_AFTER for envelope in found):
        raise quarantine.Poison
    return found


def _items(envelope: Envelope) -> list[Item]:
    facts = parse(bytes(envelope.body))
    return [Item(envelope.pk, n, envelope.app_id, fact) for n, fact in enumerate(facts)]


def _read(envelopes: Sequence[Envelope]) -> tuple[list[Item], list[tuple[Envelope, str]]]:
    """All their facts, and the envelopes that cannot be taken apart, with the reason."""
    items: list[Item] = []
    unreadable = []
    for envelope in envelopes:
        try:
            items += _items(envelope)
        except BadBody as problem:
            unreadable.append((envelope, str(problem)))
    return items, unreadable


def _mark(envelopes: Sequence[Envelope]) -> None:
    theirs = Envelope.objects.filter(month__in={envelope.month for envelope in envelopes})
    theirs.filter(pk__in=[envelope.pk for envelope in envelopes]).update(
        processed_at=timezone.now()
    )


def _process_alone(envelope_id: int, month: date) -> None:
    """Fact by fact. What was done before a crash is done again, and changes nothing."""
    rows = Envelope.objects.filter(pk=envelope_id, month=month, processed_at=None)
    envelope = rows.first()
    if envelope is None:
        return
    if envelope.tries > POISON_AFTER:
        _give_up(envelope, HeldFor.POISON, f"{POISON_AFTER} tries did not end")
        return
    try:
        items = _items(envelope)
    except BadBody as problem:
        _give_up(envelope, HeldFor.BODY, str(problem))
        return
    for item in items:
        route_alone(item)
    _mark([envelope])


def _give_up(envelope: Envelope, held_for: HeldFor, reason: str) -> None:
    with transaction.atomic():
        quarantine.put_whole(envelope, held_for=held_for, reason=reason)
        _mark([envelope])


def route_alone(item: Item) -> bool:
    """One fact in a transaction of its own; quarantined if that fails. True if it went through."""
    for beaten in range(BEATEN):
        try:
            with transaction.atomic():
                route_one(item)
        except OperationalError:
            if beaten == BEATEN - 1:
                raise
        except Exception as problem:
            quarantine.put(item, problem)
            return False
        else:
            quarantine.forget_one(item)
            return True
    return False
