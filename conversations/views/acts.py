"""Acts on a conversation or message other than writing: each view is one verb."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Team
from conversations import (
    access,
    handing_over,
    pulling,
    reading,
    reasoning,
    sending,
    taking_back,
    triage,
)
from conversations import details as message_details
from conversations import presence as colleagues_here
from conversations.forms.handling import AssignmentForm, ClosureForm, TeamForm
from conversations.forms.writing import ReactionForm
from conversations.models import Direction, Message, ResolveReason
from conversations.refusals import Refusal
from conversations.views.asking import agent_of, by_script, conversation_of, invalid, refused, shown


@require_GET
def assignees(request: HttpRequest, pk: int) -> HttpResponse:
    """The menu of colleagues who may see this conversation."""
    conversation = conversation_of(request, pk)
    context = {"conversation": conversation, "agents": access.takers(conversation)}
    context["token"] = uuid.uuid4()
    return render(request, "conversations/_assignees.html", context)


@require_POST
def assignment(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the conversation to a colleague or to nobody, if it still stands where the agent saw it."""
    conversation = conversation_of(request, pk)
    form = AssignmentForm(
        request.POST, agent=agent_of(request), colleagues=access.takers(conversation)
    )
    if not form.is_valid():
        return invalid(request, form)
    to, expected = form.cleaned_data["to"], form.cleaned_data["expected"]
    common: dict[str, Any] = {
        "agent": agent_of(request),
        "expected": expected,
        "at": timezone.now(),
    }
    try:
        note = form.cleaned_data["note"]
        if to is None:
            triage.unassign(pk, **common)
        elif note:
            token = form.cleaned_data["token"] or uuid.uuid4()
            handing_over.hand_over(pk, to=to, note=note, token=token, **common)
        else:
            triage.assign(pk, to=to, **common)
    except Refusal as refusal:
        return refused(request, refusal)
    return shown(request, pk)


@require_POST
def pull(request: HttpRequest) -> HttpResponse:
    """“Next”: the conversation that has waited longest is this agent's now."""
    try:
        conversation = pulling.pull(agent=agent_of(request), at=timezone.now())
    except Refusal as refusal:
        return refused(request, refusal)
    if not by_script(request):
        return redirect("conversations:conversation", conversation.pk)
    return JsonResponse({"url": reverse("conversations:conversation", args=[conversation.pk])})


@require_http_methods(["GET", "POST"])
def closure(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the menu of reasons. POST: resolve, with a reason or without, or open again."""
    conversation, agent = conversation_of(request, pk), agent_of(request)
    reasons = ResolveReason.objects.filter(workspace_id=agent.workspace_id)
    if request.method == "GET":
        context = {
            "conversation": conversation,
            "reasons": reasons,
            "is_required": reasoning.is_required(agent.workspace),
        }
        return render(request, "conversations/_reasons.html", context)
    form = ClosureForm(request.POST, reasons=reasons)
    if not form.is_valid():
        return invalid(request, form)
    try:
        if form.cleaned_data["reopen"]:
            triage.reopen(pk, agent=agent, at=timezone.now())
        else:
            reason = form.cleaned_data["reason"]
            triage.close(pk, agent=agent, at=timezone.now(), reason=reason, by_hand=True)
    except Refusal as refusal:
        return refused(request, refusal)
    return shown(request, pk)


@require_POST
def waiting(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer waits for a reply (`on`), or needs none."""
    conversation_of(request, pk)
    is_waiting = request.POST.get("on") == "1"
    triage.set_waiting(pk, is_waiting=is_waiting, agent=agent_of(request), at=timezone.now())
    return shown(request, pk)


@require_POST
def team(request: HttpRequest, pk: int) -> HttpResponse:
    conversation_of(request, pk)
    form = TeamForm(request.POST, teams=Team.objects.filter(workspace=agent_of(request).workspace))
    if not form.is_valid():
        return invalid(request, form)
    triage.set_team(pk, agent=agent_of(request), at=timezone.now(), **form.cleaned_data)
    return shown(request, pk)


@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """This agent has the conversation before their eyes. Colleagues' marks stay as they are."""
    conversation, agent = conversation_of(request, pk), agent_of(request)
    reading.mark_read(conversation, agent=agent, at=timezone.now())
    if agent.workspace.shows_read:
        reading.show_to_contact(conversation)
    return HttpResponse(status=204)


@require_GET
def held(request: HttpRequest, pk: int) -> HttpResponse:
    """What stands above the composer while the number is held or stopped for marketing."""
    context = {"conversation": conversation_of(request, pk)}
    return render(request, "conversations/_held.html", context)


@require_POST
def presence(request: HttpRequest, pk: int) -> HttpResponse:
    """A browser says every few seconds that its agent looks at this, or types. It costs two queries, and no write."""
    agent = agent_of(request)
    found = access.conversations(agent).only(
        "workspace", "number", "team", "assignee", "last_inbound_wamid"
    )
    conversation = get_object_or_404(found, pk=pk)
    doing = request.POST.get("doing", "")
    if doing not in colleagues_here.DOINGS:
        return HttpResponse(status=422)
    colleagues_here.tell(conversation, agent=agent, doing=doing)
    if request.POST.get("reply") and doing == "typing" and agent.workspace.shows_typing:
        reading.show_to_contact(conversation, typing=True)
    return HttpResponse(status=204)


def _message(request: HttpRequest, pk: int, token: uuid.UUID) -> Message:
    conversation_of(request, pk)
    found = (
        access.messages(agent_of(request))
        .filter(conversation_id=pk)
        .exclude(direction=Direction.SYSTEM)
    )
    found = found.select_related("conversation__contact", "author", "template", "media")
    return get_object_or_404(found, token=token)


@require_GET
def details(request: HttpRequest, pk: int, token: uuid.UUID) -> HttpResponse:
    """All that is known of a message; what Meta sent, word for word, for administrators alone."""
    message = _message(request, pk, token)
    context = {"details": message_details.of(message, agent=agent_of(request))}
    return render(request, "conversations/_details.html", context)


@require_POST
def attempts(request: HttpRequest, pk: int, token: uuid.UUID) -> HttpResponse:
    """Send a failed message again."""
    message = _message(request, pk, token)
    try:
        sending.retry(message.pk, agent=agent_of(request), at=timezone.now())
    except Refusal as refusal:
        return refused(request, refusal)
    return shown(request, pk, [message])


@require_POST
def withdrawal(request: HttpRequest, pk: int, token: uuid.UUID) -> HttpResponse:
    """Take back what waits in the outbox."""
    message = _message(request, pk, token)
    try:
        taking_back.discard(message.pk, agent=agent_of(request), at=timezone.now())
    except Refusal as refusal:
        return refused(request, refusal)
    return shown(request, pk, [message])


@require_POST
def reaction(request: HttpRequest, pk: int, token: uuid.UUID) -> HttpResponse:
    """React to a message; an empty emoji takes the reaction back."""
    message = _message(request, pk, token)
    form = ReactionForm(request.POST)
    if not form.is_valid():
        return invalid(request, form)
    try:
        sending.react(message.pk, agent=agent_of(request), at=timezone.now(), **form.cleaned_data)
    except Refusal as refusal:
        return refused(request, refusal)
    return shown(request, pk, [message])
