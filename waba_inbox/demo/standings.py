"""A month of how Meta rated the demo's numbers: the shop recovered from a fall, the workshop has just had one.

The workshop fell after the mailing of mailing.py.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from quality.aspects import Aspect, Values
from quality.models import Source
from quality.observing import observe
from waba_inbox.demo.company import Company

RATINGS: Final = {
    "shop": ((29, "GREEN"), (19, "YELLOW"), (13, "GREEN")),
    "workshop": ((27, "GREEN"), (2, "YELLOW")),
}
WELL: Final[Values] = {
    Aspect.STATUS: "CONNECTED",
    Aspect.VERIFIED: "VERIFIED",
    Aspect.NAME_REVIEW: "APPROVED",
    Aspect.PIN: "yes",
    Aspect.HEALTH: "AVAILABLE",
}
ACCOUNT: Final[Values] = {
    Aspect.REVIEW: "APPROVED",
    Aspect.VERIFICATION: "verified",
    Aspect.PAYMENT: "yes",
    Aspect.HEALTH: "AVAILABLE",
    Aspect.SUBSCRIPTION: "yes",
    Aspect.TOKEN: "yes",
    Aspect.NUMBERS_MOST: "20",
}


def make(made: Company, *, now: datetime) -> None:
    """Call inside a transaction."""
    for key, number in made.numbers.items():
        account, began = number.account, now - timedelta(days=30)
        observe(account, ACCOUNT, source=Source.POLL, at=began)
        limit = {Aspect.LIMIT: number.messaging_limit or "TIER_2K"}
        observe(account, WELL | limit, number=number, source=Source.POLL, at=began)
        for days, rating in RATINGS[key]:
            observe(
                account,
                {Aspect.RATING: rating},
                number=number,
                source=Source.POLL,
                at=now - timedelta(days=days, hours=3),
            )
