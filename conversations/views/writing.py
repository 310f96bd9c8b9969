"""Writing to the customer, and reading what is older in the thread."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

from django.db import IntegrityError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import masking
from conversations import access, canned, composing, noting, phones, search, sending, specials
from conversations.forms.writing import ReplyForm
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
from templates_app import picking
from templates_app.models import Category

CARDS_SHOWN = 8
FEWEST_LETTERS = 2


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
        message = sending.send_template(
            conversation.pk, template_id=said["template"], values=form.values, media=file, **common
        )
        picking.used(said["template"], agent=agent, at=common["at"])
        return message
    if said["canned"]:
        canned.count_use(said["canned"], agent=agent, at=timezone.now())
    if said["special"]:
        special = specials.read(said["special"])
        return specials.send(conversation.pk, special, quoted=quoted, **common)
    if file:
        return sending.send_media(
            conversation.pk, file=file, caption=said["text"], quoted=quoted, **common
        )
    return sending.reply(conversation.pk, text=said["text"], quoted=quoted, **common)


@require_POST
def note_words(request: HttpRequest, pk: int, token: uuid.UUID) -> HttpResponse:
    """Mend a note."""
    conversation_of(request, pk)
    note = get_object_or_404(Message, conversation_id=pk, token=token, kind=noting.KIND)
    words = request.POST.get("text", "").replace("\x00", "")[:100_000]
    try:
        noting.change(note.pk, agent=agent_of(request), text=words, at=timezone.now())
    except Refusal as refusal:
        return refused(request, refusal)
    return shown(request, pk, [note])


@require_GET
def special(request: HttpRequest) -> HttpResponse:
    """The form of one kind of special message. It belongs to no conversation, so a page asks for it once."""
    agent = agent_of(request)
    kind = request.GET.get("kind", "buttons")
    title = special_titles().get(kind)
    if title is None:
        raise Http404
    finds_contacts = agent.phones == masking.FULL
    context = {"kind": kind, "title": title, "finds_contacts": finds_contacts}
    return render(request, "conversations/_special.html", context)


def special_titles() -> dict[str, str]:
    return {
        "buttons": gettext("Message with buttons"),
        "list": gettext("Message with a list"),
        "link": gettext("Message with a link button"),
        "ask_location": gettext("Ask for the location"),
        "location": gettext("Location"),
        "contacts": gettext("Contact card"),
    }


@require_GET
def cards(request: HttpRequest) -> JsonResponse:
    """Contacts whose card can be sent, by a piece of the name or number."""
    agent = agent_of(request)
    wanted = request.GET.get("q", "").strip()[:60]
    if agent.phones != masking.FULL or len(wanted) < FEWEST_LETTERS or "\x00" in wanted:
        return JsonResponse({"contacts": []})
    digits = re.sub(r"\D", "", wanted)
    found = Q(name__icontains=wanted) | Q(profile_name__icontains=wanted)
    if len(digits) >= FEWEST_LETTERS:
        found |= phones.matching(agent, digits)
    rows = access.contacts(agent).exclude(phone="").filter(found).order_by("-pk")[:CARDS_SHOWN]
    shown = [{"id": row.pk, "name": row.shown_name, "phone": row.shown_phone} for row in rows]
    return JsonResponse({"contacts": shown})


@require_GET
def templates(request: HttpRequest, pk: int) -> HttpResponse:
    """The template picker; with `list`, only what it offers for `q` and `category`."""
    conversation, asked = conversation_of(request, pk), request.GET
    offered = composing.offer(
        conversation,
        agent_of(request),
        words=asked.get("q", "")[:200].replace("\0", ""),
        category=asked.get("category", "")[:24].replace("\0", ""),
    )
    context = {"conversation": conversation, "offer": offered, "categories": Category.choices}
    name = "_template_options" if "list" in asked else "_templates"
    return render(request, f"conversations/{name}.html", context)


@require_GET
def template(request: HttpRequest, pk: int, template_id: int) -> HttpResponse:
    """The form of one template: its variables, file and preview."""
    conversation, agent = conversation_of(request, pk), agent_of(request)
    choice = composing.choice(conversation, agent, template_id=template_id)
    if choice is None:
        raise Http404
    context = {
        "conversation": conversation,
        "choice": choice,
        "is_favourite": picking.is_favourite(choice.template, agent),
    }
    return render(request, "conversations/_template_form.html", context)


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
