"""Read rate cards from CSV: our own long files, and the wide file that Meta publishes. Pure, but for the shipped
files.

Whatever could be read in two ways is refused with its cell named; nothing is guessed. What Meta is known to write
oddly is read: `8.0E-4`, `$US`, `A$`, `GBD` for GBP, line breaks in headers, `n/a` for a market without the
category.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from billing.cards import Band, RateCard, RateCards

SHIPPED: Final = Path(__file__).parent / "data" / "rate_cards"
LONG: Final = (
    "model", "effective_from", "currency", "market", "country_codes", "category", "tier_from", "tier_to", "rate",
)  # fmt: skip
WIDE_CATEGORIES: Final = (
    "marketing", "utility", "authentication", "authentication_international", "service",
)  # fmt: skip
ODD_CURRENCIES: Final = {
    "$US": "USD", "US$": "USD", "A$": "AUD", "GBD": "GBP", "£": "GBP", "₹": "INR", "RP": "IDR",
}  # fmt: skip
CATEGORIES: Final = frozenset(
    {*WIDE_CATEGORIES, "business_initiated", "user_initiated", "notification"}
)
MODELS: Final = frozenset({"pmp", "cbp_category", "cbp_initiator", "nbp"})
MOST_DECIMALS: Final = 6  # so that cost x exchange rate x mark-up is exact in the ledger's columns
MOST_RATE: Final = Decimal(10) ** 10  # what the books' columns hold
MOST_COUNT: Final = 2**31 - 1
LONGEST_MARKET: Final = 60
NOT_OFFERED: Final = frozenset({"n/a", "na", "-", "--", ""})
# Meta's tier file has no header a machine could use: groups of five columns after market and currency.
TIER_GROUPS: Final = {2: "utility", 7: "authentication", 12: "authentication_international"}
TIER_COLUMNS: Final = 17

_PLAIN = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2})?")
_THOUSANDS = re.compile(
    r"\d{1,3}(?:,\d{3})+\.\d+"
)  # 1,940.13 can be read in one way only; 1,940 cannot
_COUNT = re.compile(r"\d+|\d{1,3}(?:,\d{3})+")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one cell, and which."""

    row: int
    column: str
    words: str

    def __str__(self) -> str:
        return f"row {self.row}, {self.column}: {self.words}"


