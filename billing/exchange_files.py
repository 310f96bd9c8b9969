"""Exchange rates out of an uploaded file, and what it would change. Pure.

One row a rate: `date, base, quote, rate`, and on wish `source` and `nominal` (Russia's central bank prints 100 JPY =
61.87 RUB). What could be read in two ways is refused with its cell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from billing.card_files import CardRefused, CellRefused, Problem, currency_in, day_in, rows_in

NEEDED: Final = ("date", "base", "quote", "rate")
MOST_DECIMALS: Final = 8  # of the column
MOST_RATE: Final = Decimal(10) ** 10
MOST_ROWS: Final = 5000
LONGEST_SOURCE: Final = 80
_RATE = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2})?")
_NOMINAL = re.compile(r"1|10|100|1000|10000")

Key = tuple[str, str, date]


@dataclass(frozen=True, slots=True)
class Told:
    """One `base` costs `rate` of `quote` from `begins` on."""

    base: str
    quote: str
    begins: date
    rate: Decimal
    source: str = ""

    @property
    def key(self) -> Key:
        return (self.base, self.quote, self.begins)


@dataclass(frozen=True, slots=True)
class Change:
    """`before` is None where there was no rate of that day."""

    told: Told
    before: Decimal | None


def rates_in(text: str) -> list[Told]:
    """In the order of the file. Raises CardRefused with every cell that is wrong."""
    found: dict[Key, Told] = {}
    problems: list[Problem] = []
    for number, row in rows_in(text, NEEDED, marker="rate"):
        told = _told(number, row, problems)
        if told is None:
            continue
        if told.key in found:
            problems.append(Problem(number, "date", "this day has a rate above already"))
        found[told.key] = told
        if len(found) > MOST_ROWS:
            raise CardRefused([Problem(number, "file", f"it has more than {MOST_ROWS} rates")])
    if not found and not problems:
        problems.append(Problem(1, "file", "there is no rate in it"))
    if problems:
        raise CardRefused(problems)
    return list(found.values())


def changes(told: list[Told], known: Mapping[Key, Decimal]) -> list[Change]:
    """What is new or different; what stays the same is left out."""
    return [Change(one, known.get(one.key)) for one in told if known.get(one.key) != one.rate]


def _told(number: int, row: dict[str, str], problems: list[Problem]) -> Told | None:
    def cell(column: str, read: object) -> object:
        try:
            return read(row.get(column, ""))  # type: ignore[operator]
        except CellRefused as problem:
            problems.append(Problem(number, column, str(problem)))
            return None

    begins, base, quote = (
        cell("date", day_in),
        cell("base", currency_in),
        cell("quote", currency_in),
    )
    rate, nominal = cell("rate", _rate), cell("nominal", _nominal)
    if base and base == quote:
        problems.append(Problem(number, "quote", "two different currencies are needed"))
        return None
    if None in (begins, base, quote, rate, nominal):
        return None
    assert isinstance(begins, date)
    assert isinstance(rate, Decimal)
    assert isinstance(nominal, int)
    exact = rate / nominal
    if _decimals(exact) > MOST_DECIMALS or not exact:
        words = f"{row['rate']!r} for {nominal} has more than {MOST_DECIMALS} decimals"
        problems.append(Problem(number, "rate", words))
        return None
    source = " ".join(row.get("source", "").split())[:LONGEST_SOURCE]
    return Told(str(base), str(quote), begins, exact, source)


def _rate(text: str) -> Decimal:
    """Plain digits with a point. A lone comma could part thousands or decimals, so it is refused."""
    digits = text.strip()
    if not _RATE.fullmatch(digits):
        raise CellRefused(
            f"{text[:40]!r} is not a rate that can be read in one way only; write 92.5"
        )
    rate = Decimal(format(Decimal(digits), "f"))
    if not 0 < rate < MOST_RATE:
        raise CellRefused(f"{text[:40]!r} is no exchange rate")
    if _decimals(rate) > MOST_DECIMALS:
        raise CellRefused(
            f"{text[:40]!r} has more than {MOST_DECIMALS} decimals; nothing is rounded here"
        )
    return rate


def _nominal(text: str) -> int:
    digits = text.strip() or "1"
    if not _NOMINAL.fullmatch(digits):
        raise CellRefused(f"{text[:40]!r} is no nominal; write 1, 10, 100, 1000 or 10000")
    return int(digits)


def _decimals(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
