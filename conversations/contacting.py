"""What colleagues do with a contact by hand: add, edit, note what they said about marketing, begin a conversation."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts import sockets
from accounts.models import Agent, PhoneNumber
from accounts.seats import is_open_to
from conversations import access, lanes, live
from conversations.models import (
    Consent,
    ConsentSource,
    Contact,
    ContactNote,
    Conversation,
    Identifier,
    IdentifierKind,
)
from conversations.refusals import NotTheirs
from whatsapp.numbers import variants

DETAILS = ("name", "language", "email", "company")


class AlreadyKnown(Exception):
    """The number is somebody's; `contact` is None if this agent may not see whose."""

    def __init__(self, contact: Contact | None) -> None:
        super().__init__("a contact with this number exists")
        self.contact = contact


@transaction.atomic
def add(*, agent: Agent, digits: str, name: str, company: str = "", email: str = "") -> Contact:
    """A contact who has not written to us yet. Raises AlreadyKnown, also when a webhook was faster."""
    spellings = variants(digits) | {digits}
    known = Identifier.objects.filter(
        workspace_id=agent.workspace_id,
        kind=IdentifierKind.WA_ID,
        value__in=spellings,
        moved_at=None,
    )
    if first := known.first():
        raise AlreadyKnown(access.contacts(agent).filter(pk=first.contact_id).first())
    contact = Contact.objects.create(
        workspace_id=agent.workspace_id,
        phone=digits,
        name=name,
        company=company,
        email=email,
        added_by=agent,
    )
    try:
        with transaction.atomic():
            Identifier.objects.create(
                workspace_id=agent.workspace_id,
                contact=contact,
                kind=IdentifierKind.WA_ID,
                value=digits,
            )
    except IntegrityError as taken:
        raise AlreadyKnown(None) from taken
    return contact


@transaction.atomic
def edit(
    contact_id: int, *, agent: Agent, name: str, language: str, email: str, company: str
) -> Contact:
    """What was typed wins over what WhatsApp says of the person. Every screen that shows them is told."""
    contact = Contact.objects.select_for_update().get(pk=contact_id)
    new = {"name": name, "language": language, "email": email, "company": company}
    changed = [column for column, value in new.items() if getattr(contact, column) != value]
    for column in changed:
        setattr(contact, column, new[column])
    if changed:
        contact.save(update_fields=changed)
        show(contact, kind="contact.edited", actor=agent)
    return contact


@transaction.atomic
def say_consent(contact_id: int, *, agent: Agent, allows: bool, note: str, at: datetime) -> Contact:
    """A colleague notes what the person said elsewhere. The latest word counts."""
    contact = Contact.objects.select_for_update().get(pk=contact_id)
    Consent.objects.create(
        contact=contact, allows=allows, source=ConsentSource.AGENT, note=note, by=agent, at=at
    )
    contact.marketing_said_at = at
    contact.marketing_stopped_at = None if allows else at
    contact.save(update_fields=["marketing_said_at", "marketing_stopped_at"])
    show(contact, kind="contact.consented", actor=agent)
    return contact


@transaction.atomic
def note(contact_id: int, *, agent: Agent, text: str, at: datetime) -> ContactNote:
    made = ContactNote.objects.create(contact_id=contact_id, author=agent, text=text, at=at)
    _tell(agent.workspace_id, contact_id)
    return made


@transaction.atomic
def forget_note(note: ContactNote, *, agent: Agent) -> None:
    """By whoever wrote it, or by those who lead."""
    if note.author_id != agent.pk and not agent.leads:
        raise NotTheirs(agent.name)
    contact_id = note.contact_id
    note.delete()
    _tell(agent.workspace_id, contact_id)


@transaction.atomic
def begin(contact_id: int, *, agent: Agent, number: PhoneNumber, at: datetime) -> Conversation:
    """The thread with one of our numbers, made if there is none; a new one belongs to whoever began it."""
    contact = Contact.objects.get(pk=contact_id)
    lane = (contact.pk, number.pk)
    is_new = not Conversation.objects.filter(contact=contact, number=number).exists()
    conversation = lanes.opened({lane: (contact, number, at)})[lane]
    if is_new:
        if not is_open_to(agent.seats_at(), conversation.place):
            raise NotTheirs(agent.name)
        conversation.assignee = agent
        conversation.save(update_fields=["assignee"])
        live.publish("conversation.begun", conversation, actor=agent)
    return conversation


def show(contact: Contact, *, kind: str, actor: Agent | None) -> None:
    """Publish every thread of the contact: names stand in its row, its header and its panel. Their own page is told."""
    _tell(contact.workspace_id, contact.pk)
    ids = Conversation.objects.filter(contact=contact).values_list("pk", flat=True)
    for conversation in lanes.locked(ids).values():
        live.publish(kind, conversation, actor=actor)


def _tell(workspace_id: int, contact_id: int) -> None:
    """Who has the contact's page open asks for it anew (static/js/contact.js)."""
    sockets.tell_staff(workspace_id, kind="contact", contact=contact_id)