class CardRefused(Exception):
    """The file cannot be a rate card as it stands; `problems` names every cell."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


class CellRefused(Exception):
    """What is wrong with the cell that is being read."""


def rate_in(text: str) -> Decimal:
    """A rate in plain or scientific digits. A lone comma could part thousands or decimals, so it is refused."""
    digits = text.strip()
    if _THOUSANDS.fullmatch(digits):
        digits = digits.replace(",", "")
    if not _PLAIN.fullmatch(digits):
        raise CellRefused(f"{text!r} is not a rate that can be read in one way only; write 0.0663")
    rate = Decimal(format(Decimal(digits), "f"))
    if rate >= MOST_RATE:
        raise CellRefused(f"{text[:40]!r} is no price of a message")
    if rate and -rate.normalize().as_tuple().exponent > MOST_DECIMALS:  # type: ignore[operator]
        raise CellRefused(
            f"{text[:40]!r} has more than {MOST_DECIMALS} decimals; nothing is rounded here"
        )
    return rate


def currency_in(text: str) -> str:
    """Three letters; the spellings that Meta is known to use."""
    code = ODD_CURRENCIES.get(text.strip().upper(), text.strip().upper())
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise CellRefused(f"{text!r} is not a currency; write three letters such as USD")
    return code


def day_in(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise CellRefused(f"{text!r} is not a date; write 2026-10-01") from None


def _count(text: str) -> int:
    digits = text.strip().replace(",", "")
    if not _COUNT.fullmatch(text.strip()) or len(digits) > 12 or int(digits) > MOST_COUNT:
        raise CellRefused(f"{text[:40]!r} is not a number of messages")
    return int(digits)


def _model(text: str) -> str:
    if text not in MODELS:
        raise CellRefused(f"{text[:40]!r} is no way of pricing; write {', '.join(sorted(MODELS))}")
    return text


def _category(text: str) -> str:
    if text.strip() not in CATEGORIES:
        raise CellRefused(f"{text!r} is not a category")
    return text.strip()


def _market(text: str) -> str:
    if not (name := " ".join(text.split())):
        raise CellRefused("a market needs a name")
    if len(name) > LONGEST_MARKET:
        raise CellRefused(f"a market's name has {LONGEST_MARKET} characters at most")
    return name


def _codes(text: str) -> str:
    if not re.fullmatch(r"\*|\d{1,4}( \d{1,4})*", text.strip()):
        raise CellRefused(
            f"{text!r} are not calling prefixes; write digits with blanks between, or *"
        )
    return text.strip()


class _Reader:
    """Collects rates and problems cell by cell, so that a person sees all that is wrong at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.heads: dict[str, set[Any]] = {}
        self.rates: dict[tuple[str, str], list[Band]] = {}
        self.codes: dict[str, str] = {}
        self.owners: dict[str, str] = {}

    def cell(self, row: int, column: str, text: str, read: Any) -> Any:
        try:
            value = read(text)
        except CellRefused as problem:
            self.problems.append(Problem(row, column, str(problem)))
            return None
        if column in ("model", "effective_from", "currency"):
            self.heads.setdefault(column, set()).add(value)
            if len(self.heads[column]) == 2:
                self.problems.append(Problem(row, column, "a card has only one"))
        return value

    def add(self, row: int, market: str, category: str, band: Band) -> None:
        bands = self.rates.setdefault((market, category), [])
        follows = {(bands[-1].last or 0) + 1} if bands else {0, 1}
        if (bands and bands[-1].last is None) or band.first not in follows:
            words = f"{market}, {category} is priced twice or with a gap"
            self.problems.append(Problem(row, "rate", words))
        bands.append(band)

    def name(self, row: int, market: str, codes: str) -> None:
        """A market has one list of prefixes, and a prefix one market."""
        if self.codes.setdefault(market, codes) != codes:
            self.problems.append(Problem(row, "country_codes", f"{market} had others before"))
        for prefix in codes.split():
            if (owner := self.owners.setdefault(prefix, market)) != market:
                words = f"{prefix} belongs to {owner} already"
                self.problems.append(Problem(row, "country_codes", words))

    def card(self, card_id: str, **about: Any) -> RateCard:
        if not self.rates and not self.problems:
            self.problems.append(Problem(1, "file", "there is no rate in it"))
        if self.problems:
            raise CardRefused(self.problems)
        heads = {name: next(iter(values)) for name, values in self.heads.items()}
        rates = {key: tuple(bands) for key, bands in self.rates.items()}
        return RateCard(id=card_id, rates=rates, codes=self.codes, **{**heads, **about})


def read_long(text: str, *, card_id: str, **about: Any) -> RateCard:
    """One row a rate, as the files that ship are written."""
    reader = _Reader()
    for number, row in rows_in(text, LONG):
        for column, read in (
            ("model", _model),
            ("effective_from", day_in),
            ("currency", currency_in),
        ):
            reader.cell(number, column, row[column], read)
        first = reader.cell(number, "tier_from", row["tier_from"], _count)
        last = reader.cell(number, "tier_to", row["tier_to"], _count) if row["tier_to"] else None
        rate = reader.cell(number, "rate", row["rate"], rate_in)
        market = reader.cell(number, "market", row["market"], _market)
        category = reader.cell(number, "category", row["category"], _category)
        codes = reader.cell(number, "country_codes", row["country_codes"], _codes)
        if None in (first, rate, market, category, codes):
            continue
        reader.name(number, market, codes)
        reader.add(number, market, category, Band(first, last, rate))
    return reader.card(card_id, **about)


