"""Macros: run in a conversation, and kept in the settings."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from conversations import macros as rules
from conversations import rule_words
from conversations.forms.automation import MacroForm
from conversations.forms.writing import RunForm
from conversations.models import Macro
from conversations.refusals import Refusal
from conversations.views.asking import agent_of, conversation_of, invalid, refused, shown


@require_GET
def macros_here(request: HttpRequest, pk: int) -> HttpResponse:
    """The menu in a conversation; with `?format=json` what the command palette lists: {macros: [{id, name, url}]}."""
    conversation, agent = conversation_of(request, pk), agent_of(request)
    found = list(rules.visible_to(agent).order_by("-used_count", "name"))
    if request.GET.get("format") == "json":
        listed = [
            {
                "id": macro.pk,
                "name": macro.name,
                "is_own": macro.owner_id is not None,
                "url": reverse("conversations:macro", args=[pk, macro.pk]),
            }
            for macro in found
        ]
        return JsonResponse({"macros": listed, "seen": conversation.seq})
    names = rule_words.names_of(agent.workspace_id)
    context = {
        "conversation": conversation,
        "macros": [(m, rule_words.steps(rules.steps_of(m.steps), names)) for m in found],
        "token": uuid.uuid4(),
    }
    return render(request, "conversations/_macros.html", context)


@require_POST
def macro_run(request: HttpRequest, pk: int, macro_id: int) -> HttpResponse:
    """All of its steps, or none and words why."""
    conversation_of(request, pk)
    agent = agent_of(request)
    macro = get_object_or_404(rules.visible_to(agent), pk=macro_id)
    form = RunForm(request.POST)
    if not form.is_valid():
        return invalid(request, form)
    said = form.cleaned_data
    try:
        rules.run(
            macro,
            conversation_id=pk,
            agent=agent,
            seen=said["seen"] or 0,
            token=said["token"] or uuid.uuid4(),
            at=timezone.localtime(),
        )
    except Refusal as refusal:
        return refused(request, refusal)
    return shown(request, pk)


@require_GET
def macros(request: HttpRequest) -> HttpResponse:
    agent = agent_of(request)
    names = rule_words.names_of(agent.workspace_id)
    rows = rules.visible_to(agent)
    context = {"macros": [(m, rule_words.steps(rules.steps_of(m.steps), names)) for m in rows]}
    return render(request, "conversations/macros.html", context)


@require_http_methods(["GET", "POST"])
def macro_new(request: HttpRequest) -> HttpResponse:
    return _edit(request, Macro(owner=agent_of(request)), {})


@require_http_methods(["GET", "POST"])
def macro(request: HttpRequest, macro_id: int) -> HttpResponse:
    row = get_object_or_404(rules.visible_to(agent_of(request)), pk=macro_id)
    initial = MacroForm.shown(row.name, rules.steps_of(row.steps), is_own=row.owner_id is not None)
    return _edit(request, row, initial)


def _edit(request: HttpRequest, row: Macro, initial: dict[str, Any]) -> HttpResponse:
    agent = agent_of(request)
    may_change = rules.may_change(agent, row)
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    form = MacroForm(request.POST or None, workspace=agent.workspace, initial=initial)
    if not agent.leads:
        form.fields["scope"].disabled = True
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        rules.save(
            row, agent=agent, name=said["name"], is_own=said["scope"] == "mine", steps=form.steps
        )
        messages.success(request, _("Saved."))
        return redirect("automation:macros")
    context = {"macro": row, "form": form, "may_change": may_change}
    status = 422 if form.errors else 200
    return render(request, "conversations/macro_one.html", context, status=status)


@require_POST
def macro_end(request: HttpRequest, macro_id: int) -> HttpResponse:
    agent = agent_of(request)
    row = get_object_or_404(rules.visible_to(agent), pk=macro_id)
    if not rules.may_change(agent, row):
        raise PermissionDenied
    row.delete()
    messages.success(request, _("The macro is deleted."))
    return redirect("automation:macros")
