"""The pages of the terms: plans of the accounts, exchange rates, whether agents see prices."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import BusinessAccount
from accounts.rights import AgentRequest, role
from accounts.views._common import address_of, mine
from billing import exchange_files, tariffs, terming, uploads
from billing.access import ADMINISTRATOR, FINANCE
from billing.card_files import CardRefused
from billing.forms import (
    ExchangeConfirmForm,
    ExchangeFileForm,
    ExchangeForm,
    InternationalForm,
    PlanForm,
)
from billing.models import (
    BillingPlan,
    BillingSettings,
    ExchangeRate,
    InternationalNotice,
    InternationalRates,
)
from billing.tariffs import default_plan


@role(FINANCE, ADMINISTRATOR)
@require_http_methods(["GET", "HEAD"])
def plans(request: AgentRequest) -> HttpResponse:
    terms = tariffs.of_workspace(request.user.workspace_id)
    now = timezone.now()
    rows = [
        (
            one.account,
            [plan for plan in reversed(one.plans) if plan.pk],
            one.plan_on(one.day_of(now)),
            one.priced.international,
            _is_entered(one.account),
        )
        for one in terms.accounts.values()
    ]
    settings = BillingSettings.objects.filter(workspace_id=request.user.workspace_id).first()
    context = {"rows": rows, "agents_see_prices": settings.agents_see_prices if settings else True}
    return render(request, "billing/plans.html", context)


def _is_entered(account: BusinessAccount) -> bool:
    """Did finance say itself since when authentication is international?"""
    return hasattr(account, "international_rates")


@role(FINANCE, ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_new(request: AgentRequest, account_id: int) -> HttpResponse:
    """Begins as a copy of the terms in force."""
    account = mine(BusinessAccount.objects.all(), request, account_id)
    terms = tariffs.of_workspace(account.workspace_id).accounts[str(account.pk)]
    today = terms.day_of(timezone.now())
    plan = terms.plan_on(today)
    plan = BillingPlan.objects.filter(pk=plan.pk).first() or default_plan(account)
    plan.pk, plan.begins, plan.free_used = None, today, 0
    plan._state.adding = True
    return _plan(request, account, plan)


@role(FINANCE, ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: AgentRequest, plan_id: int) -> HttpResponse:
    row = get_object_or_404(
        BillingPlan.objects.select_related("account"),
        pk=plan_id,
        account__workspace_id=request.user.workspace_id,
    )
    return _plan(request, row.account, row)


def _plan(request: AgentRequest, account: BusinessAccount, row: BillingPlan) -> HttpResponse:
    form = PlanForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        terming.save_plan(form.plan, by=request.user, address=address_of(request))
        messages.success(request, _("Saved. What it prices is being priced anew."))
        return redirect("billing:plans")
    context = {"account": account, "form": form, "plan": row}
    return render(request, "billing/plan.html", context, status=422 if form.errors else 200)


@role(FINANCE, ADMINISTRATOR)
@require_POST
def plan_removal(request: AgentRequest, plan_id: int) -> HttpResponse:
    row = get_object_or_404(
        BillingPlan, pk=plan_id, account__workspace_id=request.user.workspace_id
    )
    terming.remove_plan(row, by=request.user, address=address_of(request))
    messages.success(request, _("Removed. What it priced is being priced anew."))
    return redirect("billing:plans")


@role(FINANCE, ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def exchange(request: AgentRequest) -> HttpResponse:
    asked = {name: request.GET[name] for name in ("base", "quote", "begins") if name in request.GET}
    form = ExchangeForm(request.POST or None, initial=asked)
    if request.method == "POST" and form.is_valid():
        terming.enter_exchange_rate(
            **form.cleaned_data, by=request.user, address=address_of(request)
        )
        messages.success(request, _("Saved. What it prices is being priced anew."))
        return redirect("billing:exchange")
    return _exchange(request, form=form, status=422 if form.errors else 200)


def _exchange(request: AgentRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    rows = ExchangeRate.objects.filter(workspace_id=request.user.workspace_id)
    context = {"form": ExchangeForm(), "file_form": ExchangeFileForm(), "rates": rows[:500]}
    return render(request, "billing/exchange.html", context | more, status=status)


@role(FINANCE, ADMINISTRATOR)
@require_POST
def exchange_upload(request: AgentRequest) -> HttpResponse:
    """Reads the file and shows what it would change. Nothing is stored yet."""
    form = ExchangeFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _exchange(request, file_form=form, status=422)
    file = form.cleaned_data["rates"]
    try:
        text = uploads.text_in(file.name or "", file.read(uploads.MOST_BYTES + 1))
        told = exchange_files.rates_in(text)
    except CardRefused as refused:
        return _exchange(request, problems=refused.problems, status=422)
    known = terming.exchange_rates(request.user.workspace_id)
    context = {
        "told": told,
        "changes": exchange_files.changes(told, known),
        "confirm": ExchangeConfirmForm(initial={"text": text}),
    }
    return render(request, "billing/exchange_preview.html", context)


@role(FINANCE, ADMINISTRATOR)
@require_POST
def exchange_import(request: AgentRequest) -> HttpResponse:
    form = ExchangeConfirmForm(request.POST)
    if not form.is_valid():
        return redirect("billing:exchange")
    try:
        told = exchange_files.rates_in(form.cleaned_data["text"])
    except CardRefused as refused:
        return _exchange(request, problems=refused.problems, status=422)
    terming.import_exchange_rates(told, by=request.user, address=address_of(request))
    messages.success(request, _("Imported. What it prices is being priced anew."))
    return redirect("billing:exchange")


@role(FINANCE, ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def international(request: AgentRequest, account_id: int) -> HttpResponse:
    """Since when an account pays the international rate of authentication."""
    account = mine(BusinessAccount.objects.all(), request, account_id)
    row = InternationalRates.objects.filter(account=account).first()
    names = tariffs.cards_of(account.workspace_id).markets.maps[-1].prefixes.values()
    initial = {}
    if row:
        exceptions = "\n".join(f"{market} {day}" for market, day in row.exceptions.items())
        initial = {"begins": row.begins, "home": row.home, "exceptions": exceptions}
    form = InternationalForm(request.POST or None, initial=initial, markets=sorted(set(names)))
    if request.method == "POST" and form.is_valid():
        terming.save_international(
            account, **form.cleaned_data, by=request.user, address=address_of(request)
        )
        messages.success(request, _("Saved. What it prices is being priced anew."))
        return redirect("billing:plans")
    notice = InternationalNotice.objects.filter(account=account).first()
    context = {"account": account, "form": form, "notice": notice}
    status = 422 if form.errors else 200
    return render(request, "billing/international.html", context, status=status)


@role(FINANCE, ADMINISTRATOR)
@require_POST
def exchange_removal(request: AgentRequest, rate_id: int) -> HttpResponse:
    row = mine(ExchangeRate.objects.all(), request, rate_id)
    terming.remove_exchange_rate(row, by=request.user, address=address_of(request))
    messages.success(request, _("Removed. What it priced is being priced anew."))
    return redirect("billing:exchange")


@role(FINANCE, ADMINISTRATOR)
@require_POST
def prices_shown(request: AgentRequest) -> HttpResponse:
    allowed = request.POST.get("allowed") == "on"
    terming.set_agents_see_prices(allowed, by=request.user, address=address_of(request))
    messages.success(request, _("Saved."))
    return redirect("billing:plans")
