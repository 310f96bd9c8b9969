"""The ledger as people ask for it: a page of lines, their sums, what stands in the way of a sum. Reads only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet, Sum

from accounts.models import BusinessAccount, PhoneNumber, Workspace
from billing.models import DayTotal, LedgerEntry
from billing.models.ledger import PROBLEMS, LedgerQuerySet
from billing.money import Money

PAGE = 50
PIECE = 120
NOT_ON_A_PAGE = ("terms", "meta_pricing", "meta_conversation")
PAYING = FREE, PAID, ESTIMATE, PROBLEM = "free", "charged", "estimate", "problem"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which lines. `month`: its first day, None for all. `paid`: one of PAYING, empty for all. `is_billed`: of a file,
    only what an invoice may charge.
    """

    workspace_id: int
    month: date | None = None
    account: int | None = None
    number: int | None = None
    market: str = ""
    category: str | None = None
    kind: str = ""
    paid: str = ""
    is_billed: bool = False

    def of(self) -> Q:
        """For lines and for their sums alike: both have these columns."""
        found = Q(workspace_id=self.workspace_id)
        if self.month:
            found &= Q(month=self.month)
        if self.account:
            found &= Q(account_id=self.account)
        if self.number:
            found &= Q(number_id=self.number)
        if self.market:
            found &= Q(market=self.market)
        if self.category is not None:
            found &= Q(category=self.category)
        if self.kind:
            found &= Q(kind=self.kind)
        if self.paid == FREE:
            found &= Q(is_free=True)
        elif self.paid == ESTIMATE:
            found &= Q(is_estimated=True)
        elif self.paid == PROBLEM:
            found &= Q(reason__in=PROBLEMS)
        elif self.paid == PAID:
            found &= Q(is_free=False) & ~Q(reason__in=PROBLEMS)
        return found


@dataclass(frozen=True, slots=True)
class Sums:
    """How many lines count, of which free, estimated and without an amount; costs and prices by currency, and of the
    prices what is only estimated.
    """

    quantity: int
    free: int
    estimated: int
    problems: int
    costs: tuple[Money, ...]
    prices: tuple[Money, ...]
    estimates: tuple[Money, ...]

    @property
    def margin(self) -> Money | None:
        """What is earned, where cost and price are of one currency."""
        if len(self.costs) == len(self.prices) == 1:
            cost, price = self.costs[0], self.prices[0]
            if cost.currency == price.currency:
                return price - cost
        return None


def lines(filters: Filters, *, before: tuple[datetime, int] | None = None) -> list[LedgerEntry]:
    """A page and one more, newest first, without the pairs that cancel out inside the month.

    Read in pieces and sifted here: asked of PostgreSQL in one, it would look at the whole month for each page.
    """
    found = LedgerEntry.objects.filter(filters.of()).select_related("party")
    found = found.defer(*NOT_ON_A_PAGE).order_by("-opened_at", "-pk")
    shown: list[LedgerEntry] = []
    while len(shown) <= PAGE:
        rows = found
        if before:
            at, pk = before
            rows = found.filter(Q(opened_at__lt=at) | Q(opened_at=at, pk__lt=pk), opened_at__lte=at)
        piece = list(rows[:PIECE])
        shown += _sifted(piece)
        if len(piece) < PIECE:
            break
        before = (piece[-1].opened_at, piece[-1].pk)
    return _placed(shown[: PAGE + 1], filters.workspace_id)


def _placed(rows: list[LedgerEntry], workspace_id: int) -> list[LedgerEntry]:
    """With their accounts and numbers, which are few: read once each and not with every row."""
    accounts = BusinessAccount.objects.filter(workspace_id=workspace_id).defer("token").in_bulk()
    numbers = PhoneNumber.objects.filter(workspace_id=workspace_id).in_bulk()
    for row in rows:
        row.account = accounts[row.account_id]
        row.number = numbers.get(row.number_id or 0)
    return rows


def _sifted(rows: list[LedgerEntry]) -> list[LedgerEntry]:
    """Without those that were taken back in their own month, and those that do so."""
    taken_back = set(
        LedgerEntry.objects.filter(reverses__in=[row.pk for row in rows]).values_list(
            "reverses_id", "month"
        )
    )
    firsts = [row.reverses_id for row in rows if row.reverses_id]
    month_of = dict(LedgerEntry.objects.filter(pk__in=firsts).values_list("pk", "month"))
    return [
        row
        for row in rows
        if (row.pk, row.month) not in taken_back and month_of.get(row.reverses_id or 0) != row.month
    ]


