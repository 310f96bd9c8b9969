"""What every pricing model is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from billing.openings import BilledConversation, Charge, Pair, Sent

Verdict = Charge | BilledConversation


@dataclass(frozen=True, slots=True)
class PricingModel:
    """`charge` answers with a charge, or with the open conversation that the message joins.

    `cards` is the word rate cards use for this model. `begins` and `ends` are its first and last day, in the
    account's zone.
    """

    name: str
    cards: str
    begins: date
    ends: date
    charge: Callable[[Pair, Sent], Verdict]
    allows_free_form: Callable[[Pair, datetime], bool]
    needs_category: bool = True


def in_service_window(pair: Pair, at: datetime) -> bool:
    return pair.in_window(at)
