"""The sums that pages show, kept beside the ledger in the same transaction: `DayTotal` is added to, line by line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from django.db import connection, transaction

from billing.models import DayTotal, LedgerEntry

ALIKE: Final = (
    "workspace_id", "month", "day", "account_id", "number_id", "kind", "category", "reason", "is_free", "is_estimated",
    "is_adjustment", "draws_quota", "is_tiered", "market", "country", "agent_id", "team_id", "template_name",
    "currency", "price_currency",
)  # fmt: skip
SUMMED: Final = ("quantity", "cost", "price")


def add(lines: Iterable[LedgerEntry]) -> None:
    """Add new lines to the sums. Call in the transaction that stores them."""
    sums: dict[tuple[Any, ...], list[Any]] = defaultdict(lambda: [0, Decimal(0), Decimal(0)])
    for line in lines:
        of = sums[_alike(line)]
        of[0] += line.quantity
        of[1] += line.cost or 0
        of[2] += line.price or 0
    if not sums:
        return
    columns = ", ".join((*ALIKE, *SUMMED))
    values = ", ".join(["%s"] * (len(ALIKE) + len(SUMMED)))
    grown = ", ".join(f"{name} = old.{name} + excluded.{name}" for name in SUMMED)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO billing_daytotal AS old ({columns}) VALUES ({values}) "  # noqa: S608  names of ours
            f"ON CONFLICT ({', '.join(ALIKE)}) DO UPDATE SET {grown}",
            [(*key, *summed) for key, summed in sorted(sums.items(), key=lambda one: str(one[0]))],
        )


@transaction.atomic
def rebuild(workspace_id: int) -> None:
    """Make the sums anew from the lines. Holds nothing but one page of them."""
    DayTotal.objects.filter(workspace_id=workspace_id).delete()
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
        line.tier_position is not None, line.market, line.country, line.agent_id or 0, line.team_id or 0,
        line.template_name, line.currency, line.price_currency,
    )  # fmt: skip
