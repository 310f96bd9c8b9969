"""What is open between one contact and one number, and what a delivered message would open. Pure.

`Pair` is all that pricing remembers of a contact: small enough to be a row of the ledger, and forgotten once
`is_quiet`. A pricing model reads a pair and answers with a `Charge`, or with the `BilledConversation` the message
joins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from billing.facts import FREE_FORM, Fact

DAY: Final = timedelta(hours=24)
FREE_ENTRY: Final = timedelta(hours=72)

USER_INITIATED, BUSINESS_INITIATED = "user_initiated", "business_initiated"
REFERRAL_CONVERSION: Final = (
    "referral_conversion"  # Meta's word for what starts from an advertisement
)

# Why a thing costs nothing. These words are stored and printed; pages translate them.
FREE_TIER, FREE_ENTRY_POINT = "free_tier", "free_entry_point"
FREE_SERVICE: Final = "free_customer_service"


@dataclass(frozen=True, slots=True)
class BilledConversation:
    """Meta's unit of the older models. `key` names the entry that opened it."""

    kind: str
    opened_at: datetime
    ends_at: datetime
    key: str

    def is_open(self, at: datetime) -> bool:
        return self.opened_at <= at < self.ends_at


@dataclass(slots=True)
class Pair:
    """`inbound_at`: the contact's latest message. `ad_at`: their latest from an advertisement, until it is answered.

    `under_way`: how many messages to them were sent and have not arrived; what they answered must not be forgotten.
    """

    inbound_at: datetime | None = None
    ad_at: datetime | None = None
    conversations: tuple[BilledConversation, ...] = ()
    under_way: int = 0

    def in_window(self, at: datetime) -> bool:
        """Is the customer service window open?"""
        return self.inbound_at is not None and at < self.inbound_at + DAY

    def answers_ad(self, at: datetime) -> bool:
        return self.ad_at is not None and self.ad_at <= at < self.ad_at + DAY

    def opened(self, at: datetime) -> Iterator[BilledConversation]:
        return (one for one in self.conversations if one.is_open(at))

    def opened_of(self, kind: str, at: datetime) -> BilledConversation | None:
        return next((one for one in self.opened(at) if one.kind == kind), None)

    def open(self, conversation: BilledConversation, *, closing: bool) -> None:
        """Add one; `closing` ends all others, as a free entry point does under the category model."""
        at = conversation.opened_at
        kept = () if closing else tuple(one for one in self.conversations if at < one.ends_at)
        self.conversations = (*kept, conversation)

    def is_quiet(self, at: datetime) -> bool:
        """Nothing here can matter to a message of `at` or later."""
        return not (
            self.under_way
            or self.in_window(at)
            or self.answers_ad(at)
            or any(at < one.ends_at for one in self.conversations)
        )


@dataclass(frozen=True, slots=True)
class Quota:
    """A free tier: so many a month, counted over the whole account or for each number."""

    limit: int
    per_number: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """A business message at the moment of its delivery, as a pricing model sees it.

    `local`: that moment in the zone of the account. `answers`: the contact's message that it answered, if the
    service window was open when it was sent. `category`: the template's, already turned into
    authentication-international where that is charged.
    """

    fact: Fact
    at: datetime
    local: datetime
    answers: datetime | None
    category: str

    @property
    def is_free_form(self) -> bool:
        return self.fact.kind == FREE_FORM


@dataclass(frozen=True, slots=True)
class Charge:
    """What a pricing model finds, before free tiers and cards.

    `rate`: the column of the card that prices it. `lasts`: how long the conversation it opens runs; None for a
    single message. `free`: why it is free whatever the card says. `quota`: the free tier it draws on first.
    `entry_for`: the free entry window that this message opens, where that is no conversation; it runs from the
    answer and not, as a conversation does, from its delivery (reference 5). `rule`: which rule decided, for the
    explanation.
    """

    kind: str
    category: str
    rate: str
    rule: str
    lasts: timedelta | None = None
    free: str = ""
    quota: Quota | None = None
    is_tiered: bool = False
    closes_others: bool = False
    entry_for: timedelta | None = None
