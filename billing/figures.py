"""Meta's analytics and our lines in the same words, so that they can be laid side by side. Pure (reference 1.5, 6.6).

A `Bucket` is what both count: a day, a market, what is charged, and whether it is charged or free. Whether the free
tier or the customer's 24 hours made a thing free is not compared: for 2026 Meta has not said which word it uses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from billing.comparing import SAME
from billing.openings import FREE_ENTRY_POINT, FREE_TIER, REFERRAL_CONVERSION

CHARGED, FREE, ENTRY = "charged", "free", "entry"
MESSAGE: Final = "message"
FREE_ON_CARD: Final = "free_on_card"  # Meta charges it, at a rate of nought
BASES: Final = {
    "REGULAR": CHARGED,
    "FREE_CUSTOMER_SERVICE": FREE,
    "FREE_TIER": FREE,
    "FREE_ENTRY_POINT": ENTRY,
    "FREE_ENTRY": ENTRY,
}
MOST_COUNT: Final = 2**31 - 1
MOST_COST: Final = Decimal(10) ** 15
EXACT: Final = Decimal("0.000001")  # Meta's costs are floats; more digits than a rate has are noise


@dataclass(frozen=True, slots=True)
class Bucket:
    """`what`: the category, or the kind of a conversation of 2022."""

    day: date
    market: str
    what: str
    basis: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A part of what Meta counted; as billing.models.MetaFigure."""

    country: str
    what: str
    basis: str
    tier: str
    digits: str
    quantity: int
    cost: Decimal | None


class Unreadable(ValueError):
    """A point of Meta's that says nothing we could count."""


def of_pricing(point: Mapping[str, Any]) -> Figure:
    """A point of `pricing_analytics`."""
    category = _word(point.get("pricing_category"))
    return _figure(
        point,
        count=point.get("volume"),
        what=SAME.get(category, category),
        basis=_basis(point.get("pricing_type")),
    )


def of_conversations(point: Mapping[str, Any]) -> Figure:
    """A point of `conversation_analytics`. In 2022 the direction was the price, later the category."""
    category = _word(point.get("conversation_category"))
    if category in ("", "unknown"):
        category = _word(point.get("conversation_direction"))
    basis = _basis(point.get("conversation_type"))
    if basis == ENTRY:
        category = REFERRAL_CONVERSION
    return _figure(point, count=point.get("conversation"), what=category, basis=basis)


def _figure(point: Mapping[str, Any], *, count: Any, what: str, basis: str) -> Figure:
    if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= MOST_COUNT:
        raise Unreadable(f"{count!r} is not a count")
    if not what:
        raise Unreadable("neither a category nor a direction is told")
    country = str(point.get("country") or "").upper()
    return Figure(
        country=country if len(country) == 2 else "",
        what=what[:32],
        basis=basis,
        tier=str(point.get("tier") or "")[:40],
        digits="".join(filter(str.isdigit, str(point.get("phone_number") or "")))[:20],
        quantity=count,
        cost=_cost(point.get("cost")),
    )


def _cost(value: Any) -> Decimal | None:
    """By its text: a float is never reckoned with."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        cost = Decimal(str(value))
    except InvalidOperation:
        return None
    if not cost.is_finite() or abs(cost) >= MOST_COST:
        return None
    return cost.quantize(EXACT)


def _basis(value: Any) -> str:
    try:
        return BASES[str(value or "REGULAR").upper()]
    except KeyError:
        raise Unreadable(f"{value!r} is no type of a charge") from None


def _word(value: Any) -> str:
    return str(value or "").lower().replace("-", "_")


def what_of(kind: str, category: str) -> str:
    """Of a line of ours."""
    return category if kind == MESSAGE and category else kind


def basis_of(reason: str, *, is_free: bool) -> str:
    if reason == FREE_ENTRY_POINT:
        return ENTRY
    return FREE if is_free and reason != FREE_ON_CARD else CHARGED


def told_of(
    kind: str, category: str, reason: str, *, is_free: bool, meta: Mapping[str, Any]
) -> tuple[str, str]:
    """Where Meta's own words in a status put a line of ours: what, and on which basis. Ours, where they say nothing."""
    said = _word(meta.get("category"))
    what = SAME.get(said, said) or what_of(kind, category)
    ours = basis_of(reason, is_free=is_free)
    if told := meta.get("type"):
        return what, BASES.get(str(told).upper(), ours)
    if reason == FREE_TIER or not isinstance(meta.get("billable"), bool):
        return what, ours
    if meta["billable"]:
        return what, CHARGED
    return what, ours if ours != CHARGED else FREE
