"""Pieces that the page of a template asks for: what its messages cost, and what another category would."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.models import BusinessAccount, Role
from accounts.rights import AgentRequest, role
from billing import access, template_costs
from billing.facts import CATEGORIES
from templates_app.models import Template

WRITERS = (Role.MANAGER.value, Role.ADMINISTRATOR.value)


@role(*WRITERS)
@require_GET
def costs(request: AgentRequest, template_id: int) -> HttpResponse:
    """The last 30 days, by day, language and version."""
    template = _mine(request, template_id)
    if not access.sees_prices(request.user):
        return HttpResponse(status=204)
    context = {
        "costs": template_costs.of(template, at=timezone.now()),
        "days": template_costs.DAYS,
    }
    return render(request, "billing/_template_costs.html", context)


@role(*WRITERS)
@require_GET
def move(request: AgentRequest, template_id: int) -> HttpResponse:
    """`to`: the category; else the one that Meta has announced. `since=asked`: what it costs that it is not ours."""
    template = _mine(request, template_id)
    is_asked = request.GET.get("since") == "asked"
    announced = template.asked_category if is_asked else template.category_due
    to = request.GET.get("to") or announced
    if not access.sees_prices(request.user) or to.lower() not in CATEGORIES:
        return HttpResponse(status=204)
    context = {
        "move": template_costs.moved(template, to=to, at=timezone.now()),
        "days": template_costs.DAYS,
    }
    name = "_template_asked" if is_asked else "_template_move"
    return render(request, f"billing/{name}.html", context)


@role(*WRITERS)
@require_GET
def gap(request: AgentRequest, account_id: int) -> HttpResponse:
    """What a message costs more as marketing than as utility: for a draft that sounds like advertising."""
    accounts = BusinessAccount.objects.filter(workspace_id=request.user.workspace_id)
    account = get_object_or_404(accounts, pk=account_id)
    if not access.sees_prices(request.user):
        return HttpResponse(status=204)
    found = template_costs.gap(account, since="utility", to="marketing", at=timezone.now())
    return render(request, "billing/_category_gap.html", {"gap": found})


def _mine(request: AgentRequest, template_id: int) -> Template:
    rows = Template.objects.select_related("account")
    return get_object_or_404(rows, pk=template_id, account__workspace_id=request.user.workspace_id)
