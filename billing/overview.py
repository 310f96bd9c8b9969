"""What finance sees first: spent today, this month and probably by its end; how much of the free tier is left; who
spends.

All of it from the sums beside the ledger, by the day on which something was opened. Reads only.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Agent, BusinessAccount, PhoneNumber, Team
from billing import tariffs
from billing.models import Campaign, DayTotal, ShareTotal
from billing.money import Money
from billing.openings import Quota
from billing.pricing import (
    conversation_by_category_2023,
    conversation_by_initiator_2022,
    per_message_paid_service_2026,
)

QUOTAS: Final[Mapping[str, Quota]] = {
    conversation_by_initiator_2022.MODEL.name: conversation_by_initiator_2022.FREE_TIER,
    conversation_by_category_2023.MODEL.name: conversation_by_category_2023.FREE_TIER,
    per_message_paid_service_2026.MODEL.name: per_message_paid_service_2026.FREE_TIER,
}
USUAL_DAYS: Final = 7  # what a forecast goes by
MOST_ROWS: Final = 12
BY: Final[Mapping[str, str]] = {
    "account": "account_id", "number": "number_id", "country": "country", "market": "market", "category": "category",
    "kind": "kind",
}  # fmt: skip
SHARED: Final = ("template", "campaign", "agent", "team")  # kept by month only


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    price: Decimal
    quantity: int


@dataclass(frozen=True, slots=True)
class Spend:
    """At our prices, in one currency. `forecast`: by the end of the month, if it goes on as in the last days."""

    currency: str
    today: Money
    month: Money
    cost: Money | None
    forecast: Money | None
    pace: Decimal | None  # of each day to come, as the forecast takes it
    days: tuple[Day, ...]

    @property
    def highest(self) -> Decimal:
        return max((*(day.price for day in self.days), self.pace or Decimal(0)), default=Decimal(0))


@dataclass(frozen=True, slots=True)
class Tier:
    """A free tier: `used` of `limit` in the month; `gone_on`: the day it runs out at the pace of the last days."""

    name: str
    used: int
    limit: int
    gone_on: date | None

    @property
    def percent(self) -> int:
        return min(100, self.used * 100 // self.limit)

    @property
    def is_used_up(self) -> bool:
        return self.used >= self.limit


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the month: what it is called, how many lines, what they are sold for and cost."""

    key: str
    name: str
    quantity: int
    price: Decimal
    cost: Decimal
    percent: int
    about: str = ""  # who and when, of a campaign


def currencies(workspace_id: int, *, month: date) -> list[str]:
    """Those the month has, the one with most lines first."""
    rows = _of(workspace_id, month).values("price_currency").annotate(n=Sum("quantity"))
    return [row["price_currency"] for row in rows.order_by("-n")]


def spend(workspace_id: int, *, month: date, today: date, currency: str) -> Spend:
    rows = _of(workspace_id, month).filter(price_currency=currency)
    summed = {
        row["day"]: (row["price"] or Decimal(0), row["n"])
        for row in rows.values("day").annotate(price=Sum("price"), n=Sum("quantity"))
    }
    length = monthrange(month.year, month.month)[1]
    days = tuple(
        Day(day, *summed.get(day, (Decimal(0), 0)))
        for day in (month + timedelta(days=n) for n in range(length))
    )
    total = sum((day.price for day in days), Decimal(0))
    costs = list(rows.values("currency").annotate(sum=Sum("cost")))
    same = len(costs) == 1 and costs[0]["currency"] == currency
    is_running = month <= today < month + timedelta(days=length)
    return Spend(
        currency=currency,
        today=Money(summed.get(today, (Decimal(0), 0))[0], currency),
        month=Money(total, currency),
        cost=Money(costs[0]["sum"] or Decimal(0), currency) if same else None,
        forecast=_forecast(days, today=today, currency=currency) if is_running else None,
        pace=_pace(days, today=today) if is_running else None,
        days=days,
    )


def _forecast(days: tuple[Day, ...], *, today: date, currency: str) -> Money:
    """What is spent, and each day to come at the pace."""
    spent = sum((day.price for day in days if day.day <= today), Decimal(0))
    left = sum(1 for day in days if day.day > today)
    return Money(spent + _pace(days, today=today) * left, currency)


def _pace(days: tuple[Day, ...], *, today: date) -> Decimal:
    """As the whole days of the last week were on average."""
    usual = [day for day in days if day.day < today][-USUAL_DAYS:]
    return sum((day.price for day in usual), Decimal(0)) / len(usual) if usual else Decimal(0)


