"""The list of conversations on a page: its rows, tabs, filters, order and saved views."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET

from accounts.models import Agent, PhoneNumber
from conversations import access, filter_words, filters, listing, search, sorting, viewing
from conversations.listing import TABS, Filters
from conversations.models import Conversation, ConversationStatus, SavedView
from conversations.views.asking import agent_of, by_script


def asked(request: HttpRequest) -> tuple[Filters, SavedView | None]:
    """What the address asks of the list, by itself or through a saved view; 404 for a view that is not theirs."""
    agent, wanted = agent_of(request), listing.whole(request.GET.get("view", ""))
    view = None
    if wanted is not None:
        view = get_object_or_404(viewing.visible_to(agent), pk=wanted)
    usual = viewing.usual_order(agent, view)
    return Filters.from_query(request.GET, view=view, usual=usual), view


@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    """The next page of the list; with `ids`, those of these rows that belong to it."""
    agent, (wanted, _view) = agent_of(request), asked(request)
    if "ids" in request.GET:
        ids = [pk for text in request.GET["ids"].split(",") if (pk := listing.whole(text))]
        found, more = listing.among(agent, wanted, ids), ""
    else:
        page = listing.inbox(agent, wanted, before=request.GET.get("before", ""))
        found, more = page.rows, page.more
    context = {"rows": found, "more": more, "filters": wanted, "seen_json": seen(found)}
    return render(request, "conversations/_more_rows.html", context)


@require_GET
def read_counts(request: HttpRequest) -> JsonResponse:
    """How much this agent has seen of these rows (`ids`): what a pushed row cannot tell."""
    agent = agent_of(request)
    ids = [pk for text in request.GET.get("ids", "").split(",") if (pk := listing.whole(text))]
    found = search.with_seen(access.conversations(agent), agent)
    few = found.filter(pk__in=ids[: listing.MOST_IDS])
    return JsonResponse({str(row.pk): row.seen_count for row in few.only("pk")})  # type: ignore[attr-defined]


@require_GET
def counts(request: HttpRequest) -> JsonResponse:
    """Of the tabs, and of the saved views."""
    agent, (wanted, _view) = agent_of(request), asked(request)
    found, of_views = listing.counts(agent, wanted, viewing.visible_to(agent))
    found |= {f"view-{pk}": n for pk, n in of_views.items()}
    return JsonResponse({name: count_words(n) for name, n in found.items()})


@require_GET
def builder(request: HttpRequest) -> JsonResponse:
    """What the filter builder offers."""
    return JsonResponse(filter_words.for_builder(agent_of(request)))


def context(request: HttpRequest) -> dict[str, Any]:
    """All that _list.html shows."""
    agent, (wanted, view) = agent_of(request), asked(request)
    if "sort" in request.GET and by_script(request):  # chosen here, not a link that somebody sent
        viewing.remember_order(agent, view, wanted.sort)
        wanted = replace(wanted, usual=wanted.sort)
    people = listing.named(agent, wanted)
    page = listing.inbox(agent, wanted, people=people)
    views = list(viewing.visible_to(agent))
    tabs, of_views = listing.counts(agent, wanted, views, people=people)
    numbers = access.numbers(agent)
    statuses = _statuses(wanted)
    return {
        "filters": wanted,
        "rows": page.rows,
        "more": page.more,
        "seen_json": seen(page.rows),
        "mentions": search.mentions(agent),
        "mentioned_query": Filters(tab="all", status="any", mentioned=True).url_query,
        "tabs": _tabs(wanted, tabs),
        "statuses": statuses,
        "status_label": next(one["label"] for one in statuses if one["is_current"]),
        "numbers": _numbers(numbers, wanted),
        "number_label": next(
            (number.label for number in numbers if number.pk == wanted.number),
            gettext("All numbers"),
        ),
        "sorts": _sorts(wanted),
        "sort_index": list(sorting.SORTS).index(wanted.sort),
        "chips": [
            {"words": chip.words, "query": wanted.with_rules(chip.without).url_query}
            for chip in filter_words.chips(wanted.rules, agent)
        ],
        "unreadable": filter_words.why(wanted.unreadable) if wanted.unreadable else "",
        "bare_query": wanted.with_rules(filters.NOTHING_ASKED).url_query,
        "saving_rules": filters.dump(wanted.as_rules),
        "may_share": viewing.may_share(agent),
        "views": _views(views, of_views, view),
        **_view(agent, wanted, view),
    }


def views_context(request: HttpRequest) -> dict[str, Any]:
    """What _views.html shows."""
    agent, (wanted, view) = agent_of(request), asked(request)
    views = list(viewing.visible_to(agent))
    _tabs_too, found = listing.counts(agent, wanted, views)
    return {"views": _views(views, found, view), "view": view}


def _views(
    views: Iterable[SavedView], found: Mapping[int, int], chosen: SavedView | None
) -> list[dict[str, Any]]:
    return [
        {
            "row": view,
            "count": count_words(found.get(view.pk, 0)),
            "is_current": chosen is not None and view.pk == chosen.pk,
        }
        for view in views
    ]


def _view(agent: Agent, wanted: Filters, chosen: SavedView | None) -> dict[str, Any]:
    is_changed = chosen is not None and (
        filters.dump(wanted.as_rules) != filters.dump(filters.read(chosen.rules or {"all": []}))
        or wanted.sort != chosen.sort
    )
    return {
        "view": chosen,
        "view_is_mine": chosen is not None and viewing.may_change(agent, chosen),
        "view_is_changed": is_changed,
    }


def seen(found: Iterable[Conversation]) -> SafeString:
    """How much of each row this agent has seen, as JSON that is safe inside a script element (digits only)."""
    return mark_safe(json.dumps({str(row.pk): row.seen_count for row in found}))  # type: ignore[attr-defined]  # noqa: S308


def count_words(n: int) -> str:
    return f"{search.COUNT_LIMIT}+" if n > search.COUNT_LIMIT else str(n)


def _tabs(wanted: Filters, found: Mapping[str, int]) -> list[dict[str, Any]]:
    labels = {
        "mine": pgettext("tab", "Mine"),
        "unassigned": pgettext("tab", "Unassigned"),
        "all": pgettext("tab", "All"),
    }
    return [
        {
            "name": tab,
            "label": labels[tab],
            "count": count_words(found[tab]),
            "query": wanted.on(tab).url_query,
        }
        for tab in TABS
    ]


def _statuses(wanted: Filters) -> list[dict[str, Any]]:
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
            "query": wanted.with_status(status).url_query,
            "is_current": status == wanted.status,
        }
        for status, label in labels.items()
    ]


def _sorts(wanted: Filters) -> list[dict[str, Any]]:
    labels = {
        "newest": pgettext("order", "Newest first"),
        "oldest": pgettext("order", "Oldest first"),
        "waiting": pgettext("order", "Waiting longest"),
        "window": pgettext("order", "Window closes first"),
        "priority": pgettext("order", "Most pressing"),
    }
    return [
        {
            "label": labels[sort],
            "query": wanted.sorted_by(sort).url_query,
            "is_current": sort == wanted.sort,
        }
        for sort in sorting.SORTS
    ]


def _numbers(numbers: Iterable[PhoneNumber], wanted: Filters) -> list[dict[str, Any]]:
    every = {
        "label": gettext("All numbers"),
        "second": "",
        "query": wanted.with_number(None).url_query,
        "is_current": wanted.number is None,
    }
    return [
        every,
        *(
            {
                "label": number.label,
                "second": number.display_phone_number,
                "query": wanted.with_number(number.pk).url_query,
                "is_current": number.pk == wanted.number,
            }
            for number in numbers
        ),
    ]
