"""What Meta charges, for its analytics: the public rate cards that ship with the product, first tiers only."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Final

CARDS: Final = Path(__file__).parents[1] / "billing" / "data" / "rate_cards"
WORDS: Final = {
    "CBP-I": "cbp_initiator",
    "CBP-C": "cbp_category",
    "PMP-1": "pmp",
    "PMP-2": "pmp",
}
LONGEST_PREFIX: Final = 4


@dataclass(frozen=True, slots=True)
class Card:
    """One file: a rate for each prefix and category, `*` for everywhere else."""

    model: str
    currency: str
    begins: date
    rates: dict[tuple[str, str], Decimal]

    def rate(self, digits: str, category: str) -> Decimal | None:
        for length in range(LONGEST_PREFIX, 0, -1):
            found = self.rates.get((digits[:length], category))
            if found is not None:
                return found
        return self.rates.get(("*", category))


def rate_of(digits: str, *, model: str, currency: str, category: str, day: date) -> Decimal | None:
    """What one charge costs; None where no card of that day and currency lists it."""
    begun = [
        card
        for card in _cards()
        if (card.model, card.currency) == (WORDS[model], currency) and card.begins <= day
    ]
    return begun[-1].rate(digits, category) if begun else None


@lru_cache(maxsize=1)
def _cards() -> tuple[Card, ...]:
    about = tomllib.loads((CARDS / "cards.toml").read_text())["card"]
    found = [_card(CARDS / one["file"]) for one in about if one.get("in_force", True)]
    return tuple(sorted(found, key=lambda card: card.begins))


def _card(path: Path) -> Card:
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    rates = {
        (prefix, row["category"]): Decimal(row["rate"])
        for row in rows
        for prefix in row["country_codes"].split()
    }
    first = rows[0]
    begins = date.fromisoformat(first["effective_from"])
    return Card(first["model"], first["currency"], begins, rates)
