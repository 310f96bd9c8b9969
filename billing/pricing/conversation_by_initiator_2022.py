"""1 February 2022 to 31 May 2023: a 24 h conversation, priced by who started it (PRODUCT.md 2; reference 6.2)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from billing.openings import (
    BUSINESS_INITIATED,
    DAY,
    FREE_ENTRY,
    FREE_ENTRY_POINT,
    REFERRAL_CONVERSION,
    USER_INITIATED,
    Charge,
    Pair,
    Quota,
    Sent,
)
from billing.pricing.model import PricingModel, Verdict

FREE_TIER: Final = Quota(1000)


def allows_free_form(pair: Pair, at: datetime) -> bool:
    """Within 24 h of the contact's last message, or inside an open conversation that they started."""
    return pair.in_window(at) or pair.opened_of(USER_INITIATED, at) is not None


def charge(pair: Pair, sent: Sent) -> Verdict:
    """While one conversation is open nothing more is charged, whoever started it."""
    if joined := next(pair.opened(sent.at), None):
        return joined
    if pair.answers_ad(sent.fact.at):
        return Charge(
            kind=REFERRAL_CONVERSION,
            category=sent.category,
            rate=USER_INITIATED,
            rule="2022.free_entry_point",
            lasts=FREE_ENTRY,
            free=FREE_ENTRY_POINT,
        )
    kind = USER_INITIATED if sent.answers or sent.is_free_form else BUSINESS_INITIATED
    return Charge(
        kind=kind,
        category=sent.category,
        rate=kind,
        rule=f"2022.{kind}",
        lasts=DAY,
        quota=FREE_TIER,
    )


MODEL: Final = PricingModel(
    name="conversation-2022",
    cards="cbp_initiator",
    begins=date(2022, 2, 1),
    ends=date(2023, 5, 31),
    charge=charge,
    allows_free_form=allows_free_form,
    needs_category=False,
)
