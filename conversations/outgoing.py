"""A message of ours as the body of Meta's send call. Pure: it reads rows and writes nothing.

What `content` holds by kind: text `{body}`; image, video, audio, document, sticker `{caption}` beside the file; place
(location) and interactive as Meta has them; contacts `{contacts: [{name, phones, …}]}`; reaction `{emoji}`; template
`{name, language, category, components, preview, files}`
where `components` are the filled ones without their files, and `files` those of its cards.
"""

from __future__ import annotations

from typing import Any

from conversations import card_files
from conversations.models import Contact, MediaFile, Message
from templates_app import components
from whatsapp import payloads
from whatsapp.payloads import Address, Payload

FILE_KINDS = frozenset({"image", "video", "audio", "document", "sticker"})


def address_of(contact: Contact) -> Address:
    """ValueError if nothing is known that Meta could send to."""
    return Address(wa_id=contact.phone, user_id=contact.user_id)


def payload(message: Message, contact: Contact, *, ours: str = "") -> Payload:
    """`ours` comes back with every status. ValueError if the message cannot be written as a call."""
    to, content, quote = address_of(contact), message.content, message.quoted_wamid
    match message.kind:
        case "text":
            return payloads.text(to, message.text, quote=quote, ours=ours)
        case kind if kind in FILE_KINDS:
            return _file(message, to, quote=quote, ours=ours)
        case "template":
            return payloads.template(
                to,
                content["name"],
                language=content["language"],
                components=_template_components(message),
                quote=quote,
                ours=ours,
            )
        case "location":
            return payloads.location(
                to,
                content["latitude"],
                content["longitude"],
                name=content.get("name", ""),
                address=content.get("address", ""),
                quote=quote,
                ours=ours,
            )
        case "contacts":
            cards = [_card(card) for card in content["contacts"]]
            return payloads.contacts(to, cards, quote=quote, ours=ours)
        case "reaction":
            return payloads.reaction(to, quote, content["emoji"], ours=ours)
        case "interactive":
            return payloads.addressed(to, "interactive", content, quote=quote, ours=ours)
    raise ValueError(f"a message of kind {message.kind!r} cannot be sent")


def _file(message: Message, to: Address, *, quote: str, ours: str) -> Payload:
    media = message.media
    if media is None:
        raise ValueError("the file is gone")
    return payloads.media(
        to,
        message.kind,
        media_id=media.meta_id,
        caption=message.text,
        filename=media.filename,
        is_voice=media.is_voice,
        quote=quote,
        ours=ours,
    )


def _template_components(message: Message) -> list[dict[str, Any]]:
    filled: list[dict[str, Any]] = list(message.content.get("components", []))
    files = {key: (file.kind, _named(file)) for key, file in card_files.carried_by(message).items()}
    if message.media is not None:
        files[components.HEADER_FILE] = (message.media.kind, _named(message.media))
    return components.with_files(filled, files)


def _named(media: MediaFile) -> dict[str, Any]:
    """A document keeps its name."""
    named = media.kind == "document" and media.filename
    return {"id": media.meta_id} | ({"filename": media.filename} if named else {})


def _card(card: dict[str, Any]) -> dict[str, Any]:
    """Meta wants the whole name and one part of it besides."""
    name = str(card.get("name", "")).strip()
    first, _space, last = name.partition(" ")
    shown = {"formatted_name": name, "first_name": first} | ({"last_name": last} if last else {})
    rest = {key: value for key, value in card.items() if key not in ("name", "origin") and value}
    return {"name": shown, **rest}
