"""Messages, in and out: field `messages`, the echoes of the phone app, and its history."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from whatsapp.facts import (
    ErrorDetail,
    Fact,
    InboundMessage,
    MessageEchoed,
    MessageEdited,
    MessageRevoked,
    Person,
    PersonChanged,
    ReactionChanged,
    Referral,
)
from whatsapp.webhooks import content, wire
from whatsapp.webhooks.wire import Raw

CHANGES = {
    "user_changed_number": "number",
    "customer_changed_number": "number",
    "user_changed_user_id": "user_id",
    "customer_identity_changed": "identity",
    "user_identity_changed": "identity",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an item stood: what every fact made of it repeats."""

    waba_id: str
    field: str
    phone_number_id: str
    display_phone_number: str
    contacts: tuple[wire.Contact, ...] = ()
    errors: tuple[ErrorDetail, ...] = ()  # of the whole value

    def common(self, raw: Raw) -> dict[str, Any]:
        return {
            "waba_id": self.waba_id,
            "field": self.field,
            "raw": raw,
            "phone_number_id": self.phone_number_id,
            "display_phone_number": self.display_phone_number,
        }


def inbound(raw: Raw, *, place: Place, is_history: bool = False) -> Fact:
    """A message that a person sent, as the fact its type makes it. ValueError if it lacks what it must have."""
    message = wire.Message.model_validate(raw)
    sender = person(
        message.sender, message.from_user_id, message.from_parent_user_id, contacts=place.contacts
    )
    if not sender.is_known:
        raise ValueError("nothing says who wrote: no from, no from_user_id")
    if special := SPECIAL.get(message.type):
        return special(raw, message, place, sender, None, is_history)
    kind = message.type or "unknown"
    if kind == "system" and (change := _person_changed(raw, message, place, sender)):
        return change
    own = errors(message.errors)
    said = content.read(raw, kind=kind, has_errors=bool(own or place.errors))
    if not own and kind in content.READERS and not said.content:
        own = place.errors
    context = message.context
    return InboundMessage(
        **place.common(raw),
        wamid=message.id,
        sent_at=message.timestamp,
        sender=sender,
        kind=kind,
        text=said.text,
        content=_with_product(said.content, context),
        media=said.media,
        quoted_wamid=context.id if context else "",
        is_forwarded=bool(context and (context.forwarded or context.frequently_forwarded)),
        referral=_referral(message.referral) if message.referral else None,
        group_id=message.group_id,
        errors=own,
        is_history=is_history,
        history_status=message.history_context.status if message.history_context else "",
    )


def echoed(raw: Raw, *, place: Place, recipient_id: str = "", is_history: bool = False) -> Fact:
    """A message that we sent from the phone app. `recipient_id` is the thread's, where the message does not say."""
    message = wire.Message.model_validate(raw)
    recipient = person(
        message.to or recipient_id,
        message.to_user_id,
        message.to_parent_user_id,
        contacts=place.contacts,
    )
    if not recipient.is_known and not message.group_id:
        raise ValueError("nothing says to whom this was sent: no to, no to_user_id")
    if special := SPECIAL.get(message.type):
        return special(raw, message, place, Person(wa_id=message.sender), recipient, is_history)
    kind = message.type or "unknown"
    own = errors(message.errors)
    said = content.read(raw, kind=kind, has_errors=bool(own))
    return MessageEchoed(
        **place.common(raw),
        wamid=message.id,
        sent_at=message.timestamp,
        recipient=recipient,
        kind=kind,
        text=said.text,
        content=said.content,
        media=said.media,
        quoted_wamid=message.context.id if message.context else "",
        errors=own,
        is_history=is_history,
        history_status=message.history_context.status if message.history_context else "",
        group_id=message.group_id,
    )


def remembered(raw: Raw, *, place: Place, thread_id: str) -> Fact:
    """A message of the phone app's history: theirs if the thread's person sent it, else ours."""
    sender = raw.get("from")
    sender = str(sender) if isinstance(sender, str | int) else ""
    ours = digits(place.display_phone_number)
    is_ours = (
        digits(sender) == ours if ours and sender else bool(raw.get("to")) and sender != thread_id
    )
    if sender and sender == thread_id:
        is_ours = False
    if is_ours:
        return echoed(raw, place=place, recipient_id=thread_id, is_history=True)
    if not sender and not raw.get("from_user_id") and thread_id:
        raw = {**raw, "from": thread_id}
    return inbound(raw, place=place, is_history=True)


def person(
    wa_id: str,
    user_id: str = "",
    parent_user_id: str = "",
    *,
    contacts: tuple[wire.Contact, ...] = (),
) -> Person:
    """Who this is, with the name and the other ids from the contact beside it that fits."""
    contact = next(
        (
            known
            for known in contacts
            if (wa_id and known.wa_id == wa_id) or (user_id and known.user_id == user_id)
        ),
        None,
    )
    if contact is None and len(contacts) == 1:
        only = contacts[0]  # with one contact only, it is the one, unless an id says no
        if not (wa_id and only.wa_id) and not (user_id and only.user_id):
            contact = only
    if contact is None:
        return Person(wa_id=wa_id, user_id=user_id, parent_user_id=parent_user_id)
    return Person(
        wa_id=wa_id or contact.wa_id,
        user_id=user_id or contact.user_id,
        parent_user_id=parent_user_id or contact.parent_user_id,
        name=contact.profile.name,
        username=contact.profile.username,
        identity_key_hash=contact.identity_key_hash,
    )


