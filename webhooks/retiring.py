"""Lets go of old posts: processed, with nothing of them held back, and older than the site wants to keep them.

A month goes as a whole once all of it is old: its partition is dropped, or detached. Where something still waits or is
held back, and where a partition is no single month, the rest goes row by row in small batches.
What the posts said stands in messages, statuses and events since; only the raw bodies go.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import structlog
from django.db import connection
from psycopg import sql

from webhooks import months, partitions
from webhooks.partitions import DEFAULT, TABLE

BATCH: Final = 5_000
RETIRE: Final = """
    DELETE FROM {part} WHERE id IN (
        SELECT id FROM {part} AS envelope
        WHERE id > %s AND received_at < %s AND processed_at IS NOT NULL AND NOT EXISTS (
            SELECT FROM webhooks_quarantined AS held WHERE held.envelope_id = envelope.id)
        ORDER BY id LIMIT %s
    ) RETURNING id
"""
SETTLED: Final = """
    DELETE FROM webhooks_quarantined AS held USING {part} AS envelope
    WHERE envelope.id = held.envelope_id AND held.resolved_at IS NOT NULL
    AND envelope.received_at < %s AND envelope.processed_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM webhooks_quarantined AS other
        WHERE other.envelope_id = envelope.id AND other.resolved_at IS NULL)
"""
# From the few that are held back to their posts, never the other way: it is asked while the intake waits.
NEEDED: Final = """
    SELECT EXISTS (SELECT FROM {part} WHERE processed_at IS NULL) OR EXISTS (
        SELECT FROM webhooks_quarantined AS held,
            LATERAL (SELECT FROM {part} WHERE id = held.envelope_id LIMIT 1) AS envelope)
"""

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Gone:
    """What was let go: `posts` one by one, `whole` partitions; `busy` ones go another night."""

    posts: int = 0
    whole: tuple[str, ...] = ()
    busy: tuple[str, ...] = ()


def retire(*, days: int, at: datetime, detach: bool = False) -> Gone:
    """`days` 0: all are kept. `detach`: old months become tables of their own, and nothing is deleted.

    Safe to stop and to run twice.
    """
    if not days:
        return Gone()
    before = at - timedelta(days=days)
    there = partitions.layout()
    old = months.past(there, before=before)
    mixed = [one.name for one in there if one not in old and not one.is_month]
    posts, outcomes = 0, dict[str, bool | None]()
    for name in (one.name for one in old):
        if not detach:
            _run(SETTLED, name, [before])
        # Looked at first without a lock: the intake waits only where it goes through, and for milliseconds.
        if not _run(NEEDED, name)[0][0]:
            outcomes[name] = partitions.patiently(partial(_take_out, name=name, detach=detach))
        elif not detach:
            posts += _retire_rows(name, before=before)
    for name in () if detach else (*mixed, DEFAULT):
        _run(SETTLED, name, [before])
        posts += _retire_rows(name, before=before)
    whole = tuple(name for name, is_out in outcomes.items() if is_out)
    return Gone(posts, whole, tuple(name for name, is_out in outcomes.items() if is_out is None))


def _take_out(cursor: Any, *, name: str, detach: bool) -> bool:
    """The parent is locked before its partition, as everybody does it."""
    cursor.execute(f"LOCK TABLE ONLY {TABLE} IN ACCESS EXCLUSIVE MODE")
    if name not in {one.name for one in partitions.layout()}:
        return False  # another was quicker
    table = sql.Identifier(name)
    cursor.execute(sql.SQL(NEEDED).format(part=table))
    if cursor.fetchone()[0]:
        return False
    cursor.execute(sql.SQL(f"ALTER TABLE {TABLE} DETACH PARTITION {{}}").format(table))
    if not detach:
        cursor.execute(sql.SQL("DROP TABLE {}").format(table))
    logger.info("month let go", partition=name, kept_as_table=detach)
    return True


def _retire_rows(name: str, *, before: datetime) -> int:
    last, gone = 0, 0
    while ids := [pk for (pk,) in _run(RETIRE, name, [last, before, BATCH])]:
        last, gone = max(ids), gone + len(ids)
    return gone


def _run(query: str, name: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(query).format(part=sql.Identifier(name)), values)
        return list(cursor.fetchall()) if cursor.description else []
