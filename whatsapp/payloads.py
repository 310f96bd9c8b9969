"""The bodies of `POST /{number}/messages`, built and nothing more. `checks.problems` says what
Meta would refuse in one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from whatsapp.checks import problems
from whatsapp.problem import Problem

Payload: TypeAlias = dict[str, Any]
__all__ = [
    "Address",
    "Choice",
    "Payload",
    "Problem",
    "buttons",
    "choice_list",
    "contacts",
    "cta_url",
    "location",
    "location_request",
    "mark_read",
    "media",
    "media_header",
    "problems",
    "reaction",
    "template",
    "text",
    "text_header",
]

BSUID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """To whom: a phone number, else a business-scoped user id. In `to` a BSUID would vanish
    without a word.
    """

    wa_id: str = ""
    user_id: str = ""

    def __post_init__(self) -> None:
        if not self.wa_id and not self.user_id:
            raise ValueError("an address needs a number or a user id")
        if self.wa_id and not self._digits:
            raise ValueError("a number has digits; a user id belongs in user_id")

    @property
    def _digits(self) -> str:
        if BSUID.fullmatch(self.wa_id):
            return ""
        return "".join(character for character in self.wa_id if character in "0123456789")

    @property
    def as_recipient(self) -> Payload:
        """Always with "+": without it Meta may put the business's own country code in front."""
        if self.wa_id:
            return {"to": f"+{self._digits}"}
        return {"recipient": self.user_id}

    @property
    def as_user(self) -> dict[str, str]:
        """The same for the block list."""
        return {"user": f"+{self._digits}"} if self.wa_id else {"user_id": self.user_id}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A reply button, or a row of a list."""

    id: str
    title: str
    description: str = ""


def text(
    to: Address, body: str, *, preview_url: bool = True, quote: str = "", ours: str = ""
) -> Payload:
    """`quote` is the wamid answered to; `ours` comes back with every status
    (`biz_opaque_callback_data`).
    """
    return addressed(to, "text", {"body": body, "preview_url": preview_url}, quote=quote, ours=ours)


def media(
    to: Address,
    kind: str,
    *,
    media_id: str = "",
    link: str = "",
    caption: str = "",
    filename: str = "",
    is_voice: bool = False,
    quote: str = "",
    ours: str = "",
) -> Payload:
    """`kind` is image, video, audio, document or sticker; the file by id or by link."""
    if bool(media_id) == bool(link):
        raise ValueError("a file goes by its id or by a link")
    file: Payload = {"id": media_id} if media_id else {"link": link}
    if caption and kind in ("image", "video", "document"):
        file["caption"] = caption
    if filename and kind == "document":
        file["filename"] = filename
    if is_voice and kind == "audio":
        file["voice"] = True
    return addressed(to, kind, file, quote=quote, ours=ours)


def template(
    to: Address,
    name: str,
    *,
    language: str,
    components: Sequence[Mapping[str, Any]] = (),
    quote: str = "",
    ours: str = "",
) -> Payload:
    """`components` as Meta wants them in a send: header, body and button parameters."""
    chosen: Payload = {"name": name, "language": {"code": language}}
    if components:
        chosen["components"] = [dict(component) for component in components]
    return addressed(to, "template", chosen, quote=quote, ours=ours)


def buttons(
    to: Address,
    body: str,
    choices: Sequence[Choice],
    *,
    header: Payload | None = None,
    footer: str = "",
    quote: str = "",
    ours: str = "",
) -> Payload:
    """One to three reply buttons."""
    action = {
        "buttons": [
            {"type": "reply", "reply": {"id": choice.id, "title": choice.title}}
            for choice in choices
        ]
    }
    return _interactive(
        to, "button", body, action, header=header, footer=footer, quote=quote, ours=ours
    )


def choice_list(
    to: Address,
    body: str,
    *,
    button: str,
    sections: Sequence[tuple[str, Sequence[Choice]]],
    header: str = "",
    footer: str = "",
    quote: str = "",
    ours: str = "",
) -> Payload:
    """A list behind a button: titled sections, ten rows in all."""
    shown = [
        {**({"title": title} if title else {}), "rows": [_row(choice) for choice in rows]}
        for title, rows in sections
    ]
    return _interactive(
        to,
        "list",
        body,
        {"button": button, "sections": shown},
        header=text_header(header) if header else None,
        footer=footer,
        quote=quote,
        ours=ours,
    )


def cta_url(
    to: Address,
    body: str,
    *,
    label: str,
    url: str,
    header: Payload | None = None,
    footer: str = "",
    quote: str = "",
    ours: str = "",
) -> Payload:
    """A button that opens a page."""
    action = {"name": "cta_url", "parameters": {"display_text": label, "url": url}}
    return _interactive(
        to, "cta_url", body, action, header=header, footer=footer, quote=quote, ours=ours
    )


def location_request(to: Address, body: str, *, quote: str = "", ours: str = "") -> Payload:
    """Ask the person where they are."""
    return _interactive(
        to, "location_request_message", body, {"name": "send_location"}, quote=quote, ours=ours
    )


def reaction(to: Address, wamid: str, emoji: str, *, ours: str = "") -> Payload:
    """An empty emoji takes the reaction back. A reaction cannot quote."""
    return addressed(to, "reaction", {"message_id": wamid, "emoji": emoji}, ours=ours)


def location(
    to: Address,
    latitude: float,
    longitude: float,
    *,
    name: str = "",
    address: str = "",
    quote: str = "",
    ours: str = "",
) -> Payload:
    place: Payload = {"latitude": latitude, "longitude": longitude}
    if name:
        place["name"] = name
    if address:
        place["address"] = address
    return addressed(to, "location", place, quote=quote, ours=ours)


def contacts(
    to: Address, cards: Sequence[Mapping[str, Any]], *, quote: str = "", ours: str = ""
) -> Payload:
    """Contact cards as Meta has them: `name` with `formatted_name` and one more part,
    `phones`, ...
    """
    return addressed(to, "contacts", [dict(card) for card in cards], quote=quote, ours=ours)


def mark_read(wamid: str, *, typing: bool = False) -> Payload:
    """The read receipt; with `typing` the person also sees that an answer is being written,
    for 25 s at most.
    """
    payload: Payload = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    if typing:
        payload["typing_indicator"] = {"type": "text"}
    return payload


def text_header(words: str) -> Payload:
    return {"type": "text", "text": words}


def media_header(kind: str, *, media_id: str = "", link: str = "") -> Payload:
    """`kind` is image, video or document."""
    return {"type": kind, kind: {"id": media_id} if media_id else {"link": link}}


def _row(choice: Choice) -> Payload:
    row: Payload = {"id": choice.id, "title": choice.title}
    if choice.description:
        row["description"] = choice.description
    return row


def _interactive(
    to: Address,
    kind: str,
    body: str,
    action: Payload,
    *,
    header: Payload | None = None,
    footer: str = "",
    quote: str = "",
    ours: str = "",
) -> Payload:
    shown: Payload = {"type": kind, "body": {"text": body}, "action": action}
    if header:
        shown["header"] = header
    if footer:
        shown["footer"] = {"text": footer}
    return addressed(to, "interactive", shown, quote=quote, ours=ours)


def addressed(to: Address, kind: str, said: Any, *, quote: str = "", ours: str = "") -> Payload:
    """The body around what is said: for the builders above, and for objects they built earlier."""
    payload: Payload = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **to.as_recipient,
        "type": kind,
        kind: said,
    }
    if quote:
        payload["context"] = {"message_id": quote}
    if ours:
        payload["biz_opaque_callback_data"] = ours
    return payload
