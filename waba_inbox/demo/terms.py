"""On which terms the demo's accounts are billed: so that its ledger, overview and budgets have something to show."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from billing.models import BillingPlan, Budget, ExchangeRate
from waba_inbox.demo.company import ZONE, Company

USED_BEFORE: Final = 880  # by the old provider, in the month the company moved to us
RATES: Final = ("84.10", "83.45", "82.90", "81.75", "80.60")  # the latest first


def make(made: Company, *, now: datetime) -> None:
    """The shop is on the 2022 plan in roubles, the workshop on Meta's current one with an exchange and a mark-up."""
    month = now.astimezone(ZoneInfo(ZONE)).date().replace(day=1)
    shop, workshop = made.numbers["shop"].account, made.numbers["workshop"].account
    roubles = {"pricing": "conversation-2022", "currency": "RUB", "billing_currency": "RUB"}
    fees = {"licence_fee": Decimal(4900), "subscription_fee": Decimal(2500), "tax_percent": 20}
    earlier = month - timedelta(days=200)
    BillingPlan.objects.create(account=shop, begins=earlier.replace(day=1), **roubles, **fees)
    BillingPlan.objects.create(
        account=shop, begins=month, markup_percent=15, free_used=USED_BEFORE, **roubles, **fees
    )
    BillingPlan.objects.create(
        account=workshop, begins=earlier.replace(day=1), currency="USD", billing_currency="RUB",
        markup_percent=20, **fees,
    )  # fmt: skip
    day = month
    for rate in RATES:
        ExchangeRate.objects.create(
            workspace=made.workspace, base="USD", quote="RUB", begins=day, rate=Decimal(rate),
            source="ЦБ РФ",
        )  # fmt: skip
        day = _before(day)
    Budget.objects.create(workspace=made.workspace, amount=Decimal(600), currency="RUB")


def _before(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)
