"""What the composer and the panel need to know of a conversation: read only, nothing is sent here."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Agent
from conversations import statuses, template_sources
from conversations.models import Conversation, Direction, Message
from conversations.words import kind_label
from templates_app import components, picking
from templates_app.models import Template
from templates_app.parts import MOMENT, VARIABLE, Variable
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
    is_moment: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A chosen template: its words, with the variables marked so that the browser can fill them as one types."""

    template: Template
    preview: components.Preview
    variables: tuple[FieldOf, ...]
    header_html: SafeString
    body_html: SafeString
    needs_file: bool
    file_kind: str
    accept: str

    @property
    def file_label(self) -> str:
        return kind_label(self.file_kind)


@dataclass(frozen=True, slots=True)
class Option:
    """A line of the picker."""

    template: Template
    group: str  # see templates_app/picking.py
    words: str
    search: str


@dataclass(frozen=True, slots=True)
class Offer:
    options: list[Option]
    has_more: bool

    @property
    def groups(self) -> list[tuple[str, list[Option]]]:
        """In their order; one that is empty is not among them."""
        found: dict[str, list[Option]] = {}
        for option in self.options:
            found.setdefault(option.group, []).append(option)
        return [(str(GROUP_WORDS[group]), rows) for group, rows in found.items()]


GROUP_WORDS = {
    picking.FAVOURITE: _("Favourites"),
    picking.RECENT: _("Used lately"),
    picking.OTHER: _("All templates"),
}


def offer(
    conversation: Conversation, agent: Agent, *, words: str = "", category: str = ""
) -> Offer:
    """What this person may send here, their own first, then what is in the contact's language."""
    found = picking.shelf(
        agent,
        [conversation.number.account_id],
        words=words,
        category=category,
        language=conversation.contact.language,
        with_codes=bool(conversation.contact.phone),
    )
    return Offer([_option(group, row) for group, row in found.rows], found.has_more)


def _option(group: str, template: Template) -> Option:
    layout = components.of(template)
    search = f"{template.name} {' '.join(components.texts(layout))}".lower()
    return Option(template, group, layout.body, search)


def choice(conversation: Conversation, agent: Agent, *, template_id: int) -> Choice | None:
    """One of them with its fields; None if it is not offered any more."""
    rows = picking.offered(agent, [conversation.number.account_id])
    found = rows.filter(pk=template_id).first()
    has_phone = bool(conversation.contact.phone)
    if found is None or not picking.can_be_filled(found, with_codes=has_phone):
        return None
    return _choice(found, _values(found, conversation, agent))


def fallbacks(conversation: Conversation, agent: Agent, *, words: str = "") -> list[Template]:
    """For a message that goes out later. Without those that need a file: nobody is there to choose one at that hour."""
    found = picking.shelf(
        agent,
        [conversation.number.account_id],
        words=words,
        language=conversation.contact.language,
        with_files=False,
        with_codes=bool(conversation.contact.phone),
    )
    return [row for _group, row in found.rows]


def for_many(agent: Agent, accounts: Iterable[int], *, words: str = "") -> picking.Shelf:
    """Templates that may go to many at once: without a file of their own to add."""
    return picking.shelf(agent, accounts, words=words, with_files=False)


def for_all_of_them(agent: Agent, accounts: Iterable[int], *, template_id: int) -> Choice | None:
    """One of those, with its fields: what is the same for everybody, and what is filled in for each."""
    found = picking.offered(agent, accounts).filter(pk=template_id).first()
    if found is None or not picking.can_be_filled(found, with_files=False):
        return None
    return _choice(found, template_sources.for_each(found, components.of(found)))


def _values(template: Template, conversation: Conversation, agent: Agent) -> dict[str, str]:
    layout = components.of(template)
    return template_sources.values_for(template, layout, conversation, agent)


def _choice(template: Template, values: Mapping[str, str]) -> Choice:
    layout = components.of(template)
    known = {variable.key: values.get(variable.key, "") for variable in layout.variables}
    fields = tuple(
        FieldOf(
            key=variable.key,
            label=_variable_label(variable),
            value=known[variable.key],
            example=variable.example,
            is_moment=variable.kind == MOMENT,
        )
        for variable in layout.variables
    )
    accept = ",".join(sorted(media.limits[layout.file_kind].mimes)) if layout.needs_file else ""
    return Choice(
        template=template,
        preview=components.preview(layout, {}),
        variables=fields,
        header_html=_with_slots(layout, "header", known),
        body_html=_with_slots(layout, "body", known),
        needs_file=layout.needs_file,
        file_kind=layout.file_kind,
        accept=accept,
    )


def _variable_label(variable: Variable) -> str:
    card = re.fullmatch(r"card\.(\d+)\..+", variable.key)
    if card:
        return gettext("Card {n}: {name}").format(n=int(card[1]) + 1, name=_braced(variable))
    place = variable.key.partition(".")[0]
    shown = {
        "header": gettext("Title: {name}"),
        "body": gettext("Text: {name}"),
        "offer": gettext("The offer ends"),
    }.get(place, gettext("Link: {name}"))
    return shown.format(name=_braced(variable))


def _braced(variable: Variable) -> str:
    return f"{{{{{variable.name}}}}}"


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
