"""Our ledger against Meta's price objects: which lines of a month do not agree, with their messages."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Final

from billing.comparing import Difference, Ours, compare
from billing.models import LedgerEntry

SHOWN: Final = 500


@dataclass(frozen=True, slots=True)
class Found:
    """One line that does not agree with Meta."""

    line: LedgerEntry
    difference: Difference
    meta_category: str
    meta_type: str


@dataclass(frozen=True, slots=True)
class Reconciled:
    """`compared` lines had a word of Meta's; `silent` had none."""

    compared: int
    silent: int
    counts: dict[Difference, int]
    rows: list[Found]

    @property
    def differing(self) -> int:
        return sum(self.counts.values())


def reconcile(workspace_id: int, *, month: date, account: int | None = None) -> Reconciled:
    """Of the lines that stand in the month. Flat memory: of those that differ, no more than are shown."""
    lines = LedgerEntry.objects.filter(workspace_id=workspace_id, month=month, is_adjustment=False)
    if account:
        lines = lines.filter(account_id=account)
    standing = lines.standing()
    told = standing.exclude(meta_pricing=None)
    counts: Counter[Difference] = Counter()
    ids: dict[int, Difference] = {}
    compared = 0
    values = told.order_by("opened_at", "pk").values_list(
        "pk", "kind", "category", "is_free", "reason", "meta_pricing"
    )
    for pk, kind, category, is_free, reason, meta in values.iterator(chunk_size=5000):
        compared += 1
        found = compare(Ours(kind, category, is_free, reason), meta or {})
        if found is None:
            continue
        counts[found] += 1
        if len(ids) < SHOWN:
            ids[pk] = found
    silent = standing.filter(meta_pricing=None).count()
    rows = LedgerEntry.objects.select_related("number", "party", "account").in_bulk(list(ids))
    return Reconciled(
        compared, silent, dict(counts), [_row(rows[pk], why) for pk, why in ids.items()]
    )


def _row(line: LedgerEntry, difference: Difference) -> Found:
    meta = line.meta_pricing or {}
    return Found(line, difference, str(meta.get("category", "")), str(meta.get("type", "")))
