"""Asks Meta what it has counted, day by day, and keeps it. A day that is asked for again is replaced.

Asked by the half-hour, since Meta does not say in which zone its days begin; ours begin in that of the account.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction
from django.utils import timezone

from accounts.graph import graph_for
from accounts.models import BusinessAccount
from accounts.zones import midnight
from billing import figures, markets, tariffs
from billing.figures import Figure
from billing.markets import MarketMap, Place
from billing.models import MetaDay, MetaFigure
from billing.plans import card_day
from whatsapp.failures import GraphFailure

logger = structlog.get_logger(__name__)
LATELY = 3  # days that are asked for again each day: figures settle late


def lately(account: BusinessAccount, *, at: datetime) -> list[date]:
    """The last whole days of the account."""
    today = at.astimezone(ZoneInfo(account.time_zone)).date()
    return [today - timedelta(days=n) for n in range(LATELY, 0, -1)]


def of_month(account: BusinessAccount, month: date, *, at: datetime) -> list[date]:
    """Its whole days so far."""
    today = at.astimezone(ZoneInfo(account.time_zone)).date()
    days = (month + timedelta(days=n) for n in range(31))
    return [day for day in days if day.month == month.month and day < today]


def ask(account_id: int, days: Iterable[date]) -> None:
    """Each day is kept as soon as it is told. A day that fails says why, and keeps what was known of it."""
    account = BusinessAccount.objects.select_related("app").get(pk=account_id)
    client = graph_for(account)
    terms = tariffs.of_workspace(account.workspace_id)
    priced = terms.accounts[str(account_id)].priced
    for day in days:
        model = priced.plan.model_on(day)
        if model.cards == "nbp":
            continue
        of_day = client.pricing_analytics if model.cards == "pmp" else client.conversation_analytics
        read = figures.of_pricing if model.cards == "pmp" else figures.of_conversations
        first, last = bounds(day, priced.zone)
        try:
            points = of_day(account.waba_id, start=first, end=last)
        except GraphFailure as failure:
            logger.warning("analytics not told", account=str(account), reason=failure.reason)
            MetaDay.objects.update_or_create(
                account=account,
                day=day,
                defaults={"problem": failure.reason[:300], "asked_at": timezone.now()},
            )
            continue
        priced_as = card_day(model, day)  # a plan of 2022 goes on by the map of its own time
        keep(account, day, _read(points, read, account), terms.cards.markets.on(priced_as))


def bounds(day: date, zone: ZoneInfo) -> tuple[int, int]:
    """First and last second of a local day, as Meta wants them."""
    first = midnight(day, zone)
    last = midnight(day + timedelta(days=1), zone)
    return int(first.timestamp()), int(last.timestamp())


def _read(points: list[dict[str, Any]], read: Any, account: BusinessAccount) -> list[Figure]:
    found = []
    for point in points:
        try:
            found.append(read(point))
        except figures.Unreadable as why:
            logger.warning("analytics unreadable", account=str(account), reason=str(why))
    return found


@transaction.atomic
def keep(account: BusinessAccount, day: date, told: list[Figure], markets_on: MarketMap) -> MetaDay:
    """In place of what was known of the day."""
    asked, _is_new = MetaDay.objects.update_or_create(
        account=account, day=day, defaults={"problem": "", "asked_at": timezone.now()}
    )
    asked.figures.all().delete()
    MetaFigure.objects.bulk_create(
        MetaFigure(
            asked=asked,
            country=one.country,
            market=market_of(one.country, markets_on),
            what=one.what,
            basis=one.basis,
            tier=one.tier,
            digits=one.digits,
            quantity=one.quantity,
            cost=one.cost,
        )
        for one in told
        if one.quantity
    )
    return asked


def market_of(country: str, markets_on: MarketMap) -> str:
    prefix = markets.calling_prefix(country) if country else ""
    return markets_on.market_of(Place(prefix)) if prefix else ""
