"""Money: a Decimal with its currency, never a float. Pure; every price of the product is one of these.

Unit prices keep all their decimals and are summed unrounded. Rounding happens in one place, `Money.rounded`, half up by
the currency's own minor unit, and one kind of figure asks for it: an invoice line.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

# ISO 4217, where it is not two decimals.
MINOR_UNITS: Final = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND",
         "VUV", "XAF", "XOF", "XPF"), 0
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}  # fmt: skip


class CurrencyMismatch(Exception):
    """Two currencies were about to be added up or compared."""

    def __init__(self, ours: str, theirs: str) -> None:
        super().__init__(f"{ours} and {theirs} cannot be put together")
        self.currencies = (ours, theirs)


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount, unrounded unless it came from `rounded`."""

    amount: Decimal
    currency: str

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __mul__(self, count: int) -> Money:
        return Money(self.amount * count, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        return f"{self.text} {self.currency}"

    @property
    def text(self) -> str:
        """The amount in plain digits with every decimal it has: never 8E-4."""
        return format(self.amount, "f")

    @property
    def rounded(self) -> Money:
        """To the currency's minor unit, half up. The only rounding in the product."""
        unit = Decimal(1).scaleb(-MINOR_UNITS.get(self.currency, 2))
        return Money(self.amount.quantize(unit, rounding=ROUND_HALF_UP), self.currency)

    def _same(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        return other.amount


def zero(currency: str) -> Money:
    return Money(Decimal(0), currency)
