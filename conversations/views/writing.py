"""Writing to the customer, and reading what is older in the thread."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from conversations import access, canned, composing, noting, search, sending
from conversations.forms import ReplyForm
from conversations.models import Conversation, Message
from conversations.refusals import MediaRefused, Refusal
from conversations.search import Page
from conversations.views.asking import (
    agent_of,
    conversation_of,
    invalid,
    refused,
    shown,
    token_in,
)


@require_http_methods(["GET", "POST"])
def messages(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: a page of the thread (`before`, `after`, `around` or the newest). POST: write, once for each token."""
    conversation = conversation_of(request, pk)
    if request.method == "GET":
        context = {"conversation": conversation, "thread": _page(request, conversation)}
        return render(request, "conversations/_older_page.html", context)
    data = request.POST.copy()
    if not data.get("token"):  # a page without JavaScript has no token of its own
        data["token"] = str(composing.new_token())
    form = ReplyForm(data)
    if not form.is_valid():
        return invalid(request, form)
    try:
        message = _send(request, conversation, form)
    except Refusal as refusal:
        return refused(request, refusal)
    except IntegrityError:  # the token is that of a message somewhere else
        form.add_error("token", gettext("Write the message again."))
        return invalid(request, form)
    return shown(request, pk, [message])


def _page(request: HttpRequest, conversation: Conversation) -> Page[Message]:
    """Which part of the thread is asked for."""
    if after := request.GET.get("after", ""):
        return search.thread_after(conversation, after=after)
    if around := token_in(request, "around"):
        page = search.thread_around(conversation, around)
        if page is None:
            raise Http404
        return page
    return search.thread(conversation, before=request.GET.get("before", ""))


def _send(request: HttpRequest, conversation: Conversation, form: ReplyForm) -> Message:
    """The verb for what the form holds: a note, a template, a file with its caption, or text."""
    agent, said = agent_of(request), form.cleaned_data
    if said["note"]:
        return noting.write(
            conversation.pk, agent=agent, token=said["token"], text=said["text"], at=timezone.now()
        )
    quoted = conversation.messages.filter(token=said["quoted"]).first() if said["quoted"] else None
    file = None
    if said["file"]:
        file = access.files(agent).filter(key=said["file"], number=conversation.number).first()
        if file is None:
            raise MediaRefused
    common: dict[str, Any] = {
        "agent": agent,
        "token": said["token"],
        "seen": said["seen"],
        "at": timezone.now(),
        "override": said["override"],
        "hold": timedelta(seconds=agent.undo_seconds),
    }
    if said["template"]:
        return sending.send_template(
            conversation.pk, template_id=said["template"], values=form.values, media=file, **common
        )
    if said["canned"]:
        canned.count_use(said["canned"], agent=agent, at=timezone.now())
    if file:
        return sending.send_media(
            conversation.pk, file=file, caption=said["text"], quoted=quoted, **common
        )
    return sending.reply(conversation.pk, text=said["text"], quoted=quoted, **common)


@require_GET
def templates(request: HttpRequest, pk: int) -> HttpResponse:
    """The template picker: what Meta has approved for this account, with fields for the variables."""
    conversation = conversation_of(request, pk)
    context = {"conversation": conversation, "choices": composing.choices(conversation)}
    return render(request, "conversations/_templates.html", context)


@require_GET
def colleagues(request: HttpRequest, pk: int) -> JsonResponse:
    """Who can be named in a note here."""
    agents = access.colleagues(conversation_of(request, pk))
    found = [
        {"id": agent.pk, "name": agent.name, "initials": agent.initials, "hue": agent.hue}
        for agent in agents
        if agent.pk != agent_of(request).pk
    ]
    return JsonResponse({"colleagues": found})
