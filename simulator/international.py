"""Which authentication templates Meta charges at the international rate (reference 6.4)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from simulator.models import Customer, Message, Waba
from simulator.people import country_of
from simulator.pricing import model_for
from simulator.rates import rate_of

INTERNATIONAL: Final = "authentication_international"


def charged_as(message: Message, waba: Waba, customer: Customer, *, now: float) -> str:
    """The template's own category, but for authentication where the WABA is told to pay more."""
    told = waba.international
    if message.category.lower() != "authentication" or not told:
        return message.category
    country = country_of(customer.wa_id)
    others = told.get("exception_countries", [])
    starts = {one["country_code"]: float(one["start_time"]) for one in others}
    if country == waba.country or now < starts.get(country, float(told["start_time"])):
        return message.category
    rate = rate_of(
        customer.wa_id,
        model=model_for(waba.pricing_model, at=now, zone=waba.timezone),
        currency=waba.currency,
        category=INTERNATIONAL,
        day=datetime.fromtimestamp(now, tz=UTC).astimezone(ZoneInfo(waba.timezone)).date(),
    )
    return message.category if rate is None else INTERNATIONAL
