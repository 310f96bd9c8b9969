"""Alerts: what is wrong now and was, what people do about it, and what a workspace wants to hear."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Role
from accounts.rights import AgentRequest, role
from accounts.views._common import address_of
from quality import alerting, ruling, tasks, words
from quality.forms import AlertForm, RulesForm
from quality.models import Alert

MANAGER, ADMINISTRATOR = Role.MANAGER.value, Role.ADMINISTRATOR.value
CLOSED_SHOWN = 50
BACK = {"numbers": "quality:numbers", "templates": "templates_app:templates"}


@role(MANAGER, ADMINISTRATOR)
@require_GET
def alerts(request: AgentRequest) -> HttpResponse:
    found = alerting.of(request.user)
    context = {
        "open": [(alert, words.of(alert)) for alert in found.filter(closed_at=None)],
        "closed": [
            (alert, words.of(alert)) for alert in found.exclude(closed_at=None)[:CLOSED_SHOWN]
        ],
        "at": timezone.now(),
        "helpers": alerting.helpers(request.user),
    }
    return render(request, "quality/alerts.html", context)


@role(MANAGER, ADMINISTRATOR)
@require_POST
def alert(request: AgentRequest, alert_id: int) -> HttpResponse:
    found = get_object_or_404(Alert, pk=alert_id, workspace_id=request.user.workspace_id)
    form = AlertForm(request.POST, people=alerting.helpers(request.user))
    if not form.is_valid():
        return HttpResponse(status=422)
    at, agent = timezone.now(), request.user
    match form.cleaned_data["act"]:
        case "seen":
            alerting.acknowledge(found.pk, agent=agent, at=at)
        case "snooze":
            hours = form.cleaned_data["hours"] or 4
            alerting.snooze(found.pk, agent=agent, until=at + timedelta(hours=hours))
        case "take":
            alerting.give(found.pk, agent=agent, to=agent)
        case "give" if (to := form.cleaned_data["to"]) is not None:
            alerting.give(found.pk, agent=agent, to=to)
            if to != agent:
                tasks.tell_given.delay(found.pk)
        case _:
            alerting.give(found.pk, agent=agent, to=None)
    return redirect(BACK.get(request.POST.get("back", ""), "quality:alerts"))


@role(ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def rules(request: AgentRequest) -> HttpResponse:
    form = RulesForm(request.POST or None, kinds=ruling.kinds(request.user.workspace))
    if request.method == "POST" and form.is_valid():
        ruling.save(request.user, chosen=form.cleaned_data, address=address_of(request))
        messages.success(request, gettext("Saved."))
        return redirect("quality:rules")
    return render(request, "quality/rules.html", {"form": form})
