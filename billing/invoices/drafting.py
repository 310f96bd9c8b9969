"""Drafts the invoices of a month from the sums beside the ledger, the plans in force and the seats."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Case, DecimalField, F, Max, Q, Sum, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.utils import translation
from django.utils.translation import gettext, pgettext

from accounts import audit, months
from accounts.models import Agent, BusinessAccount
from billing.invoices.paper import Line, LineKind, Paper, PaperKind, to_json
from billing.market_names import market_name
from billing.models import (
    BillingPlan,
    DayTotal,
    Invoice,
    InvoiceState,
    LedgerEntry,
    Parties,
)
from billing.models.ledger import DECIMALS, PROBLEMS, WHOLE, Category, Cause, Kind, LedgerQuerySet
from billing.money import Money
from billing.reading import plain

OPEN = (InvoiceState.DRAFT, InvoiceState.REVIEWED)
MOST_PRICES = (
    200  # lines of an account; where rates change daily there may be more, and prices are averaged
)
ALIKE = ("is_adjustment", "is_free", "kind", "of", "market")
AMOUNT: DecimalField[Decimal, Decimal] = DecimalField(max_digits=WHOLE, decimal_places=DECIMALS)


class NoParties(Exception):
    """Seller or buyer is not filled in."""


class NothingToBill(Exception):
    """The month has neither charges nor fees."""


class MixedTax(Exception):
    """The accounts' plans have different taxes: they need an invoice each."""


@transaction.atomic
def draft(
    month: date,
    *,
    account: BusinessAccount | None,
    kind: PaperKind,
    by: Agent,
    address: str,
) -> list[Invoice]:
    """The drafts of a month, one a currency: of one account, or of all together. An open draft is made anew."""
    parties = Parties.objects.select_for_update().filter(workspace_id=by.workspace_id).first()
    if parties is None or not parties.is_complete:
        raise NoParties
    accounts = (
        [account] if account else list(BusinessAccount.objects.filter(workspace_id=by.workspace_id))
    )
    found = []
    for currency in currencies(accounts, month):
        paper = paper_of(parties, accounts, month=month, currency=currency, kind=kind)
        if not paper.lines:
            continue
        same = Invoice.objects.select_for_update().filter(
            workspace_id=by.workspace_id, account=account, month=month, currency=currency, kind=kind.value,
            state__in=OPEN,
        )  # fmt: skip
        invoice = same.first() or Invoice(
            workspace_id=by.workspace_id,
            account=account,
            month=month,
            currency=currency,
            kind=kind.value,
        )
        invoice.paper, invoice.total = to_json(paper), paper.total
        invoice.state, invoice.reviewed_by = InvoiceState.DRAFT, None
        invoice.save()
        audit.record(
            by, "invoice.drafted", f"{month:%Y-%m} {currency}", address, total=str(paper.total)
        )
        found.append(invoice)
    if not found:
        raise NothingToBill
    return found


def currencies(accounts: Iterable[BusinessAccount], month: date) -> list[str]:
    """In which the month is billed: of the ledger's lines and of the plans with fees."""
    ids = [account.pk for account in accounts]
    booked = DayTotal.objects.filter(account_id__in=ids, month=month).order_by()
    found = set(booked.values_list("price_currency", flat=True).distinct())
    plans = (plan_of(account, month) for account in accounts)
    found |= {
        plan.billing_currency
        for plan in plans
        if plan and (plan.licence_fee or plan.subscription_fee)
    }
    return sorted(found)


def plan_of(account: BusinessAccount, month: date) -> BillingPlan | None:
    """The plan on the last day of the month: its fees and its tax are the month's."""
    return (
        account.billing_plans.filter(begins__lt=months.moved(month, 1)).order_by("-begins").first()
    )


def paper_of(
    parties: Parties,
    accounts: list[BusinessAccount],
    *,
    month: date,
    currency: str,
    kind: PaperKind,
) -> Paper:
    """What the invoice would say now. Raises MixedTax."""
    plans = {account.pk: plan_of(account, month) for account in accounts}
    taxes = {
        plan.tax_percent for plan in plans.values() if plan and plan.billing_currency == currency
    }
    if len(taxes) > 1:
        raise MixedTax
    seller, buyer = parties.sides
    with translation.override(parties.language):
        lines: list[Line] = []
        for account in accounts:
            name = account.name if len(accounts) > 1 else ""
            plan = plans[account.pk]
            if plan and plan.billing_currency == currency:
                lines += fees(plan, account=name, seats=_seats(account))
            lines += charges(
                account, month=month, currency=currency, named=name,
                markup_apart=parties.markup_apart,
            )  # fmt: skip
    return Paper(
        kind=kind, month=month, currency=currency, language=parties.language, seller=seller, buyer=buyer,
        lines=tuple(lines),
        tax_percent=next(iter(taxes), Decimal(0)),
        details={"upto": upto(accounts, month)},
    )  # fmt: skip


def _seats(account: BusinessAccount) -> int:
    return Agent.objects.filter(workspace_id=account.workspace_id, is_active=True).count()


def fees(plan: BillingPlan, *, account: str, seats: int) -> list[Line]:
    """Licence and subscription of the month."""
    found = []
    if plan.licence_fee:
        count = seats if plan.licence_per_seat else 1
        words = (
            gettext("Licence, per seat and month")
            if plan.licence_per_seat
            else gettext("Licence for the month")
        )
        amount = Money(plan.licence_fee * count, plan.billing_currency).rounded.amount
        found.append(Line(LineKind.LICENCE, words, count, amount, account=account))
    if plan.subscription_fee:
        amount = Money(plan.subscription_fee, plan.billing_currency).rounded.amount
        words = gettext("Subscription to the WhatsApp Business account for the month")
        found.append(Line(LineKind.SUBSCRIPTION, words, 1, amount, account=account))
    return found


