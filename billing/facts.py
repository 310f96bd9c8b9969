"""What the pricing engine reads: one dated fact a message, frozen. Pure.

A fact holds all that pricing ever asks of a message and none of its words. The ledger makes one from each stored
message; the command makes one from each line. Telling a fact twice, or its status later, is settled by
`Fact.together`, a join: order and repetition cannot matter. Messages from the WhatsApp Business app on a phone are
no facts: they cost and open nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from conversations.statuses import DELIVERED, FAILED, READ, SENT, settled

IN, OUT = "in", "out"
TEMPLATE, FREE_FORM, MESSAGE = "template", "free_form", "message"
STATUSES: Final = frozenset({SENT, FAILED, DELIVERED, READ})

MARKETING, UTILITY, AUTHENTICATION = "marketing", "utility", "authentication"
AUTHENTICATION_INTERNATIONAL, SERVICE = "authentication_international", "service"
CATEGORIES: Final = frozenset({MARKETING, UTILITY, AUTHENTICATION})

# At one instant the contact speaks first, and a template goes before the free-form reply that may join it.
_RANK: Final = {MESSAGE: 0, TEMPLATE: 1, FREE_FORM: 2}

Order = tuple[datetime, int, str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Fact:
    """One message between a business number and a contact.

    `at`: WhatsApp's own time of it, aware. `category`: the template's, as it was when sent. `status`: the highest
    rung seen; `sent` is priced as an estimate, `failed` costs nothing. `delivered_at`: when it reached the phone,
    if that is known to differ from `at`. `referral`: the contact came from an advertisement. `message`: our id or
    Meta's, empty if unknown.
    """

    at: datetime
    direction: str
    contact: str
    kind: str
    number: str = ""
    waba: str = ""
    category: str = ""
    status: str = SENT
    delivered_at: datetime | None = None
    referral: bool = False
    message: str = ""

    @property
    def is_inbound(self) -> bool:
        return self.direction == IN

    @property
    def is_confirmed(self) -> bool:
        return self.status in (DELIVERED, READ)

    @property
    def has_failed(self) -> bool:
        return self.status == FAILED

    @property
    def reached_at(self) -> datetime:
        """When it was delivered: what prices a message is its delivery, not its sending."""
        return max(self.at, self.delivered_at) if self.delivered_at else self.at

    @property
    def order(self) -> Order:
        """The one order of all facts; equal only for facts that say the same message."""
        rank = _RANK[self.kind]
        return (
            self.at, rank, self.waba, self.number, self.contact, self.category, self.message
        )  # fmt: skip

    @property
    def key(self) -> str:
        """A name for the message that stays the same however often and in whatever order facts are told."""
        if self.message:
            return f"{self.waba}/{self.number}/{self.message}"
        moment = self.at.isoformat(timespec="microseconds")
        return f"{self.waba}/{self.number}/{self.contact}/{moment}/{self.kind}/{self.category}"

    def together(self, other: Fact) -> Fact:
        """What two tellings of one message say: its first time, its highest status, its earliest delivery."""
        first = min(self, other, key=lambda fact: fact.order)
        deliveries = [fact.delivered_at for fact in (self, other) if fact.delivered_at]
        return replace(
            first,
            status=settled(self.status, other.status),
            delivered_at=min(deliveries, default=None),
            referral=self.referral or other.referral,
        )
