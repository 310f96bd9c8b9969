"""What the composer and the panel need to know of a conversation: read only, nothing is sent here."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from accounts.models import Agent
from conversations import statuses
from conversations.models import Contact, Conversation, Direction, Message
from conversations.words import kind_label
from templates_app import components
from templates_app.models import Template
from templates_app.parts import VARIABLE, Variable
from whatsapp import media

BLANK_TOKEN = uuid.UUID(int=0)


def blank(conversation: Conversation, agent: Agent) -> Message:
    """The bubble that the browser clones for what the agent has just sent, before the server answers."""
    return Message(
        token=BLANK_TOKEN,
        conversation=conversation,
        workspace_id=conversation.workspace_id,
        number_id=conversation.number_id,
        direction=Direction.OUT,
        kind="text",
        author=agent,
        status=statuses.QUEUED,
        at=timezone.now(),
    )


def media_limits() -> str:
    """Meta's limits for files (whatsapp/media.py) as JSON, so that the browser refuses before it uploads."""
    kinds = {
        kind: {"bytes": limit.max_bytes, "mimes": sorted(limit.mimes)}
        for kind, limit in media.limits.items()
    }
    words = {
        "size": gettext("“{name}” has {size}; WhatsApp takes up to {limit} for this kind of file."),
        "empty": gettext("“{name}” is empty."),
    }
    return json.dumps({"kinds": kinds, "words": words}, ensure_ascii=False)


def new_token() -> uuid.UUID:
    return uuid.uuid4()


@dataclass(frozen=True, slots=True)
class FieldOf:
    """A variable of a template as a field of the picker."""

    key: str
    label: str
    value: str
    example: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A template in the picker: its words, with the variables marked so that the browser can fill them as one types."""

    template: Template
    preview: components.Preview
    search: str
    variables: tuple[FieldOf, ...]
    header_html: SafeString
    body_html: SafeString
    needs_file: bool
    file_kind: str
    accept: str

    @property
    def file_label(self) -> str:
        return kind_label(self.file_kind)


def choices(conversation: Conversation) -> list[Choice]:
    """What may be sent now: approved, of this number's account; those in the contact's language first."""
    found = Template.objects.of(conversation.number.account_id).sendable()
    contact = conversation.contact
    by_language = sorted(
        found, key=lambda row: (not row.language.startswith(contact.language or "?"), row.name)
    )
    shown = [_choice(template, contact) for template in by_language]
    return [choice for choice in shown if not components.of(choice.template).unsupported]


def for_many(accounts: Iterable[int]) -> list[Choice]:
    """Templates that may go to many at once: approved, and without a file of their own to add."""
    found = (
        Template.objects.filter(account__in=list(accounts)).sendable().order_by("name", "language")
    )
    made = [_choice(template, Contact()) for template in found]
    return [
        one for one in made if not one.needs_file and not components.of(one.template).unsupported
    ]


def _choice(template: Template, contact: Contact) -> Choice:
    layout = components.of(template)
    known = {variable.key: _guess(variable, contact) for variable in layout.variables}
    fields = tuple(
        FieldOf(
            key=variable.key,
            label=_variable_label(variable),
            value=known[variable.key],
            example=variable.example,
        )
        for variable in layout.variables
    )
    accept = ",".join(sorted(media.limits[layout.file_kind].mimes)) if layout.needs_file else ""
    return Choice(
        template=template,
        preview=components.preview(layout, {}),
        search=f"{template.name} {' '.join(components.texts(layout))}".lower(),
        variables=fields,
        header_html=_with_slots(layout, "header", known),
        body_html=_with_slots(layout, "body", known),
        needs_file=layout.needs_file,
        file_kind=layout.file_kind,
        accept=accept,
    )


def _guess(variable: Variable, contact: Contact) -> str:
    """A named variable that asks for the person's name is filled in already."""
    if variable.name in ("name", "first_name", "customer_name"):
        return (contact.name or contact.profile_name).split(" ")[0]
    return ""


def _variable_label(variable: Variable) -> str:
    place = variable.key.partition(".")[0]
    shown = {
        "header": gettext("Title: {name}"),
        "body": gettext("Text: {name}"),
    }.get(place, gettext("Link: {name}"))
    return shown.format(name=f"{{{{{variable.name}}}}}")


def _with_slots(layout: components.Layout, place: str, known: dict[str, str]) -> SafeString:
    """The words with a <span data-var> for every variable."""
    text = layout.header if place == "header" else layout.body
    by_name = {variable.name: variable for variable in layout.among(place)}
    parts = VARIABLE.split(text)
    return format_html_join(
        "",
        "{}",
        (
            (
                format_html(
                    '<span data-var="{}" data-empty="{}">{}</span>',
                    by_name[part].key,
                    f"{{{{{part}}}}}",
                    known[by_name[part].key] or f"{{{{{part}}}}}",
                )
                if index % 2 and part in by_name
                else part,
            )
            for index, part in enumerate(parts)
        ),
    )
