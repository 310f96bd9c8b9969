"""The templates that Meta knows, and the drafts beside them: the board, the list, and what changed since."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Agent, BusinessAccount
from accounts.rights import AgentRequest, role
from templates_app import alerts, board, live, reviewing, syncing, tasks
from templates_app.languages import NAMES
from templates_app.models import Category, Template
from templates_app.views._common import WRITERS, reader
from templates_app.views.plans import SHOWN

AT_ONCE = 300  # templates; more are a worker's to ask for


@require_GET
def templates(request: AgentRequest) -> HttpResponse:
    """The board. The cursor is read before the rows, so nothing falls between them and the socket."""
    agent = reader(request)
    context = _frame(agent) | {
        "columns": [
            {
                "column": shown.column,
                "count": shown.count,
                "more": shown.more,
                "cards": shown.cards,
            }
            for shown in board.columns(agent)
        ],
        "filters": board.Filters(),
        "alerts": alerts.standing(agent)[:SHOWN] if agent.role in WRITERS else (),
        "four_eyes": reviewing.is_on(agent.workspace),
    }
    return render(request, "templates_app/board.html", context)


@require_GET
def listed(request: AgentRequest) -> HttpResponse:
    """The list, filtered and paged."""
    agent = reader(request)
    filters = board.Filters.from_query(request.GET)
    context = _frame(agent)
    context |= {
        "page": board.page(agent.workspace, filters),
        "filters": filters,
        "selects": _selects(agent, filters, list(context["accounts"])),
        "kept": [
            (key, value)
            for key, value in (
                ("state", filters.state),
                ("category", filters.category),
                ("language", filters.language),
                ("account", filters.account),
            )
            if value
        ],
    }
    return render(request, "templates_app/list.html", context)


@require_GET
def changes(request: AgentRequest) -> HttpResponse:
    """Fragments of all that changed after `since`; 205 if that is more than a screen can take in."""
    agent = reader(request)
    found = board.changes(agent, since=request.GET.get("since", "0"))
    headers = {"X-Cursor": str(found.cursor)}
    if found.too_many:
        return HttpResponse(status=205, headers=headers)
    html = ""
    if found.templates or found.drafts or found.gone:
        html = live.fragment(
            agent.workspace,
            found.templates,
            found.drafts,
            gone=found.gone,
            seq=found.cursor,
            writes=agent.role in WRITERS,
        )
    return HttpResponse(html, headers=headers)


def _frame(agent: Agent) -> dict[str, Any]:
    return {
        "cursor": agent.workspace.last_seq,
        "accounts": BusinessAccount.objects.filter(workspace=agent.workspace)
        .select_related("template_sync")
        .defer("token"),
        "may_write": agent.role in WRITERS,
    }


def _selects(
    agent: Agent, filters: board.Filters, accounts: list[BusinessAccount]
) -> list[tuple[str, str, str, list[tuple[str, Any]]]]:
    """Each with its name, what it is for, what is chosen, and what may be."""
    states: list[tuple[str, Any]] = [(c.key, c.label) for c in board.COLUMNS if c.templates]
    states.append(("drifted", gettext("Changed at Meta")))
    states.append(("gone", gettext("Archived and deleted")))
    languages = [(code, NAMES.get(code, code)) for code in board.languages(agent.workspace)]
    found = [
        ("state", gettext("All states"), filters.state, states),
        ("category", gettext("All categories"), filters.category, list(Category.choices)),
        ("language", gettext("All languages"), filters.language, languages),
    ]
    if len(accounts) > 1:
        options = [(str(account.pk), account.name) for account in accounts]
        found.append(("account", gettext("All accounts"), str(filters.account or ""), options))
    return found


@role(*WRITERS)
@require_POST
def sync(request: AgentRequest) -> HttpResponse:
    """Ask Meta now instead of waiting for the clock."""
    accounts = BusinessAccount.objects.filter(workspace=request.user.workspace)
    for account in accounts:
        if Template.objects.of(account.pk).count() > AT_ONCE:
            tasks.sync_account.delay(account.pk)
            said = gettext("{account}: Meta is being asked. The board fills by itself.")
            messages.info(request, said.format(account=account))
            continue
        outcome = syncing.sync(account)
        if outcome.is_running:
            messages.info(
                request, gettext("{account}: Meta is being asked already.").format(account=account)
            )
        elif outcome.problem:
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
