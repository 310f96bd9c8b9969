"""The partitions of the posts, one a month: they are made before their month comes. Safe to repeat and to race.

A post whose month has none lies in the default partition, so it is never refused; it moves out when its month is made.
The intake does not wait for it: its inserts go on beside all locks that are taken here. Where others hold theirs for
long, the next night tries again.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any, Final, TypeVar

import structlog
from django.db import OperationalError, connection, transaction
from psycopg import errors, sql

from webhooks import months
from webhooks.months import Partition

TABLE: Final = "webhooks_envelope"
DEFAULT: Final = "webhooks_envelope_default"
MOST_MOVED: Final = 50_000  # posts; whoever reads the default partition waits for their move
LOCK_TIMEOUT, TRIES, PAUSE = "1s", 5, 1.0
BOUND: Final = re.compile(r"FOR VALUES FROM \((MINVALUE|'[\d-]{10}')\) TO \('([\d-]{10})'\)")
LAYOUT: Final = """
    SELECT part.relname, pg_get_expr(part.relpartbound, part.oid) FROM pg_inherits
    JOIN pg_class AS part ON part.oid = inhrelid WHERE inhparent = %s::regclass ORDER BY 1
"""
STRAYS: Final = sql.SQL(
    "SELECT count(*) FROM (SELECT FROM {} WHERE month = %s LIMIT %s) AS found"
).format(sql.Identifier(DEFAULT))
BY_MONTH: Final = sql.SQL("SELECT month, count(*) FROM {} GROUP BY month ORDER BY month").format(
    sql.Identifier(DEFAULT)
)
MOVE: Final = sql.SQL(
    "WITH moved AS (DELETE FROM {} WHERE month = %s RETURNING *) INSERT INTO {} SELECT * FROM moved"
)

T = TypeVar("T")
logger = structlog.get_logger(__name__)


def layout() -> list[Partition]:
    """What is there, without the default partition."""
    with connection.cursor() as cursor:
        cursor.execute(LAYOUT, [TABLE])
        found = [(name, BOUND.fullmatch(bound)) for name, bound in cursor.fetchall()]
    return [
        Partition(name, _day(bound[1]), date.fromisoformat(bound[2]))
        for name, bound in found
        if bound
    ]


def _day(text: str) -> date | None:
    return None if text == "MINVALUE" else date.fromisoformat(text.strip("'"))


def name_of(month: date) -> str:
    return f"{TABLE}_{month:%Y_%m}"


def astray() -> dict[date, int]:
    """How many posts lie in the default partition, by month."""
    with connection.cursor() as cursor:
        cursor.execute(BY_MONTH)
        return dict(cursor.fetchall())


def make_ready(*, at: datetime) -> list[str]:
    """Make what is missing. The names of those that were made."""
    wanted = months.missing(layout(), at=at, astray=astray())
    return [name_of(month) for month in wanted if patiently(partial(_make, month=month))]


def _make(cursor: Any, *, month: date) -> bool:
    """Filled before it is attached: until then nobody sees it, and from then on its posts are in it."""
    cursor.execute(f"LOCK TABLE ONLY {TABLE} IN SHARE UPDATE EXCLUSIVE MODE")
    name, end = name_of(month), months.later(month)
    cursor.execute("SELECT to_regclass(%s)", [name])
    if cursor.fetchone()[0] or any(one.holds(month) for one in layout()):
        return False  # another was quicker; or a detached month still has the name
    cursor.execute(f"LOCK TABLE {DEFAULT} IN ACCESS EXCLUSIVE MODE")
    cursor.execute(STRAYS, [month, MOST_MOVED + 1])
    strays = cursor.fetchone()[0]
    if strays > MOST_MOVED:
        logger.warning("a month stays in the default partition", month=month, posts=strays)
        return False
    table = sql.Identifier(name)
    cursor.execute(
        sql.SQL(
            f"CREATE TABLE {{}} (LIKE {TABLE} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"
        ).format(table)
    )
    if strays:
        cursor.execute(MOVE.format(sql.Identifier(DEFAULT), table), [month])
    attach = sql.SQL(f"ALTER TABLE {TABLE} ATTACH PARTITION {{}} FOR VALUES FROM ({{}}) TO ({{}})")
    cursor.execute(attach.format(table, sql.Literal(month), sql.Literal(end)))
    logger.info("month made", partition=name, moved=strays)
    return True


def patiently(act: Callable[[Any], T]) -> T | None:
    """`act` in a transaction that waits for no lock longer than a second. None if it got none, again and again."""
    for _attempt in range(TRIES):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
                return act(cursor)
        except OperationalError as problem:
            if not isinstance(
                problem.__cause__, (errors.LockNotAvailable, errors.DeadlockDetected)
            ):
                raise
            logger.info("the posts are busy", problem=str(problem))
            time.sleep(PAUSE)
    return None
