"""Search: the panel over the list, what may follow a filter, and the box inside a conversation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.models import Agent, Team
from conversations import access, finding
from conversations.models import ConversationStatus, Label
from conversations.query_words import Problem, Query
from conversations.views.asking import agent_of, by_script, conversation_of

CHOICES = 300  # names of one kind that are offered
WRONG: dict[str, str | Promise] = {
    "empty": _("Nothing follows “{key}:” yet."),
    "has": _(
        "“{value}” is nothing a message can have. Try photo, video, file, voice, link or note."
    ),
    "state": _("“{value}” is no state. Try open, pending, snoozed or resolved."),
    "day": _("“{value}” is no day. Write 2026-11-23, 23.11 or 7d."),
    "from": _("Nobody is called “{value}”."),
    "number": _("None of your numbers is called “{value}”."),
    "label": _("There is no label “{value}”."),
    "team": _("There is no team “{value}”."),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter as it was typed; `rest` is the search without it, `wrong` says why it was not used."""

    words: str
    rest: str
    wrong: str = ""


@require_GET
def found(request: HttpRequest) -> HttpResponse:
    """What the box finds, for the panel; with `before` the next page of messages. Without JavaScript: the inbox."""
    agent, text = agent_of(request), request.GET.get("find", "")
    if not by_script(request):
        return redirect(f"{reverse('conversations:inbox')}?{urlencode({'find': text})}")
    before = request.GET.get("before", "")
    page = "conversations/_found_more.html" if before else "conversations/_found.html"
    return render(request, page, {"found": results(agent, text, before=before)})


def results(agent: Agent, text: str, *, before: str = "") -> dict[str, Any]:
    """All that the panel shows for these words."""
    answer = finding.find(agent, text, at=timezone.now(), before=before)
    query, problems = answer.asked.query, answer.asked.problems
    more = {"find": query.text, "before": answer.messages.more}
    return {
        "text": query.text,
        "is_empty": query.is_empty and not problems,
        "chips": _chips(query, problems),
        "people": answer.people,
        "threads": answer.threads,
        "about": answer.about,
        "hits": answer.messages.rows,
        "more": urlencode(more) if answer.messages.more else "",
        "is_too_slow": answer.is_too_slow,
        "is_nothing": not (answer.people or answer.threads or answer.about or answer.messages.rows),
    }


def _chips(query: Query, problems: list[Problem]) -> list[Chip]:
    wrong = {problem.span: _words(problem) for problem in problems}
    spans = sorted({one.span for one in query.filters} | set(wrong), key=lambda span: span.start)
    return [
        Chip(query.text[span.start : span.end], query.without(span), wrong.get(span, ""))
        for span in spans
    ]


def _words(problem: Problem) -> str:
    words = WRONG[problem.key if problem.code == "unknown" else problem.code]
    return str(words).format(key=problem.key, value=problem.value)


@require_GET
def choices(request: HttpRequest) -> JsonResponse:
    """What may follow each filter: `value` is written into the box, `words` say what it is."""
    agent = agent_of(request)
    workspace = agent.workspace_id
    people = Agent.objects.filter(workspace_id=workspace, is_active=True).order_by("name")
    return JsonResponse(
        {
            "from": [
                {"value": "me", "words": gettext("You")},
                {"value": "customer", "words": gettext("The customer")},
                *_named(people.exclude(pk=agent.pk).values_list("name", flat=True)[:CHOICES]),
            ],
            "number": _named(number.label for number in access.numbers(agent)),
            "label": _named(_names(Label, workspace)),
            "team": _named(_names(Team, workspace)),
            "has": [
                {"value": "photo", "words": gettext("Photo")},
                {"value": "video", "words": gettext("Video")},
                {"value": "file", "words": gettext("File")},
                {"value": "voice", "words": gettext("Voice message")},
                {"value": "link", "words": gettext("Link")},
                {"value": "note", "words": gettext("Note")},
                {"value": "media", "words": gettext("Any file or picture")},
            ],
            "in": [
                {"value": value, "words": str(words)} for value, words in ConversationStatus.choices
            ],
            "before": _days(),
            "after": _days(),
        }
    )


def _names(model: Any, workspace_id: int) -> Any:
    return model.objects.filter(workspace_id=workspace_id).values_list("name", flat=True)[:CHOICES]


def _named(names: Any) -> list[dict[str, str]]:
    return [{"value": name, "words": ""} for name in names if name]


def _days() -> list[dict[str, str]]:
    return [
        {"value": "today", "words": gettext("Today")},
        {"value": "yesterday", "words": gettext("Yesterday")},
        {"value": "7d", "words": gettext("A week ago")},
        {"value": "30d", "words": gettext("A month ago")},
    ]


@require_GET
def matches(request: HttpRequest, pk: int) -> JsonResponse:
    """The messages of one conversation with these words, newest first."""
    conversation, agent = conversation_of(request, pk), agent_of(request)
    text = request.GET.get("q", "")
    rows = finding.within(conversation, text, today=_today(agent))
    return JsonResponse({"matches": [{"token": row.token, "words": row.words} for row in rows]})


def _today(agent: Agent) -> date:
    return timezone.now().astimezone(ZoneInfo(agent.time_zone)).date()
