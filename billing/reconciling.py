"""Our ledger against Meta's price objects: which lines of a month do not agree, with their messages.

PostgreSQL puts together the lines that say the same and of which Meta says the same, so that few are compared here
however many there are.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.core.cache import cache
from django.db.models import Count, Q
from django.db.models.fields.json import KeyTextTransform

from billing.beside_meta import wamids_of
from billing.comparing import Difference, Ours, compare
from billing.models import LedgerEntry
from billing.models.ledger import LedgerQuerySet

SHOWN: Final = 100
KEPT_FOR: Final = 3600  # seconds
OURS: Final = ("kind", "category", "is_free", "reason")
TOLD: Final = ("type", "category", "billable")


@dataclass(frozen=True, slots=True)
class Found:
    """One line that does not agree with Meta."""

    line: LedgerEntry
    wamid: str
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
    """Of the lines that stand in the month; of those that differ, no more than are shown."""
    lines = LedgerEntry.objects.filter(workspace_id=workspace_id, month=month, is_adjustment=False)
    if account:
        lines = lines.filter(account_id=account)
    standing = lines.standing().annotate(
        **{f"meta_{name}": KeyTextTransform(name, "meta_pricing") for name in TOLD}
    )
    counts: Counter[Difference] = Counter()
    groups: list[tuple[Difference, dict[str, Any]]] = []
    compared = silent = 0
    alike = (*OURS, *(f"meta_{name}" for name in TOLD))
    for row in _grouped(standing, alike, name=f"{workspace_id}:{month:%Y-%m}:{account}"):
        n, told = row.pop("n"), row.pop("told")
        compared += n if told else 0
        silent += 0 if told else n
        if told and (found := _difference(row)):
            counts[found] += n
            groups.append((found, row))
    rows = [one for difference, row in groups for one in _rows(standing, row, difference)]
    rows.sort(key=lambda one: (one.line.opened_at, one.line.pk))
    return Reconciled(compared, silent, dict(counts), rows[:SHOWN])


def _grouped(
    standing: LedgerQuerySet, alike: tuple[str, ...], *, name: str
) -> list[dict[str, Any]]:
    """Every line of the month is read for it, so it is kept until another is written."""
    latest = LedgerEntry.objects.order_by("-pk").values_list("pk", flat=True).first()
    key = f"reconciled:{name}:{latest}"
    rows: list[dict[str, Any]] | None = cache.get(key)
    if rows is None:
        found = standing.values(*alike, told=Q(meta_pricing__isnull=False))
        rows = [dict(row) for row in found.annotate(n=Count("pk"))]
        cache.set(key, rows, KEPT_FOR)
    return [dict(row) for row in rows]


def _difference(row: dict[str, Any]) -> Difference | None:
    ours = Ours(row["kind"], row["category"], row["is_free"], row["reason"])
    meta: dict[str, Any] = {"type": row["meta_type"], "category": row["meta_category"]}
    if row["meta_billable"] in ("true", "false"):
        meta["billable"] = row["meta_billable"] == "true"
    return compare(ours, meta)


def _rows(standing: LedgerQuerySet, row: dict[str, Any], difference: Difference) -> list[Found]:
    exact = {name: value for name, value in row.items() if value is not None}
    absent = {f"{name}__isnull": True for name, value in row.items() if value is None}
    lines = standing.filter(**exact, **absent, meta_pricing__isnull=False)
    found = list(lines.select_related("number", "party").order_by("opened_at", "pk")[:SHOWN])
    wamids = wamids_of(found[0].workspace_id, found) if found else {}
    told = (row["meta_category"] or "", row["meta_type"] or "")
    return [Found(line, wamids.get(line.key, ""), difference, *told) for line in found]
