"""What a template's messages cost, and what they would in another category. Sums over the ledger; writes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import QuerySet, Sum

from accounts.models import BusinessAccount
from billing import tariffs
from billing.models import LedgerEntry
from billing.money import Money
from templates_app.models import Template

DAYS: Final = 30
MARKETS: Final = 5  # how many are tried for a price


@dataclass(frozen=True, slots=True)
class Costs:
    """Our prices of what was charged, by currency; usually there is one. Empty where nothing was."""

    total: tuple[Money, ...]
    days: list[tuple[date, tuple[Money, ...]]]
    languages: list[tuple[str, int, tuple[Money, ...]]]  # with the template's id
    versions: list[tuple[int, tuple[Money, ...]]]


@dataclass(frozen=True, slots=True)
class Move:
    """The last 30 days, as they were charged and as they would be. `unpriced`: how many have no rate there."""

    count: int
    now: tuple[Money, ...]
    then: tuple[Money, ...]
    unpriced: int

    @property
    def difference(self) -> Money | None:
        """Where there is one currency: what it adds, or with a minus what it saves."""
        if len(self.now) > 1 or len(self.then) != 1:
            return None
        before = self.now[0] if self.now else Money(Decimal(0), self.then[0].currency)
        return self.then[0] - before if before.currency == self.then[0].currency else None

    @property
    def extra(self) -> Money | None:
        """What being as it is costs more than `then`; None where it saves, or nobody can say."""
        found = self.difference
        return -found if found is not None and found.amount < 0 and not self.unpriced else None


def of(template: Template, *, at: datetime) -> Costs:
    """The last 30 days; its other languages beside it."""
    family = Template.objects.filter(account_id=template.account_id, name=template.name)
    languages = dict(family.values_list("pk", "language"))
    lines = _lines(template, languages, at=at)
    mine = lines.filter(template_id=template.pk)
    by_language = _sums(lines, "template_id")
    by_day = _sums(mine, "day")
    return Costs(
        total=by_language.get(template.pk, ()),
        days=sorted(by_day.items()),
        languages=sorted((languages[pk], pk, sums) for pk, sums in by_language.items()),
        versions=_versions(template, mine),
    )


def _lines(
    template: Template, template_ids: Iterable[int], *, at: datetime
) -> QuerySet[LedgerEntry]:
    return LedgerEntry.objects.filter(
        workspace_id=template.account.workspace_id,
        opened_at__gte=at - timedelta(days=DAYS),
        template_id__in=list(template_ids),
        price__isnull=False,
    )


def _sums(lines: QuerySet[LedgerEntry], by: str) -> dict[Any, tuple[Money, ...]]:
    """A line that was taken back and the one that takes it back cancel out by themselves."""
    found: dict[Any, list[Money]] = defaultdict(list)
    rows = lines.order_by().values_list(by, "price_currency").annotate(sum=Sum("price"))
    for key, currency, amount in rows.order_by("price_currency"):
        if amount:
            found[key].append(Money(amount, currency))
    return {key: tuple(sums) for key, sums in found.items()}


def _versions(
    template: Template, mine: QuerySet[LedgerEntry]
) -> list[tuple[int, tuple[Money, ...]]]:
    """As conversations/template_results.py: a message belongs to the version that Meta had last taken."""
    taken = template.submissions.filter(state="accepted").order_by("at")
    began = list(taken.values_list("at", flat=True))
    if len(began) < 2:
        return []
    rows = []
    for number, start in enumerate(began):
        span = mine.filter(opened_at__gte=start)
        if number + 1 < len(began):
            span = span.filter(opened_at__lt=began[number + 1])
        sums = _sums(span, "template_id")
        rows.append((number + 1, sums.get(template.pk, ())))
    return rows


@dataclass(frozen=True, slots=True)
class Gap:
    """One message in two categories, where this account writes most."""

    market: str
    low: Money
    high: Money

    @property
    def difference(self) -> Money:
        return self.high - self.low


def gap(account: BusinessAccount, *, since: str, to: str, at: datetime) -> Gap | None:
    """By the card of today, before volume tiers; None while nothing was sent, or where there is no price."""
    sent = LedgerEntry.objects.filter(account=account, opened_at__gte=at - timedelta(days=DAYS))
    busy = sent.exclude(market="").order_by().values("market").annotate(n=Sum("quantity"))
    terms = tariffs.of_workspace(account.workspace_id)
    waba, mine = str(account.pk), terms.accounts[str(account.pk)]
    day = mine.day_of(at)
    card = terms.cards.in_force(
        model=mine.priced.plan.stage_on(day).cards, currency=mine.plan_on(day).currency, on=day
    )

    def price(market: str, category: str) -> Money | None:
        band = card.list_band(market=market, category=category) if card else None
        cost = Money(band.rate, card.currency) if band and card else None
        return terms.resale(cost, waba=waba, day=day, kind="message", category=category).price

    for row in busy.order_by("-n", "market")[:MARKETS]:
        low, high = price(row["market"], since), price(row["market"], to)
        if low is not None and high is not None and low.currency == high.currency:
            return Gap(row["market"], low, high)
    return None


def moved(template: Template, *, to: str, at: datetime) -> Move:
    """As if all of it had been of category `to`, by the card of today, each in its market, without volume tiers."""
    terms = tariffs.of_workspace(template.account.workspace_id)
    waba, category = str(template.account_id), to.lower()
    account = terms.accounts[waba]
    day = account.day_of(at)
    card = terms.cards.in_force(
        model=account.priced.plan.stage_on(day).cards,
        currency=account.plan_on(day).currency,
        on=day,
    )
    lines = _lines(template, [template.pk], at=at)
    per_market = lines.order_by().values_list("market").annotate(n=Sum("quantity"))
    then: dict[str, Decimal] = defaultdict(Decimal)
    count = unpriced = 0
    for market, number in per_market:
        count += number
        band = card.list_band(market=market, category=category) if card else None
        cost = Money(band.rate, card.currency) if band and card else None
        sold = terms.resale(cost, waba=waba, day=day, kind="message", category=category).price
        if sold is None:
            unpriced += number
        else:
            then[sold.currency] += sold.amount * number
    now = _sums(lines, "template_id").get(template.pk, ())
    return Move(
        count=count,
        now=now,
        then=tuple(Money(amount, currency) for currency, amount in sorted(then.items())),
        unpriced=unpriced,
    )
