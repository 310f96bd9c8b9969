"""Rows into a file, CSV or XLSX, in flat memory. What a customer wrote is never a formula in it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import IO, Any, Final, Protocol

import xlsxwriter
from django.utils import timezone

# What a spreadsheet calculates: these, also in full width, behind anything that is not seen.
SIGNS: Final = "=+\\-@\uff1d\uff0b\uff0d\uff20"
FORMULA: Final = re.compile(
    rf"[\s\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]*[{SIGNS}]|[\t\r\n]"
)
# Where the list separator is not a comma, Excel cuts a cell of ours at it, and begins a cell behind it. A line that
# begins with a hyphen is left alone: so do lists.
# A gap is taken whether or not a sign stands behind it: a hundred thousand tabs are read once, not once for each.
CUT: Final = re.compile(
    rf"(?P<gap>[;\t]\s*)(?P<sign>[{SIGNS}])?|(?P<line>[\r\n][^\S\r\n]*)(?=[=+@\uff1d\uff0b\uff20])"
)
CELL_LIMIT: Final = 32_767  # characters, Excel's own
SHEET_ROWS: Final = 1_048_576
MARK: Final = "\ufeff"  # by which Excel knows UTF-8
UNSEEN: Final = dict.fromkeys(n for n in range(32) if n not in (9, 10, 13))  # no XML may hold these


class Table(Protocol):
    def add(self, row: Sequence[Any]) -> None: ...


def safe(value: Any) -> str:
    """A cell of a CSV. Spreadsheets calculate what begins like a formula: an apostrophe makes it words."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(sep=" ", timespec="seconds")
    if not isinstance(value, str):
        return str(value)
    text = CUT.sub(_as_words, value.translate(UNSEEN))
    return f"'{text}" if FORMULA.match(text) else text


def _as_words(cut: re.Match[str]) -> str:
    if sign := cut["sign"]:
        return f"{cut['gap']}'{sign}"
    return f"{cut['line']}'" if cut["line"] else cut[0]


class _Csv:
    def __init__(self, file: IO[bytes]) -> None:
        self._text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        self._text.write(MARK)
        self._writer = csv.writer(self._text)

    def add(self, row: Sequence[Any]) -> None:
        self._writer.writerow([safe(cell) for cell in row])

    def close(self) -> None:
        self._text.detach()


class _Xlsx:
    """A sheet takes a million rows; what is more goes to the next, under the same head."""

    def __init__(self, file: IO[bytes]) -> None:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(file, options)
        self._when = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._bold = self._book.add_format({"bold": True})
        self._head: Sequence[Any] = ()
        self._sheet: Any = None
        self._row = 0

    def add(self, row: Sequence[Any]) -> None:
        if not self._head:
            self._head = row
            self._begin_sheet()
            return
        if self._row >= SHEET_ROWS:
            self._begin_sheet()
        self._write(row, None)

    def _begin_sheet(self) -> None:
        self._sheet, self._row = self._book.add_worksheet(), 0
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, len(self._head) - 1, 18)
        self._write(self._head, self._bold)

    def _write(self, row: Sequence[Any], style: Any) -> None:
        for column, value in enumerate(row):
            if value is None or value == "":
                continue
            if isinstance(value, datetime):
                naive = timezone.localtime(value).replace(tzinfo=None)
                self._sheet.write_datetime(self._row, column, naive, self._when)
            elif isinstance(value, int) and not isinstance(value, bool):
                self._sheet.write_number(self._row, column, value)
            else:
                words = str(value).translate(UNSEEN)[:CELL_LIMIT]
                self._sheet.write_string(self._row, column, words, style)
        self._row += 1

    def close(self) -> None:
        self._book.close()


KINDS: Final[dict[str, type[_Csv] | type[_Xlsx]]] = {"csv": _Csv, "xlsx": _Xlsx}


@contextmanager
def opened(kind: str, file: IO[bytes]) -> Iterator[Table]:
    """`kind`: csv or xlsx. The first row added is the head. Times are written in the active zone."""
    table = KINDS[kind](file)
    yield table
    table.close()
