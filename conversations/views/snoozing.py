"""Putting a conversation aside: until a moment, until the customer writes, or as pending."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from conversations import moments, triage
from conversations.forms.handling import SnoozeForm
from conversations.refusals import MomentUnclear, Refusal
from conversations.views.asking import agent_of, conversation_of, invalid, refused, shown


@require_http_methods(["GET", "POST"])
def snooze(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the menu, with moments in the agent's zone. POST: put it aside."""
    conversation = conversation_of(request, pk)
    if request.method == "GET":
        now = timezone.localtime()
        choices = presets(now, morning=agent_of(request).workspace.morning)
        context = {"conversation": conversation, "choices": choices, "now": now}
        return render(request, "conversations/_snooze.html", context)
    form = SnoozeForm(request.POST)
    if not form.is_valid():
        return invalid(request, form)
    agent, at = agent_of(request), timezone.now()
    try:
        if form.cleaned_data["until"] == "pending":
            triage.set_pending(pk, agent=agent, at=at)
        else:
            until = moment_of(form.cleaned_data, morning=agent.workspace.morning)
            triage.snooze(pk, agent=agent, until=until, at=at)
    except Refusal as refusal:
        return refused(request, refusal)
    return shown(request, pk)


@require_GET
def snooze_meaning(request: HttpRequest, pk: int) -> HttpResponse:
    """What the agent's words mean so far, said while they type."""
    conversation_of(request, pk)
    typed = request.GET.get("typed", "")[:60]
    morning = agent_of(request).workspace.morning
    at = moments.understood(typed, now=timezone.localtime(), morning=morning)
    context = {"typed": typed, "at": at}
    return render(request, "conversations/_snooze_meaning.html", context)


def moment_of(said: dict[str, Any], *, morning: time) -> datetime | None:
    """The moment that a SnoozeForm says, on the agent's clock; None: until the contact writes. Raises MomentUnclear."""
    now = timezone.localtime()
    if said["until"] == "reply":
        return None
    if said["until"]:
        return moments.presets(now, morning=morning)[said["until"]]
    typed = said["typed"] or said["at"]
    found = moments.understood(typed, now=now, morning=morning)
    if found is None:
        raise MomentUnclear(typed)
    return found


def presets(now: datetime, *, morning: time) -> list[dict[str, Any]]:
    """The moments of the menu: name, icon, label, and when that is. `morning`: when a day begins here."""
    at = moments.presets(now, morning=morning)
    labels = {
        "hour": ("clock-3", gettext("In an hour")),
        "tomorrow": ("moon", gettext("Tomorrow morning")),
        "monday": ("moon", gettext("Monday morning")),
        "month": ("moon", gettext("Next month")),
        "reply": ("reply", gettext("Until they reply")),
        "pending": ("hourglass", gettext("Pending: it waits for us")),
    }
    return [
        {"name": name, "icon": icon, "label": label, "at": at.get(name)}
        for name, (icon, label) in labels.items()
    ]
