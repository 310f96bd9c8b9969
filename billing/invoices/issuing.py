"""What happens to an invoice: reviewed, issued, paid, credited. Each is one transaction: none is left half done."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet

from accounts import audit, months
from accounts.models import Agent, BusinessAccount
from billing.closing import close_month
from billing.gathering import locked_state
from billing.invoices.drafting import upto
from billing.invoices.paper import Paper, PaperKind, to_json
from billing.models import Invoice, InvoiceState, Parties

SEQUENCES: Final = {
    PaperKind.INVOICE: "invoice_sequence",
    PaperKind.CREDIT_NOTE: "credit_sequence",
    PaperKind.PROFORMA: "proforma_sequence",
}
LETTERS: Final = {PaperKind.INVOICE: "", PaperKind.CREDIT_NOTE: "K-", PaperKind.PROFORMA: "P-"}


class WrongState(Exception):
    """Somebody was quicker, or the invoice does not stand where this act begins."""


class MonthNotOver(Exception):
    """An invoice closes its month, so that month must have ended."""


class LedgerMoved(Exception):
    """The ledger has lines of the month that the draft has not seen: it must be drafted again."""


@transaction.atomic
def review(invoice_id: int, *, by: Agent, address: str) -> Invoice:
    """Somebody has read it."""
    invoice = _locked(invoice_id, by, InvoiceState.DRAFT)
    invoice.state, invoice.reviewed_by = InvoiceState.REVIEWED, by
    invoice.save(update_fields=["state", "reviewed_by"])
    audit.record(by, "invoice.reviewed", str(invoice), address)
    return invoice


@transaction.atomic
def issue(invoice_id: int, *, by: Agent, at: datetime, address: str) -> Invoice:
    """Give it the next number, freeze it and close its month. Two at once get different numbers, none is left out."""
    parties = Parties.objects.select_for_update().get(workspace_id=by.workspace_id)
    invoice = _locked(invoice_id, by, InvoiceState.REVIEWED)
    kind = PaperKind(invoice.kind)
    today = at.astimezone(ZoneInfo(by.workspace.time_zone)).date()
    if kind is PaperKind.INVOICE:
        if today < months.moved(invoice.month, 1):
            raise MonthNotOver
        locked_state(by.workspace_id)  # nobody is booking into it meanwhile
        if invoice.paper["details"].get("upto") != upto(_billed_by(invoice), invoice.month):
            raise LedgerMoved
        for account in _billed_by(invoice):
            close_month(account, month=invoice.month, by=by, at=at, address=address)
    due_on = today + timedelta(days=parties.payment_days)
    number = _next(parties, invoice, today)
    paper = replace(invoice.as_paper, number=number, issued_on=today, due_on=due_on)
    _freeze(invoice, paper, by=by, at=at)
    audit.record(by, "invoice.issued", number, address, total=str(paper.total))
    return invoice


def _billed_by(invoice: Invoice) -> QuerySet[BusinessAccount]:
    """The accounts that it bills: one, or all together."""
    accounts = BusinessAccount.objects.filter(workspace_id=invoice.workspace_id)
    return accounts.filter(pk=invoice.account_id) if invoice.account_id else accounts


@transaction.atomic
def pay(invoice_id: int, *, on: date, by: Agent, address: str) -> Invoice:
    invoice = _locked(invoice_id, by, InvoiceState.ISSUED)
    invoice.state, invoice.paid_on = InvoiceState.PAID, on
    invoice.save(update_fields=["state", "paid_on"])
    audit.record(by, "invoice.paid", str(invoice), address, on=on.isoformat())
    return invoice


@transaction.atomic
def credit(invoice_id: int, *, reason: str, by: Agent, at: datetime, address: str) -> Invoice:
    """Take an issued invoice back with a note of its own, for the same amounts below zero."""
    parties = Parties.objects.select_for_update().get(workspace_id=by.workspace_id)
    invoice = _locked(invoice_id, by, InvoiceState.ISSUED, InvoiceState.PAID)
    if invoice.kind != PaperKind.INVOICE:
        raise WrongState
    today = at.astimezone(ZoneInfo(by.workspace.time_zone)).date()
    note = Invoice(
        workspace_id=by.workspace_id, account_id=invoice.account_id, kind=PaperKind.CREDIT_NOTE.value,
        month=invoice.month, currency=invoice.currency, corrects=invoice,
    )  # fmt: skip
    number = _next(parties, note, today)
    paper = invoice.as_paper.credited(number=number, issued_on=today, reason=reason)
    _freeze(note, paper, by=by, at=at)
    invoice.state = InvoiceState.CREDITED
    invoice.save(update_fields=["state"])
    audit.record(by, "invoice.credited", str(invoice), address, reason=reason)
    return note


@transaction.atomic
def discard(invoice_id: int, *, by: Agent, address: str) -> None:
    """Throw a draft away. What has a number stays for ever."""
    invoice = _locked(invoice_id, by, InvoiceState.DRAFT, InvoiceState.REVIEWED)
    audit.record(by, "invoice.discarded", f"{invoice.month:%Y-%m} {invoice.currency}", address)
    invoice.delete()


def _next(parties: Parties, invoice: Invoice, today: date) -> str:
    """Under the lock of `parties`: rolled back with everything else if anything fails."""
    kind = PaperKind(invoice.kind)
    column = SEQUENCES[kind]
    sequence = getattr(parties, column) + 1
    setattr(parties, column, sequence)
    parties.save(update_fields=[column])
    invoice.sequence = sequence
    return f"{parties.prefix}{LETTERS[kind]}{today:%Y}-{sequence:04d}"


def _freeze(invoice: Invoice, paper: Paper, *, by: Agent, at: datetime) -> None:
    invoice.number, invoice.paper, invoice.total = paper.number, to_json(paper), paper.total
    invoice.state, invoice.issued_by, invoice.issued_at = InvoiceState.ISSUED, by, at
    invoice.due_on = paper.due_on
    invoice.save()


def _locked(invoice_id: int, by: Agent, *states: InvoiceState) -> Invoice:
    rows = Invoice.objects.select_for_update(of=("self",))
    invoice = rows.get(pk=invoice_id, workspace_id=by.workspace_id)
    if invoice.state not in states:
        raise WrongState
    return invoice
