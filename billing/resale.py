"""From Meta's cost to the price a client pays: exchange, then percent, then a fixed amount. Pure and exact,
unrounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from billing.money import Money, zero


@dataclass(frozen=True, slots=True)
class Markup:
    """`percent` on the cost in the client's currency, and `fixed` for each charged line."""

    percent: Decimal = Decimal(0)
    fixed: Decimal = Decimal(0)

    def on(self, cost: Money, *, count: int = 1) -> Money:
        """`count`: of how many charges this is the cost."""
        amount = cost.amount * (100 + self.percent) / 100 + self.fixed * count
        return Money(amount, cost.currency)


@dataclass(frozen=True, slots=True)
class Markups:
    """The mark-up of a plan; `special` holds what a kind or category has of its own, the kind first."""

    usual: Markup = Markup()
    special: Mapping[str, Markup] = field(default_factory=dict)

    def of(self, *, kind: str, category: str) -> Markup:
        return self.special.get(kind) or self.special.get(category) or self.usual


@dataclass(frozen=True, slots=True)
class Rate:
    """One `base` costs `rate` of `quote` from this day on."""

    base: str
    quote: str
    begins: date
    rate: Decimal


class Rates:
    """Exchange rates by date. What is not known is not guessed from its inverse: that would not be exact."""

    def __init__(self, rates: list[Rate]) -> None:
        self._rates = sorted(rates, key=lambda each: each.begins)

    def on(self, day: date, *, base: str, quote: str) -> Rate | None:
        """The latest that has begun; one to one without any where the currencies are the same."""
        if base == quote:
            return Rate(base, quote, day, Decimal(1))
        found = [each for each in self._rates if (each.base, each.quote) == (base, quote)]
        begun = [each for each in found if each.begins <= day]
        return begun[-1] if begun else None


@dataclass(frozen=True, slots=True)
class Resale:
    """`price` is None where the cost or the exchange rate is not known. `terms`: how it came about, as text."""

    price: Money | None
    lacks_rate: bool = False
    terms: Mapping[str, Any] = field(default_factory=dict)


def resale(cost: Money | None, *, currency: str, markup: Markup, rate: Rate | None) -> Resale:
    """What is free stays free; what has no cost has no price."""
    if cost is None:
        return Resale(None)
    if not cost:
        return Resale(zero(currency))
    if rate is None:
        return Resale(None, lacks_rate=True)
    price = markup.on(Money(cost.amount * rate.rate, currency))
    terms: dict[str, Any] = {}
    if rate.base != rate.quote:
        terms |= {"rate": plain(rate.rate), "rate_day": rate.begins.isoformat()}
    if markup.percent:
        terms["percent"] = plain(markup.percent)
    if markup.fixed:
        terms["fixed"] = plain(markup.fixed)
    return Resale(price, terms=terms)


def plain(number: Decimal) -> str:
    """Plain digits without the noughts a database column adds: 92.5 and never 9.25E+1."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
