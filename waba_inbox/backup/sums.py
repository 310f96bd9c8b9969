"""Counts and sums of every table: two databases with the same sums hold the same rows, in whatever order they lie,
and in whatever partitions.

A row's sum is the first half of the MD5 of its text, the table's is their sum: flat memory, one scan of each table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db import connection
from psycopg import sql

# What a row looks like as text must not hang on who asks.
PLAIN: Final = """
    SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres';
    SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1;
"""
TABLES: Final = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname
"""
SUM: Final = """
    SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 16))::bit(64)::bigint::numeric), 0)::text
    FROM {table} AS t
"""


@dataclass(frozen=True, slots=True)
class Sum:
    rows: int
    sum: str


def tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        return [name for (name,) in cursor.fetchall()]


def all_sums() -> dict[str, Sum]:
    """By table. Call inside a transaction: it sees one moment if that is REPEATABLE READ."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(PLAIN)
        for name in tables():
            cursor.execute(sql.SQL(SUM).format(table=sql.Identifier(name)))
            rows, total = cursor.fetchone()
            found[name] = Sum(rows, total)
    return found


def differences(one: dict[str, Sum], other: dict[str, Sum]) -> list[str]:
    """In words, by table; empty if they are equal."""
    return [
        f"{name}: {_words(one.get(name))}, then {_words(other.get(name))}"
        for name in sorted(one.keys() | other.keys())
        if one.get(name) != other.get(name)
    ]


def _words(found: Sum | None) -> str:
    return f"{found.rows} rows with the sum {found.sum}" if found else "no such table"
