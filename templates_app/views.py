"""The templates that Meta knows: their states, words and histories."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Agent, BusinessAccount, Role
from templates_app import components, syncing
from templates_app.models import Template, TemplateState

MAY_SYNC = frozenset({Role.MANAGER, Role.ADMINISTRATOR})


def _agent(request: HttpRequest) -> Agent:
    agent = cast(Agent, request.user)
    if not agent.works_conversations:
        raise PermissionDenied
    return agent


@require_GET
def templates(request: HttpRequest) -> HttpResponse:
    """All templates of the workspace, by account; `?state=` narrows them down."""
    agent = _agent(request)
    state = request.GET.get("state", "")
    found = Template.objects.filter(account__workspace=agent.workspace).select_related("account")
    if state in TemplateState.values:
        found = found.filter(status=state)
    accounts = BusinessAccount.objects.filter(workspace=agent.workspace)
    context = {
        "accounts": accounts,
        "templates": [(row, components.preview(components.of(row), {})) for row in found[:500]],
        "state": state,
        "states": TemplateState.choices,
        "may_sync": agent.role in MAY_SYNC,
    }
    return render(request, "templates_app/templates.html", context)


@require_GET
def template(request: HttpRequest, pk: int) -> HttpResponse:
    """One template: how it looks, what Meta says of it, and what happened to it."""
    workspace = _agent(request).workspace
    found = Template.objects.filter(account__workspace=workspace).select_related("account")
    chosen = get_object_or_404(found, pk=pk)
    layout = components.of(chosen)
    context = {
        "template": chosen,
        "preview": components.preview(layout, components.examples(layout)),
        "layout": layout,
        "history": chosen.history.all()[:100],
    }
    return render(request, "templates_app/template.html", context)


@require_POST
def sync(request: HttpRequest) -> HttpResponse:
    """Ask Meta now instead of waiting for the clock."""
    agent = _agent(request)
    if agent.role not in MAY_SYNC:
        raise PermissionDenied
    for account in BusinessAccount.objects.filter(workspace=agent.workspace):
        outcome = syncing.sync(account)
        if outcome.problem:
            messages.error(request, f"{account.name}: {outcome.problem}")
        else:
            said = ngettext(
                "{account}: {count} template is up to date.",
                "{account}: {count} templates are up to date.",
                outcome.seen,
            )
            messages.success(request, said.format(account=account.name, count=outcome.seen))
    if not BusinessAccount.objects.filter(workspace=agent.workspace).exists():
        messages.error(
            request, gettext("There is no WhatsApp account yet. Add one in the settings.")
        )
    return redirect("templates_app:templates")
