"""A rate card out of an uploaded file, and what it would change. Anything that could be read in two ways is refused."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import openpyxl

from billing import card_files
from billing.card_files import CardRefused, Problem
from billing.cards import RateCard

MOST_BYTES: Final = 2 * 1024 * 1024
MOST_UNPACKED: Final = 40 * 1024 * 1024
MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 100
MOST_TEXT: Final = 8 * 1024 * 1024  # characters that a sheet may come to


@dataclass(frozen=True, slots=True)
class Difference:
    """A price that is new (`before` is None), changed, or no longer there (`after` is None). `band`: the volume
    band it is of, empty without.
    """

    market: str
    category: str
    band: str
    before: Decimal | None
    after: Decimal | None


def text_in(name: str, content: bytes) -> str:
    """The file as CSV text, whichever it was. Raises CardRefused."""
    if len(content) > MOST_BYTES:
        raise CardRefused([Problem(1, "file", "it is larger than 2 MB")])
    if content[:4] == b"PK\x03\x04":
        return _sheet(content)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CardRefused(
            [Problem(1, "file", f"{name[:60]} is neither UTF-8 text nor XLSX")]
        ) from None
    if "\0" in text:
        raise CardRefused([Problem(1, "file", f"{name[:60]} is neither UTF-8 text nor XLSX")])
    return text


def card_in(
    text: str,
    *,
    model: str,
    effective_from: date | None,
    tiers: str = "",
    card_id: str = "uploaded",
) -> RateCard:
    """Our long form, or Meta's base file, for which `model` and `effective_from` must be told. `tiers`: the text of
    Meta's file of volume tiers, whose bands take the place of the list rates. Raises CardRefused.
    """
    card = _list_card(text, model=model, effective_from=effective_from, card_id=card_id)
    return card_files.with_tiers(card, tiers) if tiers else card


def _list_card(text: str, *, model: str, effective_from: date | None, card_id: str) -> RateCard:
    head = text[:4000].casefold()
    if "effective_from" in head and "tier_from" in head:
        return card_files.read_long(text, card_id=card_id, is_complete=False)
    if effective_from is None:
        raise CardRefused(
            [Problem(1, "file", "it does not say from when on it holds; enter the day")]
        )
    return card_files.read_wide(
        text, card_id=card_id, model=model, effective_from=effective_from, is_complete=False
    )


def differences(card: RateCard, in_force: RateCard | None) -> list[Difference]:
    """Against the card that holds on its first day, band by band. What stays the same is left out."""
    before = _bands(in_force) if in_force else {}
    after = _bands(card)
    keys = sorted(before.keys() | after.keys())
    return [
        Difference(market, category, _name(first, last), before.get(key), after.get(key))
        for key in keys
        for market, category, first, last in [key]
        if before.get(key) != after.get(key)
    ]


BandKey = tuple[str, str, int, int]
OPEN_END: Final = 2**31


def _bands(card: RateCard) -> dict[BandKey, Decimal]:
    return {
        (market, category, band.first, OPEN_END if band.last is None else band.last): band.rate
        for (market, category), bands in card.rates.items()
        for band in bands
    }


def _name(first: int, last: int) -> str:
    """As `Band.name`; empty for a price without bands."""
    if last == OPEN_END:
        return f"{first}:MAX" if first > 1 else ""
    return f"{first}:{last}"


def _sheet(content: bytes) -> str:
    """The first sheet of a workbook. Numbers come in their shortest form, so 8.0E-4 stays exact."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                raise CardRefused([Problem(1, "file", "it unpacks to more than 40 MB")])
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        out = io.StringIO()
        writer = csv.writer(out)
        columns = min(sheet.max_column or MOST_COLUMNS, MOST_COLUMNS)
        for n, row in enumerate(sheet.iter_rows(max_col=columns, values_only=True)):
            cells = [_cell(value) for value in row]
            if n >= MOST_ROWS or out.tell() + sum(map(len, cells)) > MOST_TEXT:
                raise CardRefused([Problem(n, "file", "it has too many rows")])
            writer.writerow(cells)
    except CardRefused:
        raise
    except (
        Exception
    ):  # a damaged workbook fails anywhere in zip, XML or openpyxl, with errors of any kind
        raise CardRefused([Problem(1, "file", "the workbook cannot be read")]) from None
    return out.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)