def read_wide(
    text: str, *, card_id: str, model: str, effective_from: date, **about: Any
) -> RateCard:
    """Meta's base file: one row a market, one column a category. It names neither date nor prefixes."""
    reader = _Reader()
    for number, row in rows_in(text, ("market", "currency")):
        reader.cell(number, "currency", row["currency"], currency_in)
        for category in WIDE_CATEGORIES:
            if row.get(category, "").strip().casefold() in NOT_OFFERED:
                continue
            rate = reader.cell(number, category, row[category], rate_in)
            market = reader.cell(number, "market", row["market"], _market)
            if rate is not None and market is not None:
                reader.add(number, market, category, Band(0, None, rate))
    return reader.card(card_id, model=model, effective_from=effective_from, **about)


def with_tiers(card: RateCard, text: str) -> RateCard:
    """The card with the volume bands of Meta's tier file in place of its list rates.

    The printed rates are taken, never worked out from the percentages beside them: small ones are rounded.
    """
    reader = _Reader()
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    starts = [at for at, row in enumerate(rows) if row and row[0].strip().startswith("Market")]
    if not starts:
        raise CardRefused([Problem(1, "Market", "this column is missing")])
    market = ""
    for number, cells in enumerate(rows[starts[0] + 1 :], start=starts[0] + 2):
        if not any(cells):
            continue
        if len(cells) != TIER_COLUMNS:
            words = f"{len(cells)} cells where a tier file has {TIER_COLUMNS}"
            raise CardRefused([Problem(number, "row", words)])
        market = reader.cell(number, "market", cells[0].strip() or market, _market) or ""
        _tier_row(reader, number, cells, market=market)
    tiers = reader.card(card.id, model=card.model, effective_from=card.effective_from)
    if tiers.currency != card.currency:
        words = f"{tiers.currency}, but the card is in {card.currency}"
        raise CardRefused([Problem(starts[0] + 2, "currency", words)])
    return replace(card, rates={**card.rates, **tiers.rates})


def _tier_row(reader: _Reader, number: int, cells: list[str], *, market: str) -> None:
    reader.cell(number, "currency", cells[1], currency_in)
    for start, category in TIER_GROUPS.items():
        since, until, _kind, rate, _percent = cells[start : start + 5]
        if since.strip().casefold() in NOT_OFFERED:
            continue
        first = reader.cell(number, f"{category} from", since, _count)
        is_open = until.strip().casefold() in NOT_OFFERED
        last = None if is_open else reader.cell(number, f"{category} to", until, _count)
        price = reader.cell(number, f"{category} rate", rate, rate_in)
        if first is not None and price is not None:
            reader.add(number, market, category, Band(first, last, price))


def rows_in(
    text: str, needed: Iterable[str], *, marker: str = "market"
) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row by column. Meta puts a title and notes first: the header is the first row that has the `marker`."""
    rows = enumerate(_cells(text), start=1)
    header: list[str] = []
    for _number, cells in rows:
        header = ["_".join(re.split(r"[\s-]+", cell.strip().casefold())) for cell in cells]
        if marker in header:
            break
    if missing := [column for column in needed if column not in header]:
        raise CardRefused([Problem(1, column, "this column is missing") for column in missing])
    for number, cells in rows:
        if not any(cells):
            continue
        if len(cells) != len(header):
            words = f"{len(cells)} cells where the header has {len(header)}"
            raise CardRefused([Problem(number, "row", words)])
        yield number, dict(zip(header, cells, strict=True))


def _cells(text: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    try:
        yield from reader
    except csv.Error as problem:
        raise CardRefused([Problem(reader.line_num, "row", str(problem))]) from None


@lru_cache(maxsize=1)
def shipped() -> RateCards:
    """The cards in data/rate_cards that may be in force: cards.toml says which, how complete, and where they are
    from.
    """
    about = tomllib.loads((SHIPPED / "cards.toml").read_text())["card"]
    return RateCards(shipped_card(one) for one in about if one.get("in_force", True))


def shipped_card(about: dict[str, Any]) -> RateCard:
    name = about["file"]
    return read_long(
        (SHIPPED / name).read_text(),
        card_id=name.removesuffix(".csv"),
        is_complete=about["complete"],
        source=about["source"],
        trust=about["trust"],
    )
