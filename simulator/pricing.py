"""What Meta says a message costs: `conversation` and `pricing` of a status, by the model in force for the WABA."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from simulator.models import DAY, Conversation, Json

MODELS: Final = ("CBP-I", "CBP-C", "PMP-1", "PMP-2")
FREE_PER_MONTH: Final = 1000
_STARTS: Final = (
    (date(2026, 10, 1), "PMP-2"),
    (date(2025, 7, 1), "PMP-1"),
    (date(2023, 6, 1), "CBP-C"),
    (date(2000, 1, 1), "CBP-I"),
)
ENTRY: Final = "referral_conversion"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that the price of one message depends on."""

    at: float
    model: str
    zone: str
    category: str  # of the template; empty for a free-form message
    window_open: bool
    from_ad: bool  # the customer came from an ad within the last 24 h and this is an answer
    used_free: int  # service messages of this number in this month
    free_tier_type: str
    webhook_version: int
    open: Sequence[Conversation]


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """`opens` is the kind of a conversation that this message begins; `joins` the one that it falls into."""

    pricing: Json
    opens: str = ""
    lasts: float = DAY
    joins: Conversation | None = None
    shows_conversation: bool = True


def model_for(setting: str, *, at: float, zone: str) -> str:
    """The model in force: the WABA's own setting, or the one of its local date."""
    if setting in MODELS:
        return setting
    today = datetime.fromtimestamp(at, tz=UTC).astimezone(ZoneInfo(zone)).date()
    return next(model for start, model in _STARTS if today >= start)


def month_of(at: float, *, zone: str) -> str:
    """The WABA's local month, the period of the free tier."""
    return datetime.fromtimestamp(at, tz=UTC).astimezone(ZoneInfo(zone)).strftime("%Y-%m")


def price(facts: Facts) -> Price:
    """The price of one message that is about to be delivered."""
    entry = next((c for c in facts.open if c.kind == ENTRY), None)
    if facts.model == "CBP-I":
        return _by_conversation(facts, entry)
    if facts.model == "CBP-C":
        return _by_category(facts, entry)
    return _by_message(facts, entry)


def _cbp(category: str, *, billable: bool) -> Json:
    return {"billable": billable, "pricing_model": "CBP", "category": category}


def _by_conversation(facts: Facts, entry: Conversation | None) -> Price:
    found = entry or next(iter(facts.open), None)
    if found:
        return Price(pricing=_cbp(found.kind, billable=found.kind != ENTRY), joins=found)
    if facts.from_ad:
        return Price(pricing=_cbp(ENTRY, billable=False), opens=ENTRY, lasts=3 * DAY)
    kind = "user_initiated" if facts.window_open else "business_initiated"
    return Price(pricing=_cbp(kind, billable=True), opens=kind)


def _by_category(facts: Facts, entry: Conversation | None) -> Price:
    if entry:
        return Price(pricing=_cbp(ENTRY, billable=False), joins=entry)
    if facts.from_ad:
        return Price(pricing=_cbp(ENTRY, billable=False), opens=ENTRY, lasts=3 * DAY)
    wanted = facts.category.lower()
    # A template joins its own category only; a free-form message whatever is open.
    found = next((c for c in facts.open if not wanted or c.kind == wanted), None)
    kind = found.kind if found else wanted or "service"
    # Service conversations are free from 2024-11-01.
    free = kind == "service" and facts.at >= datetime(2024, 11, 1, tzinfo=UTC).timestamp()
    pricing = _cbp(kind, billable=not free)
    return Price(pricing=pricing, joins=found) if found else Price(pricing=pricing, opens=kind)


def _by_message(facts: Facts, entry: Conversation | None) -> Price:
    category = facts.category.lower() or "service"
    old_webhook = facts.webhook_version < 24
    if entry or facts.from_ad:
        pricing = _pmp(category, kind="free_entry_point")
        if entry:
            return Price(pricing=pricing, joins=entry)
        return Price(pricing=pricing, opens=ENTRY, lasts=3 * DAY)
    kind = "regular"
    if facts.model == "PMP-1" and (
        category == "service" or (category == "utility" and facts.window_open)
    ):
        kind = "free_customer_service"
    elif category == "service" and facts.used_free < FREE_PER_MONTH:
        kind = facts.free_tier_type
    # Old webhook versions carry an id that is new for each message; newer ones none.
    return Price(pricing=_pmp(category, kind=kind), opens="message", shows_conversation=old_webhook)


def _pmp(category: str, *, kind: str) -> Json:
    return {
        "billable": kind == "regular",
        "pricing_model": "PMP",
        "type": kind,
        "category": category,
    }
