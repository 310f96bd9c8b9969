"""The sums that pages show, kept beside the ledger in the same transaction: they are added to, line by line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from django.db import connection, transaction

from billing.models import DayTotal, LedgerEntry, ShareTotal

ALIKE: Final = (
    "workspace_id", "month", "day", "account_id", "number_id", "kind", "category", "reason", "is_free", "is_estimated",
    "is_adjustment", "draws_quota", "is_tiered", "market", "country", "currency", "price_currency",
)  # fmt: skip
SHARED: Final = ("workspace_id", "month", "by", "key", "currency", "price_currency")
SUMMED: Final = ("quantity", "cost", "price")
Sums = dict[tuple[Any, ...], list[Any]]


def add(lines: Iterable[LedgerEntry]) -> None:
    """Add new lines to the sums. Call in the transaction that stores them."""
    days: Sums = defaultdict(_nothing)
    shares: Sums = defaultdict(_nothing)
    for line in lines:
        _count(days[_alike(line)], line)
        for by, key in _shares(line):
            month = line.day.replace(day=1)
            of = (line.workspace_id, month, by, key, line.currency, line.price_currency)
            _count(shares[of], line)
    _grow("billing_daytotal", ALIKE, days)
    _grow("billing_sharetotal", SHARED, shares)


def _nothing() -> list[Any]:
    return [0, Decimal(0), Decimal(0)]


def _count(of: list[Any], line: LedgerEntry) -> None:
    of[0] += line.quantity
    of[1] += line.cost or 0
    of[2] += line.price or 0


def _grow(table: str, alike: tuple[str, ...], sums: Sums) -> None:
    if not sums:
        return
    columns = ", ".join(f'"{name}"' for name in (*alike, *SUMMED))
    values = ", ".join(["%s"] * (len(alike) + len(SUMMED)))
    grown = ", ".join(f"{name} = old.{name} + excluded.{name}" for name in SUMMED)
    keys = ", ".join(f'"{name}"' for name in alike)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} AS old ({columns}) VALUES ({values}) "  # noqa: S608  names of ours
            f"ON CONFLICT ({keys}) DO UPDATE SET {grown}",
            [(*key, *summed) for key, summed in sorted(sums.items(), key=lambda one: str(one[0]))],
        )


@transaction.atomic
def rebuild(workspace_id: int) -> None:
    """Make the sums anew from the lines. Holds nothing but one page of them."""
    DayTotal.objects.filter(workspace_id=workspace_id).delete()
    ShareTotal.objects.filter(workspace_id=workspace_id).delete()
    page: list[LedgerEntry] = []
    for line in LedgerEntry.objects.filter(workspace_id=workspace_id).iterator(chunk_size=2000):
        page.append(line)
        if len(page) == 2000:
            add(page)
            page = []
    add(page)


def _alike(line: LedgerEntry) -> tuple[Any, ...]:
    return (
        line.workspace_id, line.month, line.day, line.account_id, line.number_id or 0, str(line.kind), line.category,
        str(line.reason), line.is_free, line.is_estimated, line.is_adjustment, line.quota_position is not None,
        line.tier_position is not None, line.market, line.country, line.currency, line.price_currency,
    )  # fmt: skip


def _shares(line: LedgerEntry) -> tuple[tuple[str, str], ...]:
    return (
        ("agent", str(line.agent_id or "")),
        ("team", str(line.team_id or "")),
        ("template", line.template_name),
        *((("campaign", str(line.campaign_id)),) if line.campaign_id else ()),
    )
