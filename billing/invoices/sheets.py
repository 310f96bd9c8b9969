"""The invoice as XLSX, CSV and a zip of a year: from the same paper, the lines behind it in flat memory."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile
from typing import IO, Any, Final, cast
from xml.sax.saxutils import escape

import xlsxwriter

from billing import exports
from billing.invoices import words
from billing.invoices.paper import Paper
from billing.invoices.pdf import pdf
from billing.models import Invoice
from conversations import tables

BEHIND: Final = "xl/worksheets/sheet2.xml"
ROWS_A_PIECE: Final = 200
CUT: Final = "A sheet holds no more rows; the CSV of the ledger has all."
SHEET_HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
)

COLUMNS: Final = (
    "kind",
    "words",
    "account",
    "market",
    "quantity",
    "unit_price",
    "amount",
    "currency",
)


def csv_text(paper: Paper) -> str:
    """The lines and the three sums, exact, with points. Begins with the mark that Excel wants for UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for line in paper.lines:
        row = [
            line.kind.value,
            line.words,
            line.account,
            line.market,
            line.quantity,
            line.unit_price,
            line.amount,
        ]
        writer.writerow([exports.safe(cell) for cell in (*row, paper.currency)])
    for name, amount in (("net", paper.net), ("tax", paper.tax), ("total", paper.total)):
        writer.writerow([name, "", "", "", "", "", amount, paper.currency])
    return tables.MARK + out.getvalue()


def xlsx(paper: Paper, behind: Iterable[list[Any]]) -> Iterator[bytes]:
    """A workbook with the invoice and every conversation behind it, in pieces as they are made: the first is there at
    once, and no more is held than a page of rows.

    The invoice's sheet is made by xlsxwriter beside an empty one, in whose place the rows are written into the zip.
    """
    out = _Pipe()
    with (
        zipfile.ZipFile(_book(paper)) as made,
        zipfile.ZipFile(cast(IO[bytes], out), "w", zipfile.ZIP_DEFLATED, compresslevel=4) as whole,
    ):
        for part in made.infolist():
            if part.filename != BEHIND:
                whole.writestr(part.filename, made.read(part))
                continue
            with whole.open(part.filename, "w", force_zip64=True) as sheet:
                for piece in _sheet(behind):
                    sheet.write(piece.encode())
                    yield out.taken()
        yield out.taken()
    yield out.taken()


class _Pipe:
    """What a zip is written to, and taken from again."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self._held.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def taken(self) -> bytes:
        held, self._held = b"".join(self._held), []
        return held


def _book(paper: Paper) -> IO[bytes]:
    out = io.BytesIO()
    said = words.labels(paper.language)
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False})
    bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
    first = book.add_worksheet(said["invoice"][:31])
    first.set_column(1, 1, 60)
    first.write_row(0, 0, [words.title(paper)], bold)
    first.write_row(1, 0, [said["buyer"], paper.buyer.name])
    first.write_row(
        3, 0, [said[name] for name in ("position", "what", "quantity", "unit", "amount")], bold
    )
    at = 4
    for at, line in enumerate(paper.lines, start=4):
        first.write_number(at, 0, at - 3)
        first.write_string(at, 1, line.words)
        first.write_number(at, 2, line.quantity)
        first.write_number(at, 3, float(line.unit_price))
        first.write_number(at, 4, float(line.amount), money)
    for n, (name, amount) in enumerate(
        (("net", paper.net), ("tax", paper.tax), ("total", paper.total)), start=at + 2
    ):
        first.write_string(n, 1, said[name], bold)
        first.write_number(n, 4, float(amount), money)
    book.add_worksheet("ledger")
    book.close()
    out.seek(0)
    return out


def _sheet(lines: Iterable[list[Any]]) -> Iterator[str]:
    """The XML of a sheet, some rows at a time. Exact amounts are written as they are, never through a float."""
    yield SHEET_HEAD + _row(1, exports.COLUMNS, frozenset())
    page: list[str] = []
    for n, cells in enumerate(lines, start=2):
        if n > tables.SHEET_ROWS:
            page.append(_row(n - 1, [CUT], frozenset()))
            break
        page.append(_row(n, cells, exports.NUMBERS))
        if len(page) >= ROWS_A_PIECE:
            yield "".join(page)
            page = []
    yield "".join(page) + "</sheetData></worksheet>"


def _row(number: int, cells: Iterable[Any], numbers: frozenset[int]) -> str:
    said = [
        f"<c><v>{cell}</v></c>"
        if column in numbers and cell != ""
        else f'<c t="inlineStr"><is><t xml:space="preserve">{_text(cell)}</t></is></c>'
        if cell != ""
        else "<c/>"
        for column, cell in enumerate(cells)
    ]
    return f'<row r="{number}">{"".join(said)}</row>'


def _text(cell: Any) -> str:
    return escape(str(cell).translate(tables.UNSEEN)[: tables.CELL_LIMIT])


def year(invoices: Iterable[Invoice]) -> IO[bytes]:
    """A zip with the PDF of each."""
    out: IO[bytes] = TemporaryFile()  # noqa: SIM115  the response closes it
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for invoice in invoices:
            archive.writestr(f"{file_name(invoice)}.pdf", pdf(invoice.as_paper))
    out.seek(0)
    return out


def file_name(invoice: Invoice) -> str:
    """Letters, digits and hyphens of its number; of a draft, its month."""
    name = invoice.number or f"draft-{invoice.month:%Y-%m}-{invoice.currency}"
    return "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in name)
