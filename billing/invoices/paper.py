"""What stands on an invoice, as one frozen value that every form of it is written from. Pure.

Each line is rounded to the currency's minor unit, half up (billing/money.py); everything else is a sum of lines, so
that page, PDF, XLSX and CSV agree to the last kopeck. Tax is taken of the sum, and rounded once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from billing.money import Money

UNIT_DECIMALS: Final = Decimal("0.000001")
HUNDRED: Final = Decimal(100)


class PaperKind(StrEnum):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    PROFORMA = "proforma"


class LineKind(StrEnum):
    LICENCE = "licence"
    SUBSCRIPTION = "subscription"
    CONVERSATIONS = "conversations"
    MARKUP = "markup"
    ADJUSTMENT = "adjustment"


@dataclass(frozen=True, slots=True)
class Side:
    """Who sells or buys, copied in: a later change of an address does not rewrite what was issued."""

    name: str
    address: str = ""
    tax_number: str = ""  # ИНН, VAT number
    registration: str = ""  # КПП
    bank: str = ""
    bank_code: str = ""  # БИК, BIC
    account: str = ""
    correspondent: str = ""  # корр. счёт
    email: str = ""
    signed_by: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """`quantity` of something; `amount` is what they cost together, rounded; negative on a credit note."""

    kind: LineKind
    words: str
    quantity: int
    amount: Decimal
    market: str = ""
    account: str = ""
    is_free: bool = False
    unit: Decimal | None = None  # exact; None where they had several prices

    @property
    def unit_price(self) -> Decimal:
        """For reading only: six decimals of the average where there is no one price. The amount is what counts."""
        if self.unit is not None:
            return self.unit
        if not self.quantity:
            return Decimal(0)
        return (self.amount / self.quantity).quantize(UNIT_DECIMALS).normalize() + 0


@dataclass(frozen=True, slots=True)
class Paper:
    """`month`: the first day of it. `number`: empty until it is issued. `corrects`: of a credit note."""

    kind: PaperKind
    month: date
    currency: str
    language: str
    seller: Side
    buyer: Side
    lines: tuple[Line, ...]
    tax_percent: Decimal = Decimal(0)
    number: str = ""
    issued_on: date | None = None
    due_on: date | None = None
    corrects: str = ""
    note: str = ""
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def net(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))

    @property
    def tax(self) -> Decimal:
        return Money(self.net * self.tax_percent / HUNDRED, self.currency).rounded.amount

    @property
    def total(self) -> Decimal:
        return self.net + self.tax

    def credited(self, *, number: str, issued_on: date, reason: str) -> Paper:
        """The note that takes the whole of it back."""
        lines = tuple(
            replace(line, quantity=-line.quantity, amount=-line.amount) for line in self.lines
        )
        return replace(
            self, kind=PaperKind.CREDIT_NOTE, lines=lines, number=number, issued_on=issued_on, due_on=None,
            corrects=self.number, note=reason,
        )  # fmt: skip


def to_json(paper: Paper) -> dict[str, Any]:
    """Everything as text, amounts with all their digits; the sums are told besides, for whoever reads it."""
    found = asdict(paper)
    found["lines"] = [
        asdict(line)
        | {
            "kind": line.kind.value,
            "amount": str(line.amount),
            "unit": None if line.unit is None else f"{line.unit:f}",
            "unit_price": f"{line.unit_price:f}",
        }
        for line in paper.lines
    ]
    for name in ("month", "issued_on", "due_on"):
        found[name] = found[name].isoformat() if found[name] else ""
    sums = {"net": str(paper.net), "tax": str(paper.tax), "total": str(paper.total)}
    return found | sums | {"kind": paper.kind.value, "tax_percent": str(paper.tax_percent)}


def from_json(stored: Mapping[str, Any]) -> Paper:
    """The same value back; sums are reckoned anew, never believed."""
    lines = tuple(
        Line(
            LineKind(one["kind"]), one["words"], int(one["quantity"]), Decimal(one["amount"]), one["market"],
            one["account"], bool(one["is_free"]),
            Decimal(one["unit"]) if one.get("unit") else None,
        )
        for one in stored["lines"]
    )  # fmt: skip
    return Paper(
        kind=PaperKind(stored["kind"]), month=date.fromisoformat(stored["month"]), currency=stored["currency"],
        language=stored["language"], seller=Side(**stored["seller"]), buyer=Side(**stored["buyer"]), lines=lines,
        tax_percent=Decimal(stored["tax_percent"]), number=stored["number"], issued_on=_day(stored["issued_on"]),
        due_on=_day(stored["due_on"]), corrects=stored["corrects"], note=stored["note"], details=stored["details"],
    )  # fmt: skip


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
