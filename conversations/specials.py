"""What the composer sends besides words, files and templates: buttons, lists, links, places, contact cards.

The browser sends one JSON object; it is read here, strictly, and becomes a draft for the outbox, now or at its hour.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Annotated, Any, Literal, TypeAlias, Unpack

from django.utils.translation import gettext
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from accounts import masking
from accounts.models import Agent
from conversations import access, admission
from conversations.admission import Draft
from conversations.models import Conversation, Message
from conversations.outgoing import address_of
from conversations.queueing import How, queue
from conversations.refusals import Refusal
from whatsapp import payloads
from whatsapp.payloads import Address, Choice, Payload, text_header


def _storable(said: object) -> object:
    """Without NUL, which PostgreSQL does not keep."""
    return said.replace("\0", "") if isinstance(said, str) else said


Text: TypeAlias = Annotated[str, BeforeValidator(_storable)]
Words: TypeAlias = Annotated[Text, Field(max_length=8192)]


@dataclass(eq=False)
class Unreadable(Refusal):
    code = "special_unreadable"

    @property
    def what(self) -> str:
        return gettext("This message is not complete.")

    @property
    def todo(self) -> str:
        return gettext("Look through its fields and send again.")


@dataclass(eq=False)
class CardIncomplete(Refusal):
    code = "card_incomplete"

    @property
    def what(self) -> str:
        return gettext("A contact card needs a name, and a number or an e-mail address.")


class _Special(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class _Said(_Special):
    body: Words
    header: Words = ""
    footer: Words = ""


class Buttons(_Said):
    type: Literal["buttons"]
    choices: list[Words] = Field(max_length=10)


class Row(_Special):
    title: Words
    description: Words = ""


class Section(_Special):
    title: Words = ""
    rows: list[Row] = Field(max_length=20)


class ChoiceList(_Said):
    type: Literal["list"]
    button: Words
    sections: list[Section] = Field(max_length=20)


class Link(_Said):
    type: Literal["link"]
    label: Words
    url: Words


class AskLocation(_Special):
    type: Literal["ask_location"]
    body: Words


class Place(_Special):
    type: Literal["location"]
    latitude: float
    longitude: float
    name: Annotated[Text, Field(max_length=1000)] = ""
    address: Annotated[Text, Field(max_length=1000)] = ""


class Card(_Special):
    """One of our own contacts, or what somebody typed."""

    contact: int | None = Field(default=None, ge=1, le=2**62)
    name: Annotated[Text, Field(max_length=300)] = ""
    phone: Annotated[Text, Field(max_length=40)] = ""
    email: Annotated[Text, Field(max_length=254)] = ""
    company: Annotated[Text, Field(max_length=300)] = ""


class Cards(_Special):
    type: Literal["contacts"]
    cards: list[Card] = Field(min_length=1, max_length=10)


Special: TypeAlias = Buttons | ChoiceList | Link | AskLocation | Place | Cards
Write: TypeAlias = Callable[[Conversation], Draft]
_ANY: TypeAdapter[Special] = TypeAdapter(Annotated[Special, Field(discriminator="type")])


def read(text: str) -> Special:
    """Raises Unreadable. Meta's limits are not asked here: the verbs answer for them in words."""
    try:
        return _ANY.validate_json(text)
    except ValidationError as problem:
        raise Unreadable from problem


def kept(said: dict[str, Any]) -> Special:
    """What was read before, and stored."""
    return _ANY.validate_python(said)


def send(conversation_id: int, special: Special, **how: Unpack[How]) -> Message:
    """Queue what the object means."""
    return queue(conversation_id, writer(special, how["agent"]), **how)


def writer(special: Special, agent: Agent) -> Write:
    """How it is written for a conversation; raises a Refusal. `agent`: whose eyes choose our own contacts."""
    match special:
        case Place():
            return partial(_place, special)
        case Cards():
            return partial(_cards, [_card(card, agent) for card in special.cards])
        case _:
            return partial(_interactive, special)


