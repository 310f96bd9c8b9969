"""On which terms the demo's accounts are billed: so that its ledger, overview and invoices have something to show."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from billing import card_files
from billing.models import BillingPlan, ExchangeRate, StoredCard, StoredRate
from waba_inbox.demo.company import ZONE, Company

# Of the free tier, by the old provider: in the month before, when the company moved to us, and in this one.
USED_BEFORE: Final = (975, 880)
INITIATOR, ARTICLE, ROUBLES = "cbp_initiator", date(2022, 2, 1), 77
UNPRICED: Final = "United Arab Emirates"  # so that the list of what lacks a price is not empty
RATES: Final = ("84.10", "83.45", "82.90", "81.75", "80.60")  # the latest first


def make(made: Company, *, now: datetime) -> None:
    """The shop is on the 2022 plan in roubles, the workshop on Meta's current one with an exchange and a mark-up."""
    month = now.astimezone(ZoneInfo(ZONE)).date().replace(day=1)
    shop, workshop = made.numbers["shop"].account, made.numbers["workshop"].account
    roubles = {"pricing": "conversation-2022", "currency": "RUB", "billing_currency": "RUB"}
    fees = {"licence_fee": Decimal(4900), "subscription_fee": Decimal(2500), "tax_percent": 20}
    earlier = month - timedelta(days=200)
    BillingPlan.objects.create(account=shop, begins=earlier.replace(day=1), **roubles, **fees)
    for begins, used in zip((_before(month), month), USED_BEFORE, strict=True):
        BillingPlan.objects.create(
            account=shop, begins=begins, markup_percent=15, free_used=used, **roubles, **fees
        )
    BillingPlan.objects.create(
        account=workshop, begins=earlier.replace(day=1), currency="USD", billing_currency="RUB",
        markup_percent=20, **fees,
    )  # fmt: skip
    _price_abroad(made)
    day = month
    for rate in RATES:
        ExchangeRate.objects.create(
            workspace=made.workspace, base="USD", quote="RUB", begins=day, rate=Decimal(rate),
            source="ЦБ РФ",
        )  # fmt: skip
        day = _before(day)


def _price_abroad(made: Company) -> None:
    """The article's card of 2022 has Russia alone: the shop's agency sells the other markets by Meta's card of then."""
    cards = card_files.shipped()
    roubles, dollars = (
        cards.in_force(model=INITIATOR, currency=currency, on=ARTICLE)
        for currency in ("RUB", "USD")
    )
    assert roubles
    assert dollars
    own = StoredCard.objects.create(
        workspace=made.workspace, model=INITIATOR, currency="RUB", effective_from=ARTICLE,
        source="Прайс-лист агентства, по курсу 77",
    )  # fmt: skip
    prices = {key: bands[0].rate * ROUBLES for key, bands in dollars.rates.items()}
    prices |= {key: bands[0].rate for key, bands in roubles.rates.items()}
    StoredRate.objects.bulk_create(
        StoredRate(card=own, market=market, category=kind, rate=round(rate, 2))
        for (market, kind), rate in prices.items()
        if market != UNPRICED
    )


def _before(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)
