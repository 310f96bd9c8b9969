"""What the engine says of a message: an `Entry` for the ledger, that it joined one, or that it may not be sent. Pure.

An entry is complete in itself: a page can explain it and an auditor can check it without pricing anything again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from billing.facts import Fact
from billing.money import Money

# Why an entry costs what it does; beside the reasons of billing.openings for what is free.
CHARGED, NO_RATE, NO_MARKET = "charged", "no_rate", "no_market"
FREE_ON_CARD: Final = "free_on_card"

NO_WINDOW: Final = "no_open_window"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger. `price` is None where no rate is known: that is a problem to settle, never zero.

    `key` names the message it hangs on, so that pricing the same facts again gives the same keys. `answers`: the
    contact's message that it answered, if one of the last 24 h. `quota_position`: its number in the month of the free
    tier. `tier`: the volume band as Meta writes it, and `tier_position` its number in the month of that band's market
    and category. `is_estimated`: not yet known to be delivered. `entry_until`: the end of the free entry window
    that it opened, where that is no conversation. `market_is_estimated`: only the country of the contact
    is known.
    """

    key: str
    fact: Fact
    opened_at: datetime
    expires_at: datetime | None
    kind: str
    category: str
    reason: str
    price: Money | None
    currency: str
    model: str
    rule: str
    market: str | None
    market_is_estimated: bool
    card: str | None
    tier: str | None
    tier_position: int | None
    quota_position: int | None
    answers: datetime | None
    is_estimated: bool
    entry_until: datetime | None = None

    @property
    def is_free(self) -> bool:
        return self.price is not None and not self.price


@dataclass(frozen=True, slots=True)
class Joined:
    """A delivered message that costs nothing because it is inside an open conversation, the one of entry `key`."""

    fact: Fact
    key: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A message that may not be sent. It opens nothing and costs nothing."""

    fact: Fact
    reason: str


Outcome = Entry | Joined | Refused
