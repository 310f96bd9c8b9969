"""What a conversation is filed under: labels, priority, and the custom fields in the panel."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import SEES_EVERY_CONVERSATION
from conversations import fields, labelling, live, triage
from conversations.field_values import shown_for
from conversations.forms.handling import LabelledForm, PriorityForm, ValueForm
from conversations.models import CustomField, Label
from conversations.refusals import Refusal
from conversations.views.asking import agent_of, conversation_of, invalid, refused, shown


@require_http_methods(["GET", "POST"])
def labels(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the menu. POST: put one label on (`on`), or take it off."""
    conversation, agent = conversation_of(request, pk), agent_of(request)
    here = Label.objects.filter(workspace_id=agent.workspace_id)
    if request.method == "GET":
        context = {
            "conversation": conversation,
            "labels": here,
            "chosen": {label.pk for label in conversation.labels.all()},
            "keeps_lists": agent.role in SEES_EVERY_CONVERSATION,
        }
        return render(request, "conversations/_label_menu.html", context)
    form = LabelledForm(request.POST, labels=here)
    if not form.is_valid():
        return invalid(request, form)
    act = labelling.add if form.cleaned_data["on"] else labelling.remove
    act(pk, label=form.cleaned_data["label"], agent=agent, at=timezone.now())
    return shown(request, pk)


@require_POST
def priority(request: HttpRequest, pk: int) -> HttpResponse:
    conversation_of(request, pk)
    form = PriorityForm(request.POST)
    if not form.is_valid():
        return invalid(request, form)
    priority = int(form.cleaned_data["priority"])
    triage.set_priority(pk, priority=priority, agent=agent_of(request), at=timezone.now())
    return shown(request, pk)


@require_GET
def fields_anew(request: HttpRequest, pk: int) -> HttpResponse:
    """All custom fields of a conversation and its contact, for a page that is open while a manager changes the list."""
    conversation = conversation_of(request, pk)
    context = {"conversation": conversation, "fields": shown_for([conversation]).get(pk, [])}
    return render(request, "conversations/_fields_anew.html", context)


@require_POST
def field(request: HttpRequest, pk: int, field_id: int) -> HttpResponse:
    """What somebody typed into one field; words if it is no value of its kind."""
    conversation, agent = conversation_of(request, pk), agent_of(request)
    row = get_object_or_404(CustomField, pk=field_id, workspace_id=agent.workspace_id)
    form = ValueForm(request.POST)
    if not form.is_valid():
        return invalid(request, form)
    words = form.cleaned_data["value"]
    try:
        fields.set_value(pk, field=row, words=words, agent=agent, at=timezone.now())
    except Refusal as refusal:
        return refused(request, refusal)
    conversation = conversation_of(request, pk)
    filled = shown_for([conversation])[pk]
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(live.fragment(conversation, fields=filled))
    return shown(request, pk)
