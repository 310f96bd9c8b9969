"""Contacts: the list, one contact's page, and what is done there by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Agent
from conversations import access, contacting, directory
from conversations.field_values import shown_for
from conversations.forms.contacts import (
    BeginForm,
    ConsentForm,
    ContactForm,
    ContactNoteForm,
    NewContactForm,
)
from conversations.models import Contact, ContactNote, Conversation, FieldOwner
from conversations.refusals import NotTheirs
from conversations.views.asking import agent_of


def contact_of(request: HttpRequest, pk: int) -> Contact:
    """The contact, if this agent may see them; 404 whether they are missing or not theirs."""
    agent = agent_of(request)
    found = access.contacts(agent).prefetch_related(directory.threads(agent))
    return get_object_or_404(found, pk=pk)


@require_GET
def contacts(request: HttpRequest) -> HttpResponse:
    """The list; with `after` or `part` only its rows."""
    agent, wanted = agent_of(request), directory.Wanted.from_query(request.GET)
    page = directory.page(agent, wanted, after=request.GET.get("after", ""))
    context = {"page": page, "wanted": wanted, "is_first": "after" not in request.GET}
    is_part = "part" in request.GET or "after" in request.GET
    name = "_contact_rows.html" if is_part else "contacts.html"
    return render(request, f"conversations/{name}", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    agent = agent_of(request)
    form = NewContactForm(request.POST or None)
    known: Contact | None = None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            contact = contacting.add(
                agent=agent,
                digits=said["phone"],
                name=said["name"],
                company=said["company"],
                email=said["email"],
            )
        except contacting.AlreadyKnown as taken:
            known = taken.contact
            form.add_error("phone", _known_words(taken.contact))
        else:
            messages.success(request, gettext("The contact is added."))
            return redirect("contacts:contact", contact.pk)
    context = {"form": form, "known": known}
    status = 422 if form.errors else 200
    return render(request, "conversations/contact_new.html", context, status=status)


def _known_words(contact: Contact | None) -> str:
    if contact is None:
        return gettext("This number belongs to a contact whose conversations you do not see.")
    return gettext("This number already belongs to %(name)s.") % {"name": contact.shown_name}


@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    agent = agent_of(request)
    cursor = agent.workspace.last_seq  # before the rows: nothing falls between them and the line
    found = contact_of(request, pk)
    initial = {column: getattr(found, column) for column in contacting.DETAILS}
    form = ContactForm(request.POST or None, initial=initial)
    if request.method == "POST" and found.erased_at is None and form.is_valid():
        contacting.edit(found.pk, agent=agent, **form.cleaned_data)
        messages.success(request, gettext("Saved."))
        return redirect("contacts:contact", found.pk)
    context = _page(agent, found) | {"form": form, "cursor": cursor}
    status = 422 if form.errors else 200
    return render(request, "conversations/contact.html", context, status=status)


def _page(agent: Agent, contact: Contact) -> dict[str, Any]:
    threads: list[Conversation] = contact.threads  # type: ignore[attr-defined]
    used = {thread.number_id for thread in threads}
    fields = shown_for(threads[:1]).get(threads[0].pk, []) if threads else []
    return {
        "contact": contact,
        "fields": fields,
        "has_fields": any(shown.field.of == FieldOwner.CONTACT for shown in fields)
        and contact.erased_at is None,
        "identifiers": contact.identifiers.order_by("moved_at", "pk"),
        "blocks": {block.number_id: block for block in contact.blocks.all()},
        "consents": contact.consents.select_related("by").order_by("-at")[:50],
        "notes": contact.notes.select_related("author")[:100],
        "numbers": [one for one in access.numbers(agent) if one.is_active and one.pk not in used],
        "may_delete_all": agent.leads,
    }


@require_GET
def media(request: HttpRequest, pk: int) -> HttpResponse:
    found = contact_of(request, pk)
    page = directory.media(agent_of(request), found, before=request.GET.get("before", ""))
    return render(request, "conversations/_contact_media.html", {"contact": found, "page": page})


@require_GET
def history(request: HttpRequest, pk: int) -> HttpResponse:
    found = contact_of(request, pk)
    page = directory.history(agent_of(request), found, before=request.GET.get("before", ""))
    return render(request, "conversations/_contact_history.html", {"contact": found, "page": page})


@require_POST
def consent(request: HttpRequest, pk: int) -> HttpResponse:
    found, form = contact_of(request, pk), ConsentForm(request.POST)
    if form.is_valid():
        contacting.say_consent(
            found.pk, agent=agent_of(request), at=timezone.now(), **form.cleaned_data
        )
        messages.success(request, gettext("Noted."))
    else:
        messages.error(request, gettext("Choose whether they allow marketing messages."))
    return redirect("contacts:contact", found.pk)


@require_POST
def notes(request: HttpRequest, pk: int) -> HttpResponse:
    found, form = contact_of(request, pk), ContactNoteForm(request.POST)
    if form.is_valid():
        text = form.cleaned_data["text"]
        contacting.note(found.pk, agent=agent_of(request), text=text, at=timezone.now())
    else:
        messages.error(request, gettext("Write the note first; 4,000 characters at most."))
    return redirect("contacts:contact", found.pk)


@require_POST
def note_end(request: HttpRequest, pk: int, note_id: int) -> HttpResponse:
    found = contact_of(request, pk)
    note = get_object_or_404(ContactNote, contact=found, pk=note_id)
    try:
        contacting.forget_note(note, agent=agent_of(request))
    except NotTheirs:
        raise PermissionDenied from None
    return redirect("contacts:contact", found.pk)


@require_POST
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """The thread with one of our numbers, to write the first word there."""
    found, agent = contact_of(request, pk), agent_of(request)
    form = BeginForm(request.POST, numbers=access.numbers(agent))
    if not form.is_valid():
        messages.error(request, gettext("Choose one of our numbers."))
        return redirect("contacts:contact", found.pk)
    try:
        conversation = contacting.begin(
            found.pk, agent=agent, number=form.cleaned_data["number"], at=timezone.now()
        )
    except NotTheirs as refusal:
        messages.error(request, refusal.words)
        return redirect("contacts:contact", found.pk)
    return redirect("conversations:conversation", conversation.pk)