def contacts_of(value: Raw) -> tuple[wire.Contact, ...]:
    """The readable contacts of a value; an odd one costs its name, not the message."""
    found = value.get("contacts")
    if not isinstance(found, list):
        return ()
    return tuple(wire.Contact.model_validate(item) for item in found if isinstance(item, dict))


def errors(found: Any) -> tuple[ErrorDetail, ...]:
    if isinstance(found, dict):
        found = [found]
    if not isinstance(found, list):
        return ()
    return tuple(_error(item) for item in found)


def _error(item: Any) -> ErrorDetail:
    if not isinstance(item, dict):
        return ErrorDetail(code=0, title=str(item))
    error = wire.Error.model_validate(item)
    data = error.error_data
    return ErrorDetail(
        code=error.code,
        title=error.title,
        message=error.message,
        details=data if isinstance(data, str) else data.details,
        href=error.href,
    )


def digits(number: str) -> str:
    return "".join(character for character in number if character.isdecimal())


def _referral(found: wire.Referral) -> Referral:
    return Referral(
        source_url=found.source_url,
        source_id=found.source_id,
        source_type=found.source_type,
        headline=found.headline,
        body=found.body,
        media_type=found.media_type,
        image_url=found.image_url,
        video_url=found.video_url,
        thumbnail_url=found.thumbnail_url,
        ctwa_clid=found.ctwa_clid,
        welcome_text=found.welcome_message.text,
    )


def _with_product(said: Raw, context: wire.Context | None) -> Raw:
    """A question about a product of the catalogue keeps the product."""
    if context is None or not context.referred_product:
        return said
    return {**said, "referred_product": context.referred_product}


def _person_changed(raw: Raw, message: wire.Message, place: Place, sender: Person) -> Fact | None:
    notice = wire.System.model_validate(raw.get("system"))
    change = CHANGES.get(notice.type)
    if change is None:
        return None
    identity = raw.get("identity")
    return PersonChanged(
        **place.common(raw),
        wamid=message.id,
        sent_at=message.timestamp,
        sender=sender,
        change=change,
        new_wa_id=(notice.new_wa_id or notice.wa_id) if change == "number" else "",
        new_user_id=notice.user_id,
        new_parent_user_id=notice.parent_user_id,
        text=notice.body,
        new_identity_hash=wire.Identity.model_validate(identity).hash
        if isinstance(identity, dict)
        else notice.identity,
    )


def _reaction(
    raw: Raw,
    message: wire.Message,
    place: Place,
    sender: Person,
    echoed_to: Person | None,
    is_history: bool,
) -> Fact:
    reaction = wire.Reaction.model_validate(raw.get("reaction"))
    return ReactionChanged(
        **place.common(raw),
        wamid=message.id,
        sent_at=message.timestamp,
        sender=sender,
        target_wamid=reaction.message_id,
        emoji=reaction.emoji,
        is_history=is_history,
        echoed_to=echoed_to,
        group_id=message.group_id,
    )


def _edit(
    raw: Raw,
    message: wire.Message,
    place: Place,
    sender: Person,
    echoed_to: Person | None,
    is_history: bool,
) -> Fact:
    edit = wire.Edit.model_validate(raw.get("edit"))
    kind = edit.message.get("type")
    kind = kind if isinstance(kind, str) and kind else "text"
    said = content.read(edit.message, kind=kind, has_errors=False)
    return MessageEdited(
        **place.common(raw),
        wamid=message.id,
        sent_at=message.timestamp,
        sender=sender,
        original_wamid=edit.original_message_id,
        kind=kind,
        text=said.text,
        content=said.content,
        media=said.media,
        is_history=is_history,
        echoed_to=echoed_to,
        group_id=message.group_id,
    )


def _revoke(
    raw: Raw,
    message: wire.Message,
    place: Place,
    sender: Person,
    echoed_to: Person | None,
    is_history: bool,
) -> Fact:
    return MessageRevoked(
        **place.common(raw),
        wamid=message.id,
        sent_at=message.timestamp,
        sender=sender,
        original_wamid=wire.Revoke.model_validate(raw.get("revoke")).original_message_id,
        is_history=is_history,
        echoed_to=echoed_to,
        group_id=message.group_id,
    )


Special = Callable[[Raw, wire.Message, Place, Person, Person | None, bool], Fact]
SPECIAL: dict[str, Special] = {"reaction": _reaction, "edit": _edit, "revoke": _revoke}


def threads(value: Raw) -> Iterator[tuple[str, Any]]:
    """(person, message) of every thread of a `history` value."""
    for chunk in listed(value.get("history")):
        for thread in listed(chunk.get("threads") if isinstance(chunk, dict) else None):
            if isinstance(thread, dict):
                found = thread.get("id")
                thread_id = str(found) if isinstance(found, str | int) else ""
                for message in listed(thread.get("messages")):
                    yield thread_id, message


def listed(value: Any) -> list[Any]:
    """A list as it is; one object where a list belongs, as a list of it; nothing as nothing."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]
