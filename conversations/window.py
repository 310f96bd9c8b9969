"""When a free-form reply is allowed, as a pure rule (PRODUCT.md 2, rule 2; whatsapp-platform.md section 5).

A contact's message opens the customer service window for 24 h from WhatsApp's own timestamp. Under the 2022
conversation plan free-form is allowed, besides, for as long as a user-initiated billed conversation is open.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

SERVICE_WINDOW: Final = timedelta(hours=24)
BILLED_CONVERSATION: Final = timedelta(hours=24)
USER_INITIATED: Final = "user_initiated"
BUSINESS_INITIATED: Final = "business_initiated"


@dataclass(frozen=True, slots=True)
class ServiceWindow:
    """The time in which free-form replies to one contact from one number are allowed.

    `inbound_at`: the contact's latest message. `billed_until`, `billed_origin`: the latest billed conversation of the
    2022 plan, which counts only where `conversation_plan` is true. `refused_at`: Meta refused a free-form reply then
    (131047), which closes the window, whatever our clock says, until the contact writes again.
    """

    inbound_at: datetime | None = None
    conversation_plan: bool = False
    billed_until: datetime | None = None
    billed_origin: str = ""
    refused_at: datetime | None = None

    @property
    def closes_at(self) -> datetime | None:
        """The end of the time in which free-form is allowed; None if the contact never wrote."""
        if self.inbound_at is None:
            return None
        ends = self.inbound_at + SERVICE_WINDOW
        if self.refused_at and self.refused_at >= self.inbound_at:
            return min(ends, self.refused_at)
        if self.conversation_plan and self.billed_until and self.billed_origin == USER_INITIATED:
            return max(ends, self.billed_until)
        return ends

    def is_open(self, at: datetime) -> bool:
        closes_at = self.closes_at
        return closes_at is not None and at < closes_at

    def left(self, at: datetime) -> timedelta:
        closes_at = self.closes_at
        return max(closes_at - at, timedelta(0)) if closes_at else timedelta(0)

    def after_inbound(self, at: datetime) -> ServiceWindow:
        return replace(self, inbound_at=max(at, self.inbound_at) if self.inbound_at else at)

    def origin_at(self, at: datetime) -> str:
        """Who starts a billed conversation that a business message opens now (2022 plan, rule 4)."""
        answers = self.inbound_at is not None and at < self.inbound_at + SERVICE_WINDOW
        return USER_INITIATED if answers else BUSINESS_INITIATED

    def after_outbound(self, at: datetime) -> ServiceWindow:
        """A business message reached the contact: inside an open billed conversation, or it opens the next."""
        if self.billed_until and at < self.billed_until:
            return self
        return replace(
            self, billed_until=at + BILLED_CONVERSATION, billed_origin=self.origin_at(at)
        )
