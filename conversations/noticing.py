"""Notices about a person: a new number, id or phone, marketing stopped or allowed. Each is a line in the thread."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from django.db import transaction

from accounts.models import PhoneNumber
from conversations import identity, lanes, live, statuses
from conversations.arrivals import Arrival
from conversations.models import Consent, ConsentSource, Contact, Conversation, Direction, Message
from whatsapp.facts import Person, PersonChanged, PreferenceChanged

MARKETING: Final = "marketing_messages"
STOPPED, ALLOWED = "stop", frozenset({"resume", "signup"})


class UnknownPreference(ValueError):
    """Meta says something of what a person wants that this version does not know."""


@transaction.atomic
def record_person(arrival: Arrival[PersonChanged]) -> None:
    """The person goes on under other ids, with all that was said: moved, not forked. Safe to repeat."""
    fact = arrival.fact
    workspace_id = arrival.number.workspace_id
    sighting = identity.Sighting(workspace_id, fact.sender, fact.sent_at)
    contact = identity.contacts_for([sighting])[0]
    new = Person(
        wa_id=fact.new_wa_id,
        user_id=fact.new_user_id,
        parent_user_id=fact.new_parent_user_id,
        identity_key_hash=fact.new_identity_hash,
    )
    content: dict[str, Any] = {"change": fact.change, "body": fact.text}
    if fact.change in ("number", "user_id") and (new.is_known or new.parent_user_id):
        old = fact.sender if fact.sender.user_id else replace(fact.sender, user_id=contact.user_id)
        contact = identity.move(contact, old=_left(old, new), new=new, at=fact.sent_at)
        pair = (fact.sender.wa_id, new.wa_id)
        if fact.change == "user_id":
            pair = (old.user_id, new.user_id)
        content |= {"old": pair[0], "new": pair[1]}
    conversation = _thread(contact, arrival)
    _write_line(conversation, arrival, wamid=fact.wamid, text=fact.text, content=content)


def _left(old: Person, new: Person) -> Person:
    """Only what is not also new was left."""
    return replace(
        old,
        wa_id=old.wa_id if old.wa_id != new.wa_id else "",
        user_id=old.user_id if old.user_id != new.user_id else "",
        parent_user_id=old.parent_user_id if old.parent_user_id != new.parent_user_id else "",
    )


@transaction.atomic
def record_preference(arrival: Arrival[PreferenceChanged]) -> None:
    """The customer's own word about marketing. The latest counts, by its own time. Safe to repeat."""
    fact = arrival.fact
    sighting = identity.Sighting(arrival.number.workspace_id, fact.person, fact.at)
    contact = identity.contacts_for([sighting])[0]
    if fact.category not in ("", MARKETING) or fact.value not in {STOPPED, *ALLOWED}:
        raise UnknownPreference(f"{fact.category[:100]} {fact.value[:100]}")
    conversation = _thread(contact, arrival)
    contact = Contact.objects.select_for_update().get(pk=contact.pk)
    if contact.marketing_said_at and contact.marketing_said_at >= fact.at:
        return
    contact.marketing_said_at = fact.at
    contact.marketing_stopped_at = fact.at if fact.value == STOPPED else None
    contact.save(update_fields=["marketing_said_at", "marketing_stopped_at"])
    Consent.objects.get_or_create(
        contact=contact,
        at=fact.at,
        source=ConsentSource.WHATSAPP,
        defaults={"allows": fact.value != STOPPED, "note": fact.detail[:200]},
    )
    change = "marketing_stopped" if fact.value == STOPPED else "marketing_resumed"
    content = {"change": change, "body": fact.detail}
    _write_line(conversation, arrival, wamid="", text=fact.detail, content=content)


def _thread(contact: Contact, arrival: Arrival[Any]) -> Conversation:
    number: PhoneNumber = arrival.number
    lane = (contact.pk, number.pk)
    at = getattr(arrival.fact, "sent_at", None) or arrival.fact.at
    return lanes.opened({lane: (contact, number, at)})[lane]


def _write_line(
    conversation: Conversation, arrival: Arrival[Any], *, wamid: str, text: str, content: Any
) -> None:
    """A line in the thread, once."""
    if wamid and Message.objects.filter(number=arrival.number, wamid=wamid).exists():
        return
    fact = arrival.fact
    message = Message.objects.create(
        workspace_id=conversation.workspace_id,
        conversation=conversation,
        number=arrival.number,
        direction=Direction.SYSTEM,
        kind="system",
        text=text,
        content=content,
        source="system",
        status=statuses.RECEIVED,
        at=getattr(fact, "sent_at", None) or fact.at,
        arrival=arrival.order,
        wamid=wamid,
        raw=fact.raw,
    )
    live.publish("contact.changed", conversation, message)
