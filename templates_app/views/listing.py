"""The templates that Meta knows: their states, words and histories."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.models import BusinessAccount
from accounts.rights import AgentRequest, role
from templates_app import components, looks, reasons, syncing
from templates_app.models import Draft, DraftState, Template, TemplateEvent, TemplateState
from templates_app.views._common import WRITERS, my_template, reader

MOVING = frozenset({TemplateState.PENDING, TemplateState.IN_APPEAL, TemplateState.PAUSED})


@require_GET
def templates(request: AgentRequest) -> HttpResponse:
    """All templates of the workspace, by account; `?state=` narrows them down. Drafts stand on top."""
    agent = reader(request)
    state = request.GET.get("state", "")
    found = Template.objects.filter(account__workspace=agent.workspace).select_related("account")
    if state in TemplateState.values:
        found = found.filter(status=state)
    may_write = agent.role in WRITERS
    drafts = Draft.objects.filter(account__workspace=agent.workspace).select_related(
        "account", "author", "template"
    )
    context = {
        "accounts": BusinessAccount.objects.filter(workspace=agent.workspace),
        "templates": [(row, components.preview(components.of(row), {})) for row in found[:500]],
        "drafts": drafts.under_way()[:50] if may_write and not state else (),
        "state": state,
        "states": TemplateState.choices,
        "may_write": may_write,
    }
    return render(request, "templates_app/templates.html", context)


@require_GET
def template(request: AgentRequest, pk: int) -> HttpResponse:
    """One template: how it looks, what Meta says of it, and what happened to it."""
    agent = reader(request)
    chosen = my_template(request, pk)
    history = list(chosen.history.all()[:100])
    context = {
        "template": chosen,
        "preview": looks.of_template(chosen),
        "history": history,
        "reason": chosen.rejection,
        "pause_ends": _pause_end(chosen, history),
        "is_moving": chosen.status in MOVING,
        "may_write": agent.role in WRITERS,
        "draft": chosen.drafts.filter(state=DraftState.DRAFT).first(),
    }
    return render(request, "templates_app/template.html", context)


def _pause_end(chosen: Template, history: list[TemplateEvent]) -> object:
    if chosen.status != TemplateState.PAUSED:
        return None
    pauses = (event for event in history if event.after == TemplateState.PAUSED)
    last = next(pauses, None)
    return reasons.pause_ends(last.note, last.at) if last else None


@role(*WRITERS)
@require_POST
def sync(request: AgentRequest) -> HttpResponse:
    """Ask Meta now instead of waiting for the clock."""
    accounts = BusinessAccount.objects.filter(workspace=request.user.workspace)
    for account in accounts:
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
    if not accounts.exists():
        messages.error(
            request, gettext("There is no WhatsApp account yet. Add one in the settings.")
        )
    return redirect("templates_app:templates")
