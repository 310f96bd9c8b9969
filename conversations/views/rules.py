"""The settings page of the rules: their order, the builder, and a trial of what would match."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.rights import AgentRequest, role
from accounts.views._common import ADMINISTRATOR, MANAGER, address_of
from conversations import rule_keeping, rule_words, ruling
from conversations.forms.automation import RuleForm, TrialForm
from conversations.models import AutoRule
from conversations.ruling import Situation


def _row(request: AgentRequest, rule_id: int) -> AutoRule:
    return get_object_or_404(AutoRule, pk=rule_id, workspace_id=request.user.workspace_id)


@role(ADMINISTRATOR, MANAGER)
@require_GET
def rules(request: AgentRequest) -> HttpResponse:
    workspace = request.user.workspace
    rows = AutoRule.objects.filter(workspace=workspace)
    names = rule_words.names_of(workspace.pk)
    context = {
        "rules": [(row, *rule_words.of(row.rule, names)) for row in rows],
        "trial": TrialForm(workspace=workspace),
    }
    return render(request, "conversations/rules.html", context)


@role(ADMINISTRATOR, MANAGER)
@require_GET
def rule_trial(request: AgentRequest) -> HttpResponse:
    """Which rules would match this message, and what they would do together. Nothing is done."""
    workspace = request.user.workspace
    form = TrialForm(request.GET, workspace=workspace)
    if not form.is_valid():
        return HttpResponse(status=422)
    said = form.cleaned_data
    now = Situation(
        number=int(said["number"] or 0),
        text=said["text"],
        language=ruling.language_of(said["text"]),
        is_new=bool(said["is_new"]),
        is_open=bool(said["is_open"]),
        is_known=bool(said["is_known"]),
        from_ad=bool(said["from_ad"]),
    )
    rows = AutoRule.objects.filter(workspace=workspace, is_on=True)
    matched = ruling.matching([row.rule for row in rows], now)
    names = rule_words.names_of(workspace.pk)
    context = {"matched": matched, "done": rule_words.actions(ruling.together(matched), names)}
    return render(request, "conversations/_rule_trial.html", context)


@role(ADMINISTRATOR, MANAGER)
@require_http_methods(["GET", "POST"])
def rule_new(request: AgentRequest) -> HttpResponse:
    return _edit(request, AutoRule(), {})


@role(ADMINISTRATOR, MANAGER)
@require_http_methods(["GET", "POST"])
def rule(request: AgentRequest, rule_id: int) -> HttpResponse:
    row = _row(request, rule_id)
    kept = row.rule
    shown = RuleForm.shown(row.name, kept.conditions, kept.actions, stops=row.stops)
    return _edit(request, row, shown)


def _edit(request: AgentRequest, row: AutoRule, initial: dict[str, Any]) -> HttpResponse:
    form = RuleForm(request.POST or None, workspace=request.user.workspace, initial=initial)
    if request.method == "POST" and form.is_valid():
        rule_keeping.save(
            row,
            name=form.cleaned_data["name"],
            conditions=form.conditions,
            actions=form.actions,
            stops=form.cleaned_data["stops"],
            by=request.user,
            address=address_of(request),
        )
        messages.success(request, _("Saved."))
        return redirect("automation:rules")
    status = 422 if form.errors else 200
    return render(
        request, "conversations/rule_one.html", {"rule": row, "form": form}, status=status
    )


@role(ADMINISTRATOR, MANAGER)
@require_POST
def rule_place(request: AgentRequest, rule_id: int) -> HttpResponse:
    rule_keeping.move(_row(request, rule_id), by=request.user, up=request.POST.get("to") == "up")
    return redirect("automation:rules")


@role(ADMINISTRATOR, MANAGER)
@require_POST
def rule_activity(request: AgentRequest, rule_id: int) -> HttpResponse:
    is_on = request.POST.get("is_on") == "1"
    rule_keeping.switch(
        _row(request, rule_id), is_on=is_on, by=request.user, address=address_of(request)
    )
    return redirect("automation:rules")


@role(ADMINISTRATOR, MANAGER)
@require_POST
def rule_end(request: AgentRequest, rule_id: int) -> HttpResponse:
    rule_keeping.delete(_row(request, rule_id), by=request.user, address=address_of(request))
    messages.success(request, _("The rule is deleted."))
    return redirect("automation:rules")