def charges(
    account: BusinessAccount, *, month: date, currency: str, named: str, markup_apart: bool = False
) -> list[Line]:
    """The ledger's lines of the month by kind, category, market and price; free ones at zero; adjustments last.
    Estimates are left out: only what was delivered is charged.

    With `markup_apart` the conversations stand there at Meta's cost in the client's currency, and the mark-up of all of
    them in a line below.
    """
    lines = LedgerEntry.objects.filter(
        workspace_id=account.workspace_id, account=account, month=month, price_currency=currency
    ).exclude(reason__in=PROBLEMS)
    lines = lines.billed()
    ours = lines.exclude(cause=Cause.ACCEPTED)
    found: list[Line] = []
    if markup_apart:
        at_cost = ours.filter(is_adjustment=False).annotate(each=_at_cost())
        found += _grouped(at_cost, currency=currency, named=named)
        found += _markup(at_cost, currency=currency, named=named)
        ours = ours.filter(is_adjustment=True)
    found += _grouped(ours.annotate(each=F("price")), currency=currency, named=named)
    return found + _accepted(lines, currency=currency, named=named)


def _at_cost() -> Any:
    rate = Cast(KeyTextTransform("rate", "terms"), AMOUNT)
    return F("cost") * Coalesce(rate, Value(Decimal(1)), output_field=AMOUNT)


def _grouped(lines: LedgerQuerySet, *, currency: str, named: str) -> list[Line]:
    """`each`: what a line counts with. By price, unless there are too many to read."""
    sums = {"n": Sum("quantity"), "sum": Sum("each")}
    # Of a conversation the kind says it all; that of 2022 has none, but its template does.
    of = Case(When(kind=Kind.MESSAGE, then=F("category")), default=Value(""))
    lines = lines.annotate(of=of, unit=F("each") * F("quantity"))
    rows = lines.values(*ALIKE, "unit").annotate(**sums)
    told = [row for row in rows.order_by(*ALIKE, "-unit") if row["n"] or row["sum"]]
    if len(told) > MOST_PRICES:
        rows = lines.values(*ALIKE).annotate(**sums).order_by(*ALIKE)
        told = [row | {"unit": None} for row in rows if row["n"] or row["sum"]]
    return [_line(row, currency=currency, named=named) for row in told]


def _line(row: dict[str, Any], *, currency: str, named: str) -> Line:
    words = _words(row["kind"], row["of"], market_name(row["market"]), is_free=row["is_free"])
    kind = LineKind.CONVERSATIONS
    if row["is_adjustment"]:
        kind = LineKind.ADJUSTMENT
        words = gettext("Adjustment of earlier months: %(what)s") % {"what": words}
    return Line(
        kind,
        words,
        row["n"],
        Money(row["sum"] or Decimal(0), currency).rounded.amount,
        row["market"],
        named,
        row["is_free"],
        None if row["unit"] is None else plain(row["unit"]),
    )


def _markup(at_cost: LedgerQuerySet, *, currency: str, named: str) -> list[Line]:
    """Of all the charges of the account together."""
    summed = at_cost.aggregate(sum=Sum(F("price") - F("each")))["sum"] or Decimal(0)
    amount = Money(summed, currency).rounded.amount
    words = gettext("Mark-up on the conversations")
    return [Line(LineKind.MARKUP, words, 1, amount, account=named)] if amount else []


def _accepted(lines: LedgerQuerySet, *, currency: str, named: str) -> list[Line]:
    """Differences with Meta that were accepted, each with its day and reason."""
    found = []
    for one in lines.filter(cause=Cause.ACCEPTED).uncancelled().order_by("day", "pk"):
        what = _words(one.kind, one.category, market_name(one.market), is_free=one.is_free)
        about = {"day": f"{one.day:%d.%m.%Y}", "what": what, "why": one.note}
        words = gettext("Adjustment of %(day)s: %(what)s (%(why)s)") % about
        amount = Money(one.price or Decimal(0), currency).rounded.amount
        found.append(
            Line(LineKind.ADJUSTMENT, words, one.quantity, amount, one.market, named, one.is_free)
        )
    return found


def _words(kind: str, category: str, market: str, *, is_free: bool) -> str:
    """“Message, marketing, Russia, free”."""
    parts = [str(dict(Kind.choices).get(kind, kind))]
    if kind == Kind.MESSAGE and category:
        said = str(dict(Category.choices).get(category, category))
        parts.append(said[:1].lower() + said[1:])
    parts += [market] if market else []
    parts += [pgettext("charge", "free")] if is_free else []
    return ", ".join(parts)


def upto(accounts: Iterable[BusinessAccount], month: date) -> str:
    """The last line of the ledger that a draft of now has seen: another one later means that the draft is old."""
    lines = LedgerEntry.objects.filter(account__in=list(accounts), month=month)
    return str(lines.aggregate(last=Max("pk"))["last"] or 0)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many lines of the month are not on the draft: they come later, if at all."""

    without_amount: int
    estimated: int


def left_out(invoice: Invoice) -> LeftOut:
    of = (
        Q(account_id=invoice.account_id)
        if invoice.account_id
        else Q(workspace_id=invoice.workspace_id)
    )
    found = DayTotal.objects.filter(of, month=invoice.month).aggregate(
        problems=Sum("quantity", filter=Q(reason__in=PROBLEMS, is_estimated=False)),
        estimated=Sum("quantity", filter=Q(is_estimated=True)),
    )
    return LeftOut(int(found["problems"] or 0), int(found["estimated"] or 0))
