"""The invoice as XLSX, CSV and a zip of a year: from the same paper, the lines behind it in flat memory."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any, Final

import xlsxwriter

from billing import exports
from billing.invoices import words
from billing.invoices.paper import Paper
from billing.invoices.pdf import pdf
from billing.models import Invoice, LedgerEntry
from conversations import tables

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


def xlsx(paper: Paper, behind: Iterable[LedgerEntry]) -> IO[bytes]:
    """A file with two sheets: the invoice, and every conversation behind it. Rows are written as they come."""
    out: IO[bytes] = TemporaryFile()  # noqa: SIM115  the response closes it
    said = words.labels(paper.language)
    book = xlsxwriter.Workbook(
        out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
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
    _behind(book.add_worksheet("ledger"), behind, bold)
    book.close()
    out.seek(0)
    return out


def _behind(sheet: Any, lines: Iterable[LedgerEntry], bold: Any) -> None:
    sheet.write_row(0, 0, exports.COLUMNS, bold)
    for n, line in enumerate(lines, start=1):
        for column, cell in enumerate(exports.row(line)):
            if isinstance(cell, Decimal | int) and not isinstance(cell, bool):
                sheet.write_number(n, column, float(cell))
            else:
                sheet.write_string(n, column, str(cell))


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