def tiers(workspace_id: int, *, at: datetime) -> list[Tier]:
    """Of each account (or number, where the model counts so) that has a free tier now."""
    numbers = list(PhoneNumber.objects.filter(workspace_id=workspace_id, is_active=True))
    found = []
    for key, terms in tariffs.of_workspace(workspace_id).accounts.items():
        today = terms.day_of(at)
        quota = QUOTAS.get(terms.priced.plan.model_on(today).name)
        if quota is None or not _is_counted(terms.priced.plan.model_on(today).name, today):
            continue
        rows = DayTotal.objects.filter(
            workspace_id=workspace_id,
            account_id=int(key),
            month__gte=today.replace(day=1),
            day__gte=today.replace(day=1),
            draws_quota=True,
        )
        before = terms.priced.used_in(f"{today:%Y-%m}")
        if quota.per_number:
            for number in numbers:
                if number.account_id == int(key):
                    mine = rows.filter(number_id=number.pk)
                    found.append(_tier(str(number), mine, quota, before, today))
        else:
            found.append(_tier(terms.account.name, rows, quota, before, today))
    return found


def _is_counted(model: str, day: date) -> bool:
    """Service conversations of the 2023 model are all free since November 2024: nothing runs out."""
    is_2023 = model == conversation_by_category_2023.MODEL.name
    return not (is_2023 and day >= conversation_by_category_2023.SERVICE_IS_FREE_FROM)


def _tier(name: str, rows: QuerySet[DayTotal], quota: Quota, before: int, today: date) -> Tier:
    since = today - timedelta(days=USUAL_DAYS)
    counted = rows.aggregate(n=Sum("quantity"), late=Sum("quantity", filter=Q(day__gt=since)))
    used = (counted["n"] or 0) + before
    days = min(today.day, USUAL_DAYS)
    pace = Decimal(counted["late"] or 0) / days
    gone_on = None
    if pace and used < quota.limit:
        gone = today + timedelta(days=int((quota.limit - used) / pace))
        gone_on = gone if (gone.year, gone.month) == (today.year, today.month) else None
    return Tier(name, used, quota.limit, gone_on)


def shares(workspace_id: int, *, month: date, currency: str, by: str) -> list[Share]:
    """The dearest parts first. Raises KeyError for what cannot be asked by."""
    found: Any  # sums of either kind, by one column
    if by in SHARED:
        kept = ShareTotal.objects.filter(workspace_id=workspace_id, month=month, by=by)
        column, found = "key", kept.filter(price_currency=currency).values("key")
    else:
        column = BY[by]
        found = _of(workspace_id, month).filter(price_currency=currency).values(column)
    rows = found.annotate(n=Sum("quantity"), sold=Sum("price"), meta=Sum("cost"))
    rows = rows.order_by("-sold", "-n")
    told = [row for row in rows if row["n"] or row["sold"]][:MOST_ROWS]
    names = _names(by, workspace_id)
    about = _about(workspace_id, told) if by == "campaign" else {}
    most = max((row["sold"] for row in told), default=Decimal(0))
    return [
        Share(
            key=str(row[column]),
            name=names.get(str(row[column]), str(row[column])),
            quantity=row["n"],
            price=row["sold"],
            cost=row["meta"],
            percent=int(row["sold"] * 100 / most) if most else 0,
            about=about.get(str(row[column]), ""),
        )
        for row in told
    ]


def _about(workspace_id: int, told: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Of campaigns: who sent it and when, in the reader's zone."""
    rows = Campaign.objects.filter(workspace_id=workspace_id, pk__in=[row["key"] for row in told])
    moments = {
        row.pk: date_format(timezone.localtime(row.at), "SHORT_DATETIME_FORMAT") for row in rows
    }
    return {str(row.pk): f"{row.by} · {moments[row.pk]}" for row in rows}


def _names(by: str, workspace_id: int) -> dict[str, str]:
    """Of rows that are named by an id."""
    models: dict[str, Any] = {
        "account": BusinessAccount, "number": PhoneNumber, "team": Team, "agent": Agent, "campaign": Campaign,
    }  # fmt: skip
    if by not in models:
        return {}
    rows = models[by]._default_manager.filter(workspace_id=workspace_id)
    return {str(row.pk): str(row) for row in rows}


def _of(workspace_id: int, month: date) -> QuerySet[DayTotal]:
    """What was opened in that month; late facts of it are booked later, so later months are looked at too."""
    last = month.replace(day=monthrange(month.year, month.month)[1])
    return DayTotal.objects.filter(
        workspace_id=workspace_id, month__gte=month, day__gte=month, day__lte=last
    )