def _place(special: Place, _conversation: Conversation) -> Draft:
    content: dict[str, Any] = {"latitude": special.latitude, "longitude": special.longitude}
    words = {"name": special.name, "address": special.address}
    content |= {key: word for key, word in words.items() if word}
    return Draft(kind="location", text=", ".join(filter(None, words.values())), content=content)


def _cards(cards: list[dict[str, Any]], _conversation: Conversation) -> Draft:
    """In the shape that inbound ones have: `{name, phones: [{phone}], emails, …}`."""
    words = ", ".join(str(card.get("name", "")) for card in cards)
    return Draft(kind="contacts", text=words, content={"contacts": cards})


def _interactive(
    special: Buttons | ChoiceList | Link | AskLocation, conversation: Conversation
) -> Draft:
    said = _payload(special, address_of(conversation.contact))["interactive"]
    admission.check_filled(said["body"]["text"])
    return Draft(kind="interactive", text=said["body"]["text"], content=said)


def _payload(special: Buttons | ChoiceList | Link | AskLocation, to: Address) -> Payload:
    body = special.body.strip()
    match special:
        case Buttons():
            choices = [Choice(id=str(n), title=title) for n, title in enumerate(special.choices, 1)]
            return payloads.buttons(to, body, choices, **_frame(special))
        case ChoiceList():
            more = {"header": special.header, "footer": special.footer}
            sections = _sections(special)
            return payloads.choice_list(to, body, button=special.button, sections=sections, **more)
        case Link():
            return payloads.cta_url(
                to, body, label=special.label, url=special.url, **_frame(special)
            )
        case AskLocation():
            return payloads.location_request(to, body)


def _sections(special: ChoiceList) -> list[tuple[str, list[Choice]]]:
    """Every row with a number of its own, over all sections."""
    numbers = count(1)
    return [
        (
            section.title,
            [
                Choice(id=str(next(numbers)), title=row.title, description=row.description)
                for row in section.rows
            ],
        )
        for section in special.sections
    ]


def _frame(said: _Said) -> dict[str, Any]:
    return {
        "header": text_header(said.header) if said.header else None,
        "footer": said.footer,
    }


def _card(card: Card, agent: Agent) -> dict[str, Any]:
    """Who does not see whole numbers does not hand them on."""
    if card.contact is not None and agent.phones == masking.FULL:
        contact = access.contacts(agent).filter(pk=card.contact).first()
        if contact is None or not contact.phone:
            raise CardIncomplete
        phone = {"phone": contact.shown_phone, "type": "CELL", "wa_id": contact.phone}
        return {"name": contact.shown_name, "phones": [phone]}
    if not card.name or not (card.phone or card.email):
        raise CardIncomplete
    written: dict[str, Any] = {"name": card.name}
    if card.phone:
        written["phones"] = [{"phone": card.phone, "type": "CELL"}]
    if card.email:
        written["emails"] = [{"email": card.email, "type": "WORK"}]
    if card.company:
        written["org"] = {"company": card.company}
    return written


def written(message: Message) -> str:
    """The object that this message was made from, as JSON, for the composer to open it again; empty if none."""
    content = message.content
    if message.kind == "location":
        return json.dumps({"type": "location", **content}, ensure_ascii=False)
    if message.kind != "interactive":
        return ""
    said: dict[str, Any] = {"body": content["body"]["text"]}
    if words := content.get("header", {}).get("text"):
        said["header"] = words
    if words := content.get("footer", {}).get("text"):
        said["footer"] = words
    action = content["action"]
    match content["type"]:
        case "button":
            choices = [button["reply"]["title"] for button in action["buttons"]]
            said |= {"type": "buttons", "choices": choices}
        case "list":
            sections = [
                {
                    "title": section.get("title", ""),
                    "rows": [
                        {"title": row["title"], "description": row.get("description", "")}
                        for row in section["rows"]
                    ],
                }
                for section in action["sections"]
            ]
            said |= {"type": "list", "button": action["button"], "sections": sections}
        case "cta_url":
            parameters = action["parameters"]
            said |= {
                "type": "link",
                "label": parameters["display_text"],
                "url": parameters["url"],
            }
        case _:
            said |= {"type": "ask_location"}
    return json.dumps(said, ensure_ascii=False)
