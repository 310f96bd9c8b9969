"""Looking: the list, one conversation, and what changed since the screen's cursor."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import SEES_EVERY_CONVERSATION, Agent
from conversations import access, composing, listing, live, panel, search
from conversations.field_values import shown_for
from conversations.models import Conversation, Message
from conversations.views import lists
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


@require_http_methods(["GET", "POST"])
def changes(request: HttpRequest) -> HttpResponse:
    """Fragments of all that changed after `since`; 205 if that is more than a screen can take in.

    `threads`: those that the screen has open (all, of one that does not say); `only`: nothing but this conversation;
    `has`: rows that were pushed to the screen, as “7:120,9:131” (id and version), POSTed: it may be too long for an
    address.
    """
    agent = agent_of(request)
    asked = request.POST or request.GET
    is_open = _ids(asked["threads"]) if "threads" in asked else None
    only = listing.whole(asked["only"]) or 0 if "only" in asked else None
    has = _versions(asked.get("has", ""))
    found = search.changes(
        agent, since=asked.get("since", "0"), threads=is_open, only=only, has=has
    )
    if found.too_many:
        return HttpResponse(status=205, headers={"X-Cursor": str(found.cursor)})
    parts = [live.row_fragment(row) for row in found.conversations]
    threads = [row for row in found.conversations if is_open is None or row.pk in is_open]
    teams = list(panel.teams_of(agent.workspace_id)) if threads else []
    fields = shown_for(threads)
    parts += [
        live.thread_fragment(
            row, found.messages.get(row.pk, []), teams=teams, fields=fields.get(row.pk, ())
        )
        for row in threads
    ]
    parts += [live.tombstone(pk, found.cursor) for pk in found.gone]
    return HttpResponse("".join(parts), headers={"X-Cursor": str(found.cursor)})


def _ids(said: str) -> set[int]:
    """“1,2,3” of an address; what is no id names nothing."""
    return {pk for text in said.split(",") if (pk := listing.whole(text))}


def _versions(said: str) -> dict[int, int]:
    """“7:120,9:131” as ids and versions; what is none of it is left out."""
    pairs = (text.partition(":") for text in said.split(","))
    found = ((listing.whole(pk), listing.whole(version)) for pk, _colon, version in pairs)
    return {pk: version for pk, version in found if pk and version}


def _page(request: HttpRequest) -> dict[str, Any]:
    """The list with its filters. The cursor is read before the rows, so nothing falls between them and the socket."""
    agent = agent_of(request)
    cursor = agent.workspace.last_seq
    found = results(agent, request.GET["find"]) if "find" in request.GET else None
    return {"cursor": cursor, "found": found, **lists.context(request)}


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