def uncancelled(filters: Filters) -> LedgerQuerySet:
    """For files: oldest first, without the pairs that cancel out inside the month."""
    found = LedgerEntry.objects.filter(filters.of()).uncancelled().order_by("opened_at", "pk")
    return found.billed() if filters.is_billed else found


def sums(filters: Filters) -> Sums:
    """Of the same lines, from the sums beside the ledger: equal to adding them up."""
    found = DayTotal.objects.filter(filters.of())
    counted = found.aggregate(
        lines=Sum("quantity"),
        free=Sum("quantity", filter=Q(is_free=True)),
        estimated=Sum("quantity", filter=Q(is_estimated=True)),
        problems=Sum("quantity", filter=Q(reason__in=PROBLEMS)),
    )
    return Sums(
        quantity=int(counted.pop("lines") or 0),
        **{name: int(value or 0) for name, value in counted.items()},
        costs=_by_currency(found, "cost", "currency"),
        prices=_by_currency(found, "price", "price_currency"),
        estimates=_by_currency(found.filter(is_estimated=True), "price", "price_currency"),
    )


def _by_currency(found: QuerySet[DayTotal], amount: str, currency: str) -> tuple[Money, ...]:
    rows = found.values(currency).annotate(sum=Sum(amount), n=Sum("quantity")).order_by(currency)
    return tuple(Money(plain(row["sum"]), row[currency]) for row in rows if row["n"] or row["sum"])


def plain(amount: Decimal) -> Decimal:
    """Without the noughts that the column adds behind the last digit."""
    return amount.normalize() if amount else Decimal(0)


def months(workspace_id: int) -> list[date]:
    """Those that have lines, newest first. A loose index scan would be quicker only after many years."""
    rows = DayTotal.objects.filter(workspace_id=workspace_id).values_list("month", flat=True)
    return list(rows.distinct().order_by("-month"))


def markets_of(workspace_id: int) -> list[str]:
    rows = DayTotal.objects.filter(workspace_id=workspace_id).exclude(market="")
    return list(rows.values_list("market", flat=True).distinct().order_by("market"))


@dataclass(frozen=True, slots=True)
class Problem:
    """Lines without an amount for one and the same reason, which one act of finance would settle."""

    reason: str
    account_id: int
    market: str
    category: str
    kind: str
    currency: str
    price_currency: str
    model: str
    quantity: int
    since: date


def problems(workspace_id: int) -> list[Problem]:
    """What stands in the way, the most frequent first. Only lines that stand now."""
    stands = LedgerEntry.objects.filter(workspace_id=workspace_id, reason__in=PROBLEMS).standing()
    alike = (
        "reason", "account_id", "market", "category", "kind", "currency", "price_currency", "model",
    )  # fmt: skip
    rows: dict[tuple[str, ...], Problem] = {}
    for row in stands.values(*alike, "day").annotate(n=Sum("quantity")).order_by("day"):
        key = tuple(str(row[name]) for name in alike)
        if before := rows.get(key):
            rows[key] = replace(before, quantity=before.quantity + row["n"])
        else:
            about = {name: row[name] for name in alike}
            rows[key] = Problem(**about, quantity=row["n"], since=row["day"])
    return sorted(rows.values(), key=lambda each: (-each.quantity, each.since))


def by_kind(workspace_id: int, *, month: date) -> list[dict[str, Any]]:
    """What the month was billed: {kind, category, currency, n, free, cost}, the dearest first."""
    rows = DayTotal.objects.filter(workspace_id=workspace_id, month=month)
    found = rows.values("kind", "category", "currency").annotate(
        n=Sum("quantity"), free=Sum("quantity", filter=Q(is_free=True)), sum=Sum("cost")
    )
    return [dict(row) for row in found.order_by("-sum", "-n") if row["n"] or row["sum"]]


def problem_count(workspace_id: int) -> int:
    found = DayTotal.objects.filter(workspace_id=workspace_id, reason__in=PROBLEMS)
    return int(found.aggregate(n=Sum("quantity"))["n"] or 0)


def history(entry: LedgerEntry) -> list[LedgerEntry]:
    """Every line of the same charge, oldest first."""
    found = LedgerEntry.objects.filter(workspace_id=entry.workspace_id, key=entry.key)
    return list(found.order_by("pk"))


def today_of(workspace: Workspace, now: datetime) -> date:
    return now.astimezone(ZoneInfo(workspace.time_zone)).date()
