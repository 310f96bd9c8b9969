"""1 June 2023 to 30 June 2025: a 24 h conversation for each category (reference 6.3).

Several categories may be open at once with one contact. A template joins only a conversation of its own category; a
free-form message joins whatever is open.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from billing.facts import SERVICE
from billing.openings import (
    DAY,
    FREE_ENTRY,
    FREE_ENTRY_POINT,
    FREE_SERVICE,
    REFERRAL_CONVERSION,
    Charge,
    Pair,
    Quota,
    Sent,
)
from billing.pricing.model import PricingModel, Verdict, in_service_window

FREE_TIER: Final = Quota(1000)  # of service conversations only
SERVICE_IS_FREE_FROM: Final = date(2024, 11, 1)


def charge(pair: Pair, sent: Sent) -> Verdict:
    if entry := pair.opened_of(REFERRAL_CONVERSION, sent.at):
        return entry  # nothing new opens until it ends
    if pair.answers_ad(sent.fact.at):
        return Charge(
            kind=REFERRAL_CONVERSION,
            category=sent.category or SERVICE,
            rate=SERVICE,
            rule="2023.free_entry_point",
            lasts=FREE_ENTRY,
            free=FREE_ENTRY_POINT,
            closes_others=True,
        )
    return _service(pair, sent) if sent.is_free_form else _template(pair, sent)


def _template(pair: Pair, sent: Sent) -> Verdict:
    return pair.opened_of(sent.category, sent.at) or Charge(
        kind=sent.category,
        category=sent.category,
        rate=sent.category,
        rule="2023.template",
        lasts=DAY,
    )


def _service(pair: Pair, sent: Sent) -> Verdict:
    if joined := next(pair.opened(sent.at), None):
        return joined
    is_free = sent.local.date() >= SERVICE_IS_FREE_FROM
    return Charge(
        kind=SERVICE,
        category=SERVICE,
        rate=SERVICE,
        rule="2023.service_is_free" if is_free else "2023.service",
        lasts=DAY,
        free=FREE_SERVICE if is_free else "",
        quota=None if is_free else FREE_TIER,
    )


MODEL: Final = PricingModel(
    name="conversation-2023",
    cards="cbp_category",
    begins=date(2023, 6, 1),
    ends=date(2025, 6, 30),
    charge=charge,
    allows_free_form=in_service_window,
)
