"""Looking: the list, one conversation, and what changed since the screen's cursor."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET

from accounts.models import SEES_EVERY_CONVERSATION, Agent
from conversations import access, composing, live, panel, search
from conversations.field_values import shown_for
from conversations.models import Conversation, ConversationStatus, Message
from conversations.search import TABS, Filters
from conversations.views.asking import agent_of, conversation_of, token_in
from conversations.views.finding import results


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    return render(request, "conversations/inbox.html", _page(request))


@require_GET
def conversation(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole page, or with `?pane=1` the pane alone for the deck."""
    chosen = conversation_of(request, pk)
    if "pane" in request.GET:
        return render(request, "conversations/_pane.html", _pane(request, chosen))
    return render(request, "conversations/inbox.html", _page(request) | _pane(request, chosen))


@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    """The next page of the list."""
    agent, filters = agent_of(request), Filters.from_query(request.GET)
    page = search.inbox(agent, filters, before=request.GET.get("before", ""))
    context = {
        "rows": page.rows,
        "more": page.more,
        "filters": filters,
        "seen_json": _seen(page.rows),
    }
    return render(request, "conversations/_more_rows.html", context)


@require_GET
def counts(request: HttpRequest) -> JsonResponse:
    agent, filters = agent_of(request), Filters.from_query(request.GET)
    found = search.counts(agent, filters)
    return JsonResponse({tab: _count_words(n) for tab, n in found.items()})


@require_GET
def changes(request: HttpRequest) -> HttpResponse:
    """Fragments of all that changed after `since`; 205 if that is more than a screen can take in."""
    agent = agent_of(request)
    found = search.changes(agent, since=request.GET.get("since", "0"))
    if found.too_many:
        return HttpResponse(status=205, headers={"X-Cursor": str(found.cursor)})
    teams = list(panel.teams_of(agent.workspace_id)) if found.conversations else []
    fields = shown_for(found.conversations)
    parts = [
        live.fragment(
            row, found.messages.get(row.pk, []), teams=teams, fields=fields.get(row.pk, ())
        )
        for row in found.conversations
    ]
    parts += [live.tombstone(pk, found.cursor) for pk in found.gone]
    return HttpResponse("".join(parts), headers={"X-Cursor": str(found.cursor)})


def _page(request: HttpRequest) -> dict[str, Any]:
    """The list with its filters. The cursor is read before the rows, so nothing falls between them and the socket."""
    agent, filters = agent_of(request), Filters.from_query(request.GET)
    cursor = agent.workspace.last_seq
    page = search.inbox(agent, filters)
    numbers = access.numbers(agent)
    return {
        "found": results(agent, request.GET["find"]) if "find" in request.GET else None,
        "cursor": cursor,
        "filters": filters,
        "rows": page.rows,
        "more": page.more,
        "seen_json": _seen(page.rows),
        "mentions": search.mentions(agent),
        "mentioned_query": Filters(tab="all", status="any", mentioned=True).url_query,
        "tabs": _tabs(agent, filters),
        "statuses": _statuses(filters),
        "status_label": next(s["label"] for s in _statuses(filters) if s["is_current"]),
        "numbers": _numbers(numbers, filters),
        "number_label": next(
            (number.label for number in numbers if number.pk == filters.number),
            gettext("All numbers"),
        ),
    }


def _pane(request: HttpRequest, chosen: Conversation) -> dict[str, Any]:
    agent = agent_of(request)
    return {
        "conversation": chosen,
        "thread": _thread(request, chosen),
        "outgoing": composing.blank(chosen, agent),
        "media_limits_json": composing.media_limits(),
        "gallery": panel.gallery(chosen),
        "others": _others(agent, chosen),
        "teams": panel.teams_of(chosen.workspace_id),
        "hours_now": panel.hours_now(chosen),
        "source": panel.source_of(chosen),
        "fields": shown_for([chosen]).get(chosen.pk, []),
        "keeps_lists": agent.role in SEES_EVERY_CONVERSATION,
    }


def _thread(request: HttpRequest, chosen: Conversation) -> search.Page[Message]:
    """The newest page, or the one around the message that the address names."""
    wanted = token_in(request, "message")
    around = search.thread_around(chosen, wanted) if wanted else None
    return around or search.thread(chosen)


def _others(agent: Agent, chosen: Conversation) -> Iterable[Conversation]:
    return (
        access.conversations(agent)
        .filter(contact_id=chosen.contact_id)
        .exclude(pk=chosen.pk)
        .select_related("number")[:10]
    )


def _seen(found: Iterable[Conversation]) -> SafeString:
    """How much of each row this agent has seen, as JSON that is safe inside a script element (digits only)."""
    return mark_safe(json.dumps({str(row.pk): row.seen_count for row in found}))  # type: ignore[attr-defined]  # noqa: S308


def _count_words(n: int) -> str:
    return f"{search.COUNT_LIMIT}+" if n > search.COUNT_LIMIT else str(n)


def _tabs(agent: Agent, filters: Filters) -> list[dict[str, str]]:
    labels = {
        "mine": pgettext("tab", "Mine"),
        "unassigned": pgettext("tab", "Unassigned"),
        "all": pgettext("tab", "All"),
    }
    found = search.counts(agent, filters)
    return [
        {
            "name": tab,
            "label": labels[tab],
            "count": _count_words(found[tab]),
            "query": filters.on(tab).url_query,
        }
        for tab in TABS
    ]


def _statuses(filters: Filters) -> list[dict[str, Any]]:
    labels = {
        ConversationStatus.OPEN: pgettext("conversations", "Open"),
        ConversationStatus.PENDING: pgettext("conversations", "Pending"),
        ConversationStatus.SNOOZED: pgettext("conversations", "Snoozed"),
        ConversationStatus.RESOLVED: pgettext("conversations", "Resolved"),
        "any": pgettext("conversations", "Any state"),
    }
    return [
        {
            "label": label,
            "query": filters.with_status(status).url_query,
            "is_current": status == filters.status,
        }
        for status, label in labels.items()
    ]


def _numbers(numbers: Iterable[Any], filters: Filters) -> list[dict[str, Any]]:
    every = {
        "label": gettext("All numbers"),
        "second": "",
        "query": filters.with_number(None).url_query,
        "is_current": filters.number is None,
    }
    return [
        every,
        *(
            {
                "label": number.label,
                "second": number.display_phone_number,
                "query": filters.with_number(number.pk).url_query,
                "is_current": number.pk == filters.number,
            }
            for number in numbers
        ),
    ]
