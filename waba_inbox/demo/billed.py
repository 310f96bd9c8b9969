"""What finance finds in the demo: two months invoiced, one of them taken back and written anew, this one drafted, a
budget near its bar and a difference with Meta that was accepted.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts import months
from accounts.models import Agent, Role, Workspace
from billing import accepting, beside_meta, budgeting
from billing.invoices import drafting, issuing
from billing.invoices.paper import PaperKind
from billing.models import Budget, ClosedMonth, Invoice, LedgerEntry, MetaDay, Parties
from billing.models.ledger import Cause
from waba_inbox.demo.company import ZONE

HERE: Final = "127.0.0.1"
WRONG: Final = "В счёте указан неверный КПП покупателя"
ACCEPTED: Final = "Meta сменила категорию шаблона: приняли по её данным"
NEAR: Final = Decimal("0.86")  # of the budget is spent
TEN: Final = Decimal(10)


@transaction.atomic
def forget(workspace: Workspace) -> None:
    """Times are about to move, and with them what was invoiced: the papers are written anew afterwards."""
    by = _finance(workspace)
    MetaDay.objects.filter(account__workspace=workspace).delete()
    Invoice.objects.filter(workspace=workspace, corrects__isnull=False).delete()
    Invoice.objects.filter(workspace=workspace).delete()
    ClosedMonth.objects.filter(account__workspace=workspace).delete()
    Parties.objects.filter(workspace=workspace).update(
        invoice_sequence=0, credit_sequence=0, proforma_sequence=0
    )
    accepted = LedgerEntry.objects.filter(workspace=workspace, cause=Cause.ACCEPTED).standing()
    for line in accepted:
        accepting.take_back(line.pk, by=by, address=HERE)
    Budget.objects.filter(workspace=workspace).delete()


@transaction.atomic
def invoice(workspace: Workspace, *, now: datetime) -> None:
    """Call when the books are kept."""
    by = _finance(workspace)
    this = now.astimezone(ZoneInfo(ZONE)).date().replace(day=1)
    last, before = months.moved(this, -1), months.moved(this, -2)
    wrong = _issued(before, by=by, at=_on(last, 3, now))
    issuing.credit(wrong.pk, reason=WRONG, by=by, at=_on(last, 5, now), address=HERE)
    right = _issued(before, by=by, at=_on(last, 5, now))
    issuing.pay(right.pk, on=last + timedelta(days=11), by=by, address=HERE)
    _issued(last, by=by, at=_on(this, 3, now))
    _drafted(this, by=by)
    _set_budget(workspace, this)


def accept(workspace: Workspace, *, now: datetime) -> None:
    """One of the differences that Meta's count shows, if it was asked."""
    month = now.astimezone(ZoneInfo(ZONE)).date().replace(day=1)
    for one in beside_meta.report(workspace.pk, month=month).differences:
        if one.cost and one.quantity:
            about: dict[str, Any] = {"by": _finance(workspace), "at": now, "address": HERE}
            accepting.accept(one.account, one.bucket, why=ACCEPTED, **about)
            return


def _finance(workspace: Workspace) -> Agent:
    return Agent.objects.filter(workspace=workspace, role=Role.FINANCE).order_by("pk")[0]


def _drafted(month: date, *, by: Agent) -> Invoice:
    [made] = drafting.draft(month, account=None, kind=PaperKind.INVOICE, by=by, address=HERE)
    return made


def _issued(month: date, *, by: Agent, at: datetime) -> Invoice:
    made = _drafted(month, by=by)
    issuing.review(made.pk, by=by, address=HERE)
    return issuing.issue(made.pk, by=by, at=at, address=HERE)


def _on(month: date, day: int, now: datetime) -> datetime:
    at = datetime.combine(month.replace(day=day), time(10, 30), tzinfo=ZoneInfo(ZONE))
    return min(at, now)


def _set_budget(workspace: Workspace, month: date) -> None:
    budget = Budget(workspace=workspace, amount=TEN, currency="RUB")
    budget.save()
    [standing] = budgeting.standings(workspace.pk, month=month)
    tens = (standing.spent / NEAR / TEN).to_integral_value(ROUND_CEILING)
    budget.amount = max(tens, Decimal(10)) * TEN
    budget.save(update_fields=["amount"])
