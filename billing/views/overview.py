"""The first page of billing, budgets, and what a month would have cost under another plan."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rights import AgentRequest, role
from accounts.views._common import address_of, mine
from billing import budgeting, overview, reading, replaying, tasks
from billing.access import ADMINISTRATOR, FINANCE
from billing.forms import BudgetForm, MonthForm, WhatIfForm
from billing.models import Budget
from billing.reading import Filters

DIMENSIONS = (
    ("template", gettext_lazy("Templates")),
    ("campaign", gettext_lazy("Campaigns")),
    ("agent", gettext_lazy("Agents")),
    ("team", gettext_lazy("Teams")),
    ("number", gettext_lazy("Numbers")),
    ("account", gettext_lazy("Accounts")),
    ("country", gettext_lazy("Countries")),
    ("market", gettext_lazy("Markets")),
    ("category", gettext_lazy("Categories")),
    ("kind", gettext_lazy("Kinds")),
)


def _month(request: AgentRequest) -> tuple[date, date]:
    """The month that is asked for, and today, in the zone of the workspace."""
    today = reading.today_of(request.user.workspace, timezone.now())
    form = MonthForm(request.GET)
    chosen = form.cleaned_data.get("month") if form.is_valid() else None
    return chosen or today.replace(day=1), today


@role(FINANCE, ADMINISTRATOR)
@require_safe
def overview_page(request: AgentRequest) -> HttpResponse:
    workspace_id = request.user.workspace_id
    month, today = _month(request)
    known = overview.currencies(workspace_id, month=month)
    currency = request.GET.get("currency", "")
    if currency not in known:
        currency = known[0] if known else ""
    by = request.GET.get("by", "")
    if by not in overview.BY and by not in overview.SHARED:
        by = "template"
    context: dict[str, Any] = {
        "month": month,
        "today": today,
        "months": reading.months(workspace_id),
        "currencies": known,
        "currency": currency,
        "by": by,
        "dimensions": DIMENSIONS,
        "tiers": overview.tiers(workspace_id, at=timezone.now()),
        "sums": reading.sums(Filters(workspace_id, month=month)),
        "budgets": budgeting.standings(workspace_id, month=month),
    }
    if currency:
        context["spend"] = overview.spend(workspace_id, month=month, today=today, currency=currency)
        context["shares"] = overview.shares(workspace_id, month=month, currency=currency, by=by)
    return render(request, "billing/overview.html", context)


@role(FINANCE, ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def budgets(request: AgentRequest) -> HttpResponse:
    today = reading.today_of(request.user.workspace, timezone.now())
    row = Budget(workspace=request.user.workspace)
    form = BudgetForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        budgeting.save(
            form.instance, by=request.user, address=address_of(request), at=timezone.now()
        )
        messages.success(request, _("Saved."))
        return redirect("billing:budgets")
    now = budgeting.standings(request.user.workspace_id, month=today.replace(day=1))
    context = {"form": form, "budgets": now, "month": today.replace(day=1)}
    return render(request, "billing/budgets.html", context, status=422 if form.errors else 200)


@role(FINANCE, ADMINISTRATOR)
@require_POST
def budget_removal(request: AgentRequest, budget_id: int) -> HttpResponse:
    row = mine(Budget.objects.all(), request, budget_id)
    budgeting.remove(row, by=request.user, address=address_of(request), at=timezone.now())
    messages.success(request, _("Removed."))
    return redirect("billing:budgets")


@role(FINANCE, ADMINISTRATOR)
@require_safe
def what_if(request: AgentRequest) -> HttpResponse:
    """Big months take some seconds: a worker prices them, and the page asks until it is done."""
    workspace = request.user.workspace
    month, today = _month(request)
    form = WhatIfForm(request.GET or None, workspace=workspace, today=today)
    context: dict[str, Any] = {"form": form, "month": month}
    if form.is_valid():
        asked = {name: form.cleaned_data[name] for name in ("month", "plan", "currency")}
        key, found = replaying.asked(workspace.pk, **asked)
        if found is None and cache.add(f"{key}:asked", True, 120):
            told = asked | {"month": asked["month"].isoformat()}
            tasks.replay.delay(workspace.pk, key=key, **told)
            _key, found = replaying.asked(workspace.pk, **asked)
        context |= {"found": found, "is_computing": found is None, "month": asked["month"]}
        context["sums"] = reading.sums(Filters(workspace.pk, month=asked["month"]))
        context["billed"] = reading.by_kind(workspace.pk, month=asked["month"])
    is_part = request.headers.get("HX-Request") == "true"
    return render(request, "billing/_what_if.html" if is_part else "billing/what_if.html", context)
