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

from conversations import access, composing, moments, scheduling
from conversations.forms.writing import ScheduleForm
from conversations.models import Conversation, Scheduled
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
    rows = Scheduled.objects.select_related("media", "template")
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
    """What the form says; file and template of what is being changed stay as they were."""
    said = form.cleaned_data
    due_at = moments.understood(said["typed"], now=timezone.localtime())
    if due_at is None:
        raise MomentUnclear(said["typed"])
    media = was.media if was else None
    if said["file"]:
        found = access.files(agent_of(request)).filter(key=said["file"])
        media = found.filter(number=conversation.number).first()
        if media is None:
            raise MediaRefused
    return scheduling.Plan(
        due_at=due_at,
        text=said["text"],
        media=media,
        template_id=was.template_id if was else said["template"],
        values=was.values if was else form.values("var."),
        fallback_id=said["fallback"],
        fallback_values=form.values("fallback."),
    )


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
        "fallbacks": [] if is_template else _fallbacks(request, conversation, row),
        "choices": _choices(now),
        "now": now,
    }
    return render(request, "conversations/_later.html", context)


def _fallbacks(
    request: HttpRequest, conversation: Conversation, row: Scheduled | None
) -> list[composing.Choice]:
    """What was chosen, with its values, stands first; the others by `q`."""
    agent, words = agent_of(request), request.GET.get("q", "")[:200].replace("\0", "")
    found = composing.fallbacks(conversation, agent, words=words)
    if row is None or row.fallback_id is None:
        return found
    mine = composing.choice(conversation, agent, template_id=row.fallback_id)
    others = [choice for choice in found if choice.template.pk != row.fallback_id]
    if mine is None:
        return others
    return [replace(mine, variables=tuple(_kept(one, row) for one in mine.variables)), *others]


def _kept(field: composing.FieldOf, row: Scheduled) -> composing.FieldOf:
    return replace(field, value=row.fallback_values.get(field.key, field.value))


def _choices(now: datetime) -> list[dict[str, Any]]:
    at = moments.presets(now)
    labels = {
        "hour": gettext("In an hour"),
        "tomorrow": gettext("Tomorrow morning"),
        "monday": gettext("Monday morning"),
    }
    return [{"label": label, "at": at[name]} for name, label in labels.items()]
