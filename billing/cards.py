"""Rate cards: what each market and category costs from a date on. Pure values; `card_files` reads them from CSV.

A market or category that is not on a card has no rate, which is not a rate of zero: `bands` answers with nothing,
and the entry says that a rate is missing. Cards change at midnight in the zone of the account, so they are asked by
local date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from billing.markets import Markets, market_map


class CardsClash(Exception):
    """Two cards claim the same model, currency and first day."""


@dataclass(frozen=True, slots=True)
class Band:
    """Messages numbered `first` to `last` of a month cost `rate` each; `last` is None above all others."""

    first: int
    last: int | None
    rate: Decimal

    def holds(self, position: int) -> bool:
        return self.first <= position and (self.last is None or position <= self.last)

    @property
    def name(self) -> str:
        """As Meta writes it in `tier`: the upper bound is inclusive."""
        return f"{self.first}:{'MAX' if self.last is None else self.last}"


@dataclass(frozen=True, slots=True)
class RateCard:
    """Prices of one model in one currency. `is_complete`: it lists every market there was.

    `codes` are the prefixes of each market as the card prints them. `source` and `trust` say where the figures are
    from.
    """

    id: str
    model: str
    effective_from: date
    currency: str
    rates: Mapping[tuple[str, str], tuple[Band, ...]]
    codes: Mapping[str, str] = field(default_factory=dict)
    is_complete: bool = True
    source: str = ""
    trust: str = ""

    def bands(self, market: str, category: str) -> tuple[Band, ...]:
        """Cheaper with volume from left to right; empty if the card has no such rate."""
        return self.rates.get((market, category), ())

    def band_at(self, position: int, *, market: str, category: str) -> Band | None:
        """The band that holds the message of this number: earlier ones keep what they cost."""
        bands = self.bands(market, category)
        return next((band for band in bands if band.holds(position)), None)

    def list_band(self, *, market: str, category: str) -> Band | None:
        """The first band, for what has no volume tiers."""
        return next(iter(self.bands(market, category)), None)


class RateCards:
    """Every card we know, to be asked by model, currency and date."""

    def __init__(self, cards: Iterable[RateCard], *, markets: Markets | None = None) -> None:
        """`markets`: the maps to go by, if not those of these cards."""
        self._by_use: dict[tuple[str, str], list[RateCard]] = {}
        self.by_id: dict[str, RateCard] = {}
        for card in sorted(cards, key=lambda each: (each.effective_from, each.id)):
            others = self._by_use.setdefault((card.model, card.currency), [])
            if others and others[-1].effective_from == card.effective_from:
                raise CardsClash(f"{others[-1].id} and {card.id} begin on the same day")
            others.append(card)
            self.by_id[card.id] = card
        self.markets = markets or self._markets()

    def in_force(self, *, model: str, currency: str, on: date) -> RateCard | None:
        """The latest card that has begun, or None."""
        begun = [
            card for card in self._by_use.get((model, currency), []) if card.effective_from <= on
        ]
        return begun[-1] if begun else None

    def _markets(self) -> Markets:
        """The market maps of the complete cards: a partial card cannot tell where the rest of the world belongs."""
        maps = {
            card.effective_from: market_map(card.effective_from, card.codes.items())
            for card in self.by_id.values()
            if card.is_complete and card.codes
        }
        return Markets(tuple(maps[day] for day in sorted(maps)))
