"""Before 1 February 2022: each template delivered outside the service window was charged, replies were free
(reference 6.1).

No card of those years is known, so every notification comes out without a rate until one is entered.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from billing.openings import FREE_SERVICE, Charge, Pair, Sent
from billing.pricing.model import PricingModel, Verdict, in_service_window

NOTIFICATION: Final = "notification"


def charge(pair: Pair, sent: Sent) -> Verdict:
    if sent.is_free_form or pair.in_window(sent.at):
        return Charge(
            kind="message",
            category=sent.category,
            rate=NOTIFICATION,
            rule="notification.in_session",
            free=FREE_SERVICE,
        )
    return Charge(
        kind=NOTIFICATION,
        category=sent.category,
        rate=NOTIFICATION,
        rule="notification.outside_session",
    )


MODEL: Final = PricingModel(
    name="notification",
    cards="nbp",
    begins=date.min,
    ends=date(2022, 1, 31),
    charge=charge,
    allows_free_form=in_service_window,
    needs_category=False,
)
