"""Watches budgets: who is told at 50, 80 and 100 %, and whether marketing may still go out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import audit, mailing, months
from accounts.models import Agent, BusinessAccount, Role, Workspace
from billing.models import Budget, BudgetAlert, DayTotal, LedgerEntry
from billing.reading import today_of

STEPS: Final = (50, 80, 100)
HEARS: Final = (Role.FINANCE, Role.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Standing:
    """A budget and what was spent of it in the month."""

    budget: Budget
    spent: Decimal

    @property
    def percent(self) -> int:
        """Rounded down: 100 is reached only when all is spent."""
        return int(self.spent * 100 / self.budget.amount)

    @property
    def bar(self) -> int:
        return max(0, min(100, self.percent))


def standings(workspace_id: int, *, month: date) -> list[Standing]:
    """What was opened in this month, whichever month it was booked in."""
    found = []
    for budget in Budget.objects.filter(workspace_id=workspace_id).select_related("account"):
        # Sums by day do not know of campaigns: their lines have an index of their own.
        kept: QuerySet[Any] = (
            LedgerEntry.objects.filter(campaign_id__isnull=False)
            if budget.is_of_campaigns
            else DayTotal.objects.all()
        )
        rows = kept.filter(
            workspace_id=workspace_id,
            month__gte=month,
            day__gte=month,
            day__lt=months.moved(month, 1),
            price_currency=budget.currency,
        )
        if budget.account_id:
            rows = rows.filter(account_id=budget.account_id)
        if budget.category:
            rows = rows.filter(category=budget.category)
        spent = rows.aggregate(sum=Sum("price"))["sum"] or Decimal(0)
        found.append(Standing(budget, spent.normalize() if spent else Decimal(0)))
    return found


def watch(workspace_id: int, *, at: datetime) -> None:
    """Note the steps that were reached, stop or free marketing, and tell people. Repeats tell nobody twice."""
    with transaction.atomic():
        workspace = Workspace.objects.get(pk=workspace_id)
        month = today_of(workspace, at).replace(day=1)
        now = standings(workspace_id, month=month)
        for one in now:
            for percent in STEPS:
                if one.percent >= percent:
                    BudgetAlert.objects.get_or_create(
                        budget=one.budget, month=month, percent=percent,
                        defaults={"spent": one.spent, "at": at},
                    )  # fmt: skip
        _stop(workspace_id, now, at=at)
    _tell(workspace_id, month=month, at=at)


def _stop(workspace_id: int, now: list[Standing], *, at: datetime) -> None:
    """The row that admission asks: accounts whose budget for marketing is spent."""
    spent = [one for one in now if one.budget.stops_marketing and one.percent >= 100]
    accounts = BusinessAccount.objects.filter(workspace_id=workspace_id)
    if all(one.budget.account_id for one in spent):
        stopped = accounts.filter(pk__in=[one.budget.account_id for one in spent])
    else:
        stopped = accounts
    stopped.filter(marketing_budget_spent_at=None).update(marketing_budget_spent_at=at)
    free = accounts.exclude(pk__in=stopped.values("pk"))
    free.exclude(marketing_budget_spent_at=None).update(marketing_budget_spent_at=None)


def _tell(workspace_id: int, *, month: date, at: datetime) -> None:
    """Mail what nobody was told of: of each budget the highest step only."""
    with transaction.atomic():
        rows = BudgetAlert.objects.select_for_update(of=("self",), skip_locked=True).filter(
            budget__workspace_id=workspace_id, month=month, mailed_at=None
        )
        fresh = {
            alert.budget_id: alert
            for alert in rows.select_related("budget__account").order_by("percent")
        }
        BudgetAlert.objects.filter(pk__in=[row.pk for row in rows]).update(mailed_at=at)
    for alert in fresh.values():
        people = Agent.objects.filter(workspace_id=workspace_id, role__in=HEARS, is_active=True)
        for agent in people:
            _mail(alert, agent)


def _mail(alert: BudgetAlert, agent: Agent) -> None:
    with translation.override(agent.language):
        link = settings.PUBLIC_URL + reverse("billing:budgets")
        subject = _("%(percent)s %% of the WhatsApp budget is spent") % {"percent": alert.percent}
        text = render_to_string(
            "billing/budget_alert.txt", {"alert": alert, "agent": agent, "link": link}
        )
        mailing.post(subject, text, to=agent)


def save(budget: Budget, *, by: Agent, address: str, at: datetime) -> None:
    with transaction.atomic():
        budget.save()
        amount = f"{budget.amount} {budget.currency}"
        audit.record(by, "billing.budget_saved", amount, address, name=budget.category)
    watch(budget.workspace_id, at=at)


def remove(budget: Budget, *, by: Agent, address: str, at: datetime) -> None:
    with transaction.atomic():
        audit.record(by, "billing.budget_removed", str(budget), address)
        budget.delete()
    watch(by.workspace_id, at=at)
