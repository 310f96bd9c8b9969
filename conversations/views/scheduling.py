"""Send later: the dialog, the list in the thread, and what one may do with what waits."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from conversations import access, composing, moments, scheduling, specials
from conversations.forms.writing import ScheduleForm
from conversations.models import Conversation, MediaFile, Scheduled
from conversations.refusals import MediaRefused, MomentUnclear, Refusal
from conversations.views.asking import agent_of, conversation_of, invalid, refused, shown


@require_http_methods(["GET", "POST"])
def scheduled(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the dialog. POST: plan it; the same token never makes a second one."""
    conversation = conversation_of(request, pk)
    if request.method == "GET":
        return _dialog(request, conversation, None)
    form = ScheduleForm(request.POST)
    if not form.is_valid():
        return invalid(request, form)
    try:
        scheduling.schedule(
            pk,
            agent=agent_of(request),
            token=form.cleaned_data["token"] or uuid.uuid4(),
            plan=_plan(request, conversation, form),
            at=timezone.now(),
        )
    except Refusal as refusal:
        return refused(request, refusal)
    return shown(request, pk)


@require_GET
def scheduled_meaning(request: HttpRequest, pk: int) -> HttpResponse:
    """What the words mean so far, and whether the reply window will be closed by then."""
    conversation = conversation_of(request, pk)
    typed = request.GET.get("typed", "")[:60]
    at = moments.understood(typed, now=timezone.localtime())
    context = {
        "typed": typed,
        "at": at,
        "is_closed": at is not None and not conversation.window.is_open(at),
        "closes_at": conversation.window_closes_at if conversation.window_is_open else None,
    }
    return render(request, "conversations/_later_meaning.html", context)


@require_http_methods(["GET", "POST"])
def scheduled_one(request: HttpRequest, pk: int, token: uuid.UUID) -> HttpResponse:
    """GET: the dialog to change it. POST with `act`: let it go on, send it now, give it up; without: change it."""
    conversation = conversation_of(request, pk)
    rows = Scheduled.objects.select_related("author", "media", "template", "quoted__author")
    row = get_object_or_404(rows, conversation_id=pk, token=token)
    if request.method == "GET":
        return _dialog(request, conversation, row)
    try:
        return _act(request, conversation, row)
    except Refusal as refusal:
        return refused(request, refusal)


def _act(request: HttpRequest, conversation: Conversation, row: Scheduled) -> HttpResponse:
    agent, at = agent_of(request), timezone.now()
    match request.POST.get("act", ""):
        case "go_on":
            scheduling.go_on(row.pk, agent=agent)
        case "send":
            scheduling.send_now(row.pk, agent=agent, at=at)
            return shown(request, conversation.pk, conversation.messages.filter(token=row.token))
        case "cancel":
            scheduling.cancel(row.pk, agent=agent)
        case _:
            form = ScheduleForm(request.POST)
            if not form.is_valid():
                return invalid(request, form)
            plan = _plan(request, conversation, form, was=row)
            scheduling.change(row.pk, agent=agent, plan=plan, at=at)
    return shown(request, conversation.pk)


def _plan(
    request: HttpRequest,
    conversation: Conversation,
    form: ScheduleForm,
    *,
    was: Scheduled | None = None,
) -> scheduling.Plan:
    """What the form says; of what is being changed, what it does not say stays as it was."""
    said = form.cleaned_data
    due_at = moments.understood(said["typed"], now=timezone.localtime())
    if due_at is None:
        raise MomentUnclear(said["typed"])
    special = specials.read(said["special"]) if said["special"] else None
    if was and was.special and special is None:
        special = specials.kept(was.special)
    values = form.values("var.")
    return scheduling.Plan(
        due_at=due_at,
        text=said["text"],
        media=_file(request, conversation, form, was),
        special=special,
        quoted=conversation.messages.filter(token=said["quoted"]).first()
        if said["quoted"]
        else None,
        template_id=was.template_id if was else said["template"],
        values=values or was.values if was else values,
        fallback_id=said["fallback"],
        fallback_values=form.values("fallback."),
    )


def _file(
    request: HttpRequest, conversation: Conversation, form: ScheduleForm, was: Scheduled | None
) -> MediaFile | None:
    key = form.cleaned_data["file"]
    if not key:
        return was.media if was and not form.cleaned_data["without_file"] else None
    found = access.files(agent_of(request)).filter(key=key, number=conversation.number).first()
    if found is None:
        raise MediaRefused
    return found


def _dialog(
    request: HttpRequest, conversation: Conversation, row: Scheduled | None
) -> HttpResponse:
    now = timezone.localtime()
    is_template = bool(row.template_id) if row else "template" in request.GET
    place = (
        reverse("conversations:scheduled_one", args=[conversation.pk, row.token])
        if row
        else reverse("conversations:scheduled", args=[conversation.pk])
    )
    context = {
        "conversation": conversation,
        "scheduled": row,
        "url": place,
        "typed": timezone.localtime(row.due_at).strftime("%Y-%m-%d %H:%M") if row else "",
        "is_template": is_template,
        "variables": _variables(request, conversation, row) if row and row.template_id else (),
        **({} if is_template else _fallback(request, conversation, row)),
        "choices": _choices(now),
        "now": now,
    }
    return render(request, "conversations/_later.html", context)


def _fallback(
    request: HttpRequest, conversation: Conversation, row: Scheduled | None
) -> dict[str, Any]:
    """What may go out instead, by `q`; and the one that is chosen, with its fields: `fallback`, else the row's."""
    agent, asked = agent_of(request), request.GET
    words, wanted = asked.get("q", "")[:200].replace("\0", ""), asked.get("fallback", "")
    kept = row.fallback_id if row and "fallback" not in asked else None
    pk = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 10 else kept
    chosen = composing.choice(conversation, agent, template_id=pk) if pk else None
    if chosen and row and row.fallback_id == pk:
        chosen = _filled(chosen, row.fallback_values)
    return {"chosen": chosen, "fallbacks": composing.fallbacks(conversation, agent, words=words)}


def _variables(
    request: HttpRequest, conversation: Conversation, row: Scheduled
) -> tuple[composing.FieldOf, ...]:
    """Of its own template; none if it cannot be sent any more."""
    found = composing.choice(conversation, agent_of(request), template_id=row.template_id or 0)
    return _filled(found, row.values).variables if found else ()


def _filled(choice: composing.Choice, values: dict[str, str]) -> composing.Choice:
    known = (replace(one, value=values.get(one.key, one.value)) for one in choice.variables)
    return replace(choice, variables=tuple(known))


def _choices(now: datetime) -> list[dict[str, Any]]:
    at = moments.presets(now)
    labels = {
        "hour": gettext("In an hour"),
        "tomorrow": gettext("Tomorrow morning"),
        "monday": gettext("Monday morning"),
    }
    return [{"label": label, "at": at[name]} for name, label in labels.items()]
