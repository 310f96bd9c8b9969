"""1 July 2025 to 30 September 2026: each delivered template is charged, replies are free (reference 6.4)."""

from __future__ import annotations

from datetime import date
from typing import Final

from billing.facts import MARKETING, SERVICE, UTILITY
from billing.openings import (
    FREE_ENTRY,
    FREE_ENTRY_POINT,
    FREE_SERVICE,
    REFERRAL_CONVERSION,
    Charge,
    Pair,
    Sent,
)
from billing.pricing.model import PricingModel, Verdict, in_service_window

ONE_MESSAGE: Final = "message"


def charge(pair: Pair, sent: Sent) -> Verdict:
    if free := free_entry(pair, sent):
        return free
    if sent.is_free_form:
        return _free(SERVICE, rule="2025.service")
    if sent.category == UTILITY:
        if begun_before := pair.opened_of(UTILITY, sent.at):
            return begun_before  # a conversation of the older model, paid for, runs to its end
        if pair.in_window(sent.at):
            return _free(UTILITY, rule="2025.utility_in_window")
    return template(sent, rule="2025.template")


def template(sent: Sent, *, rule: str) -> Charge:
    """A charged template. Marketing alone has no volume tiers."""
    return Charge(
        kind=ONE_MESSAGE,
        category=sent.category,
        rate=sent.category,
        rule=rule,
        is_tiered=sent.category != MARKETING,
    )


def free_entry(pair: Pair, sent: Sent) -> Charge | None:
    """Everything is free for 72 h from the answer to a contact who came from an advertisement."""
    is_open = pair.opened_of(REFERRAL_CONVERSION, sent.at) is not None
    if not is_open and not pair.answers_ad(sent.fact.at):
        return None
    category = SERVICE if sent.is_free_form else sent.category
    return Charge(
        kind=ONE_MESSAGE,
        category=category,
        rate=category,
        rule="2025.free_entry_point",
        free=FREE_ENTRY_POINT,
        entry_for=None if is_open else FREE_ENTRY,
    )


def _free(category: str, *, rule: str) -> Charge:
    return Charge(kind=ONE_MESSAGE, category=category, rate=category, rule=rule, free=FREE_SERVICE)


MODEL: Final = PricingModel(
    name="per-message-2025",
    cards="pmp",
    begins=date(2025, 7, 1),
    ends=date(2026, 9, 30),
    charge=charge,
    allows_free_form=in_service_window,
)
