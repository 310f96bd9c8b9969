"""How far each of our messages has come: ticks, times, failure, the call behind it and what Meta said it costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from accounts.models import PricingPlan
from billing.openings import FREE_ENTRY
from conversations import statuses
from conversations.models import Attempt, Message, Outcome

STATES: Final = (
    "accepted",
    "sent",
    "delivered",
    "unknown",
)  # directives that leave a message there
FAILURES: Final = {
    131026: "Message Undeliverable.",
    131047: "Re-engagement message: more than 24 hours have passed since the customer last replied.",
    131049: "This message was not delivered to maintain healthy ecosystem engagement.",
    131053: "Media upload error: the video codec is not supported.",
}
NEW: Final = timedelta(hours=3)  # what is younger may still be unread
PAUSE: Final = timedelta(hours=22)  # Meta asked for a day: it goes out tomorrow by itself

ENTRY: Final = "referral_conversion"
ANSWERED_WITHIN: Final = timedelta(hours=24)


def go(message: Message, marks: dict[str, str], *, rng: Random, now: datetime) -> Attempt:
    """Ticks as a script wants them, else read."""
    message.status = next((state for state in STATES if state in marks), statuses.READ)
    if "fails" in marks:
        _told_of(message, int(marks["fails"]), status=statuses.FAILED)
    if "waits" in marks:
        _told_of(message, 131049, status=statuses.QUEUED)
        message.retry_at = now + PAUSE
    _note_times(message, rng)
    if message.status in (statuses.QUEUED, statuses.UNKNOWN):
        message.wamid = ""
    return _attempt(message)


def leave_unread(attempt: Attempt, *, now: datetime) -> None:
    """It has reached the phone, and lies there."""
    message = attempt.message
    if message.status == statuses.READ and now - message.at < NEW:
        message.status = attempt.status = statuses.DELIVERED
        message.read_at = None


def _told_of(message: Message, code: int, *, status: str) -> None:
    message.status, message.error_code, message.error_details = status, code, FAILURES[code]


def _note_times(message: Message, rng: Random) -> None:
    """A time for every rung below the one it stands on; a failed one was sent and no more."""
    reached = statuses.SENT if message.status == statuses.FAILED else message.status
    at = message.at
    for column, state, seconds in (
        ("accepted_at", statuses.ACCEPTED, 0.4),
        ("sent_at", statuses.SENT, 1.2),
        ("delivered_at", statuses.DELIVERED, rng.uniform(2, 9)),
        ("read_at", statuses.READ, rng.uniform(9, 45)),
    ):
        at += timedelta(seconds=seconds)
        if statuses.LADDER.index(reached) >= statuses.LADDER.index(state):
            setattr(message, column, at)
    message.failed_at = at if message.status == statuses.FAILED else None


def _attempt(message: Message) -> Attempt:
    outcome = {statuses.QUEUED: Outcome.POSTPONED, statuses.UNKNOWN: Outcome.UNKNOWN}
    return Attempt(
        message=message,
        number=message.number,
        outcome=outcome.get(message.status, Outcome.ACCEPTED),
        status=message.status,
        wamid=message.wamid,
        error_code=message.error_code,
        error_details=message.error_details,
        started_at=message.at,
        finished_at=message.at + timedelta(milliseconds=400),
    )


@dataclass(slots=True)
class FreeEntry:
    """Whether somebody who came from an advertisement writes for free: for 72 hours from the first answer in a day."""

    referred_at: datetime | None = None
    until: datetime | None = None

    def came(self, message: Message) -> None:
        if message.referral:
            self.referred_at = message.at

    def holds(self, *, delivered_at: datetime) -> bool:
        """Call for each message that arrived, in order: an answer may open it."""
        if self.until and delivered_at < self.until:
            return True
        if self.referred_at is None or delivered_at - self.referred_at >= ANSWERED_WITHIN:
            return False
        self.until, self.referred_at = delivered_at + FREE_ENTRY, None
        return True


def priced(message: Message, *, origin: str, is_free_entry: bool) -> dict[str, Any]:
    """Meta's own word, by the plan of the account; `origin` is that of the billed conversation it stands in."""
    if message.number.account.pricing_plan == PricingPlan.CONVERSATION_2022 and is_free_entry:
        told = {"billable": False, "pricing_model": "CBP", "category": ENTRY}
        return {"pricing": told, "conversation": {"origin": {"type": ENTRY}}}
    if message.number.account.pricing_plan == PricingPlan.CONVERSATION_2022:
        told = {"billable": True, "pricing_model": "CBP", "category": origin}
        return {"pricing": told, "conversation": {"origin": {"type": origin}}}
    category = message.template.category.lower() if message.template else "service"
    is_free = (
        category == "service"
    )  # by the model of last year always, by today's for the first 1,000
    kind = "free_customer_service" if is_free else "regular"
    if is_free_entry:
        is_free, kind = True, "free_entry_point"
    told = {"billable": not is_free, "pricing_model": "PMP", "type": kind, "category": category}
    return {"pricing": told}
