"""The terms of a workspace as values for the engine: plans, own and shipped cards, exchange rates. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import BusinessAccount, PricingPlan
from accounts.zones import midnight
from billing import card_files
from billing.cards import Band, RateCard, RateCards
from billing.engine import Account
from billing.markets import Markets
from billing.models import (
    BillingPlan,
    ExchangeRate,
    InternationalNotice,
    InternationalRates,
    StoredCard,
)
from billing.models.terms import Pricing
from billing.money import Money
from billing.plans import International, Plan, Term, list_word, timeline
from billing.resale import Markup, Markups, Rate, Rates, Resale, resale

PRICING_OF = {
    PricingPlan.CONVERSATION_2022.value: Pricing.CONVERSATION_2022.value,
    PricingPlan.CURRENT.value: Pricing.BY_DATE.value,
}


def default_plan(account: BusinessAccount) -> BillingPlan:
    """The terms of an account for which nobody has entered any: Meta's prices in its currency, without mark-up."""
    return BillingPlan(
        account=account,
        begins=date.min,
        pricing=PRICING_OF[account.pricing_plan],
        currency=account.currency,
        billing_currency=account.currency,
    )


@dataclass(frozen=True, slots=True)
class AccountTerms:
    """One WhatsApp account: how Meta bills it (`priced`), and its plans, oldest first (never empty)."""

    account: BusinessAccount
    priced: Account
    plans: tuple[BillingPlan, ...]

    def plan_on(self, day: date) -> BillingPlan:
        """The terms in force; before the first, the first."""
        begun = [plan for plan in self.plans if plan.begins <= day]
        return begun[-1] if begun else self.plans[0]

    def day_of(self, at: datetime) -> date:
        return at.astimezone(self.priced.zone).date()


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything that prices a workspace. `accounts` by the id of the account as text, which is a fact's `waba`."""

    accounts: dict[str, AccountTerms]
    cards: RateCards
    rates: Rates

    @property
    def priced(self) -> dict[str, Account]:
        return {key: terms.priced for key, terms in self.accounts.items()}

    def resale(
        self, cost: Money | None, *, waba: str, day: date, kind: str, category: str
    ) -> Resale:
        plan = self.accounts[waba].plan_on(day)
        currency = plan.billing_currency
        rate = self.rates.on(day, base=cost.currency, quote=currency) if cost else None
        markup = markups_of(plan).of(kind=kind, category=category)
        return resale(cost, currency=currency, markup=markup, rate=rate)

    def price_currency(self, *, waba: str, day: date) -> str:
        return self.accounts[waba].plan_on(day).billing_currency


def of_workspace(workspace_id: int) -> Terms:
    rows = BusinessAccount.objects.filter(workspace_id=workspace_id)
    accounts = rows.select_related("international_rates", "international_notice").prefetch_related(
        "billing_plans"
    )
    cards = cards_of(workspace_id)
    found = ExchangeRate.objects.filter(workspace_id=workspace_id)
    return Terms(
        accounts={str(account.pk): _terms(account, cards.markets) for account in accounts},
        cards=cards,
        rates=Rates([Rate(row.base, row.quote, row.begins, row.rate.normalize()) for row in found]),
    )


def markups_of(plan: BillingPlan) -> Markups:
    special = {name: _markup(said) for name, said in plan.markups.items()}
    usual = Markup(plan.markup_percent.normalize(), plan.markup_fixed.normalize())
    return Markups(usual, special)


def cards_of(workspace_id: int) -> RateCards:
    """The shipped cards and the company's own; where both begin on one day, the own one stands."""
    own = [
        card_of(row)
        for row in StoredCard.objects.filter(workspace_id=workspace_id).prefetch_related("rates")
    ]
    shipped = card_files.shipped()
    if not own:
        return shipped
    taken = {_use(card) for card in own}
    others = (card for card in shipped.by_id.values() if _use(card) not in taken)
    return RateCards([*own, *others], markets=shipped.markets)


def card_of(row: StoredCard) -> RateCard:
    rates: dict[tuple[str, str], list[Band]] = {}
    for one in sorted(row.rates.all(), key=lambda each: each.first):
        bands = rates.setdefault((one.market, one.category), [])
        bands.append(Band(one.first, one.last, one.rate.normalize()))
    return RateCard(
        id=f"own-{row.pk}",
        model=list_word(row.model, row.price_list),
        effective_from=row.effective_from,
        currency=row.currency,
        rates={key: tuple(bands) for key, bands in rates.items()},
        is_complete=row.is_complete,
        source=row.source,
    )


def _terms(account: BusinessAccount, markets: Markets) -> AccountTerms:
    plans = tuple(sorted(account.billing_plans.all(), key=lambda plan: plan.begins))
    plans = plans or (default_plan(account),)
    priced = Account(
        plan=priced_plan(plans),
        currency=plans[0].currency,
        zone=ZoneInfo(account.time_zone),
        free_used=plans[0].free_used,
        used={f"{plan.begins:%Y-%m}": plan.free_used for plan in plans if plan.free_used},
        currencies=tuple((plan.begins, plan.currency) for plan in plans),
        international=_international(account, markets),
    )
    return AccountTerms(account, priced, plans)


def _international(account: BusinessAccount, markets: Markets) -> International | None:
    """What finance entered, else what Meta told."""
    try:
        said = account.international_rates
    except InternationalRates.DoesNotExist:
        return _noticed(account, markets)
    zone = ZoneInfo(account.time_zone)
    return International(
        home=said.home,
        starts_at=midnight(said.begins, zone),
        exceptions={
            market: midnight(date.fromisoformat(day), zone)
            for market, day in said.exceptions.items()
        },
    )


def _noticed(account: BusinessAccount, markets: Markets) -> International | None:
    try:
        told = account.international_notice
    except InternationalNotice.DoesNotExist:
        return None
    if told.starts_at is None:
        return None
    return International(
        home=_market(told.country, markets),
        starts_at=told.starts_at,
        exceptions={_market(country, markets): at for country, at in told.dated},
    )


def _market(country: str, markets: Markets) -> str:
    """Of an ISO code, by the newest map; the code itself where nobody is called that."""
    place = markets.named(country) if country else None
    return markets.maps[-1].market_of(place) if place else country


def priced_plan(plans: tuple[BillingPlan, ...]) -> Plan:
    terms = [Term(plan.begins, plan.pricing, plan.price_list) for plan in plans]
    return timeline(f"account-{plans[0].account_id}", terms)


def _markup(said: dict[str, Any]) -> Markup:
    return Markup(Decimal(said.get("percent") or 0), Decimal(said.get("fixed") or 0))


def _use(card: RateCard) -> tuple[str, str, date]:
    return (card.model, card.currency, card.effective_from)
