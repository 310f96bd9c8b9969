"""One template: how it looks, what Meta says of it, what happened to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.models import Agent
from accounts.rights import AgentRequest
from templates_app import (
    card_samples,
    components,
    forms,
    looks,
    picking,
    planning,
    sample_asking,
    shown_samples,
    sources,
    usage,
)
from templates_app.models import HIDEABLE, DraftState, Template, TemplateState
from templates_app.parts import TEXT, Card
from templates_app.views import editor
from templates_app.views._common import WRITERS, my_template, reader
from templates_app.views.shelves import PLACE_WORDS


@require_GET
def template(request: AgentRequest, pk: int) -> HttpResponse:
    agent = reader(request)
    cursor = agent.workspace.last_seq
    chosen = my_template(request, pk)
    hidden = picking.hidden_from(chosen)
    context: dict[str, Any] = {
        "cursor": cursor,
        "template": chosen,
        **_phone(chosen),
        "history": chosen.history.all()[:100],
        "quality_story": chosen.history.filter(kind="quality", is_late=False)[:20],
        "reason": chosen.rejection,
        "may_write": agent.role in WRITERS,
        "drawn": _drawn(chosen),
        "sources": sources.choices(agent.workspace_id),
        "may_unpause": _may_unpause(chosen, at=timezone.now()),
        "may_appeal": chosen.status == TemplateState.REJECTED and chosen.appealed_at is None,
        "uses": usage.of(chosen) if agent.role in WRITERS else (),
        "next_use": _next_use(agent, chosen),
        "cards": _cards(chosen),
        "drift": [(PLACE_WORDS[one.place], one.runs) for one in chosen.drift],
        "hideable": [(one.value, one.label, one.value in hidden) for one in HIDEABLE],
        "is_hidden": bool(hidden),
        "draft": chosen.drafts.exclude(state=DraftState.SUBMITTED).first(),
    }
    return render(request, "templates_app/template.html", context)


@require_GET
def phone(request: AgentRequest, pk: int) -> HttpResponse:
    """How it looks, once more: the page asks while samples that Meta has are on their way to us."""
    reader(request)
    chosen = my_template(request, pk)
    sample_asking.ask(chosen, at=timezone.now())
    return render(
        request,
        "templates_app/_phone.html",
        {"template": chosen, "is_answer": True} | _phone(chosen),
    )


def _next_use(agent: Agent, chosen: Template) -> planning.PlannedUse | None:
    if agent.role not in WRITERS:
        return None
    return planning.next_use(agent.workspace, chosen, at=timezone.localtime())


def _phone(chosen: Template) -> dict[str, Any]:
    shown = shown_samples.of(chosen)
    return {"preview": looks.of_template(chosen, shown), "sample_state": shown.state}


def _cards(chosen: Template) -> list[tuple[int, Card, str]]:
    """Those of a carousel if files are missing, or were uploaded here: number, card, name of its file."""
    cards = components.of(chosen).cards
    files = card_samples.of(chosen)
    if len(files) == len(cards) and not chosen.card_files.exists():
        return []
    names = [files[card.file_key].filename if card.file_key in files else "" for card in cards]
    return [(n, card, name) for n, (card, name) in enumerate(zip(cards, names, strict=True))]


def _may_unpause(chosen: Template, *, at: datetime) -> bool:
    """By hand, Meta ends only pauses without an end of their own: those of pacing."""
    ends = chosen.paused_until
    return chosen.status == TemplateState.PAUSED and (ends is None or ends < at)


def _drawn(chosen: Template) -> list[editor.Row]:
    """Its variables, and from where each is filled in."""
    layout = components.of(chosen)
    return [
        editor.Row(
            label=f"{{{{{variable.name}}}}}",
            key=variable.key,
            sample=variable.example,
            source=sources.kind_of(chosen.sources.get(variable.key, "")),
            constant=sources.constant_of(chosen.sources.get(variable.key, "")),
        )
        for variable in layout.variables
        if variable.kind == TEXT and forms.KEY.fullmatch(variable.key)
    ]
