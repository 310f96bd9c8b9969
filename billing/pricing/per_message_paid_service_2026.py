"""From 1 October 2026: each delivered message is charged, replies and utility templates in the window too
(reference 6.5).
"""

from __future__ import annotations

from datetime import date
from typing import Final

from billing.facts import SERVICE
from billing.openings import Charge, Pair, Quota, Sent
from billing.pricing.model import PricingModel, Verdict, in_service_window
from billing.pricing.per_message_2025 import ONE_MESSAGE, free_entry, template

# Meta's page says for each number, one partner says for each account; we follow Meta. What is sent inside a free entry
# window does not draw on it (not documented; the free window is the stronger reason).
FREE_TIER: Final = Quota(1000, per_number=True)


def charge(pair: Pair, sent: Sent) -> Verdict:
    if free := free_entry(pair, sent):
        return free
    if sent.is_free_form:
        return Charge(
            kind=ONE_MESSAGE, category=SERVICE, rate=SERVICE, rule="2026.service", quota=FREE_TIER
        )
    return template(sent, rule="2026.template")


MODEL: Final = PricingModel(
    name="per-message-2026",
    cards="pmp",
    begins=date(2026, 10, 1),
    ends=date.max,
    charge=charge,
    allows_free_form=in_service_window,
)
