"""Replies kept ready: whose they are, and what they say to one contact. Who may change one is decided here as well."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.core.files import File
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from accounts import masking
from accounts.models import SEES_EVERY_CONVERSATION, Agent, Role, Team
from conversations.models import CannedReply, Conversation
from conversations.refusals import MediaRefused
from whatsapp import file_names, media, sniffing

VARIABLE: Final = re.compile(r"\{\{\s*([^\s{}][^{}]{0,60}?)\s*\}\}")
_LEFT_OUT: Final = re.compile(r"(\s*)" + VARIABLE.pattern)
KNOWN: Final = (
    "contact.name", "contact.first_name", "contact.phone", "agent.name", "agent.first_name", "number.name",
)  # fmt: skip


class ShortcodeTaken(Exception):
    """Another reply of the same people has this shortcode."""


class NotYours(Exception):
    """Shared replies are changed by managers, personal ones by their owner."""


def visible_to(agent: Agent) -> QuerySet[CannedReply]:
    """Everybody's, those of the agent's teams (managers: of all teams), and the agent's own."""
    here = CannedReply.objects.filter(workspace_id=agent.workspace_id)
    shared = Q(owner=None, team=None) | Q(team__in=agent.teams.all())
    if agent.role in SEES_EVERY_CONVERSATION:
        shared |= Q(owner=None)
    return here.filter(shared | Q(owner=agent)).distinct()


def may_change(agent: Agent, reply: CannedReply) -> bool:
    if reply.owner_id is not None:
        return reply.owner_id == agent.pk
    return reply.workspace_id == agent.workspace_id and agent.role in SEES_EVERY_CONVERSATION


def save(
    reply: CannedReply,
    *,
    agent: Agent,
    shortcode: str,
    text: str,
    team: Team | None,
    is_own: bool,
    buttons: Sequence[str] = (),
    file: File[Any] | None = None,
    keeps_file: bool = True,
) -> CannedReply:
    """A new one or a changed one. Who may not share gets a personal one. `file` takes the place of the one there is."""
    if reply.pk and not may_change(agent, reply):
        raise NotYours
    if agent.role not in SEES_EVERY_CONVERSATION:
        team, is_own = None, True
    reply.workspace_id = agent.workspace_id
    reply.owner, reply.team = (agent, None) if is_own else (None, team)
    reply.shortcode, reply.text, reply.buttons = shortcode, text, list(buttons)
    if file is not None:
        _attach(reply, file)
    elif not keeps_file:
        reply.file, reply.file_name, reply.file_type = "", "", ""
    columns = ["owner", "team", "shortcode", "text", "buttons", "file", "file_name", "file_type"]
    changed = None if reply.pk is None else columns
    try:
        with transaction.atomic():
            reply.save(update_fields=changed)
    except IntegrityError as taken:
        raise ShortcodeTaken from taken
    return reply


def _attach(reply: CannedReply, file: File[Any]) -> None:
    """Raises MediaRefused in words where WhatsApp would not take it."""
    name = file_names.taken(file.name)
    mime = sniffing.mime_in(file, name)
    if problem := media.check(mime, file.size or 0, media.kind_for(mime)):
        raise MediaRefused(problem)
    reply.file, reply.file_name, reply.file_type = file, name, mime


def delete(reply: CannedReply, *, agent: Agent) -> None:
    if not may_change(agent, reply):
        raise NotYours
    reply.delete()


def count_use(reply_id: int, *, agent: Agent, at: datetime) -> None:
    found = visible_to(agent).filter(pk=reply_id).values("pk")
    CannedReply.objects.filter(pk__in=found).update(used_count=F("used_count") + 1, used_at=at)


def values_for(conversation: Conversation, agent: Agent | None) -> dict[str, str]:
    """What stands for the variables here; empty where we do not know. `agent`: who writes, or has it; else None."""
    name = conversation.contact.name or conversation.contact.profile_name
    me = agent.name if agent else ""
    phones = agent.phones if agent else conversation.workspace.phones_for(Role.AGENT)
    with masking.shown(phones):
        phone = conversation.contact.shown_phone
        if masking.name(name) != name:
            name = ""  # a number for a name: what this agent may not see, their words may not say
    return {
        "contact.name": name,
        "contact.first_name": name.split(" ")[0],
        "contact.phone": phone,
        "agent.name": me,
        "agent.first_name": me.split(" ")[0],
        "number.name": conversation.number.verified_name or conversation.number.label,
    }


def filled(text: str, values: dict[str, str]) -> str:
    """Variables that have no value stay, for the agent to see: they cannot be sent (admission.check_filled)."""
    return VARIABLE.sub(lambda found: values.get(found[1].lower()) or found[0], text)


def unknown(text: str) -> list[str]:
    """Variables, as written, for which nothing is ever filled in."""
    return [found[0] for found in VARIABLE.finditer(text) if found[1].lower() not in KNOWN]


def said(text: str, values: dict[str, str]) -> str:
    """What goes out by itself, with nobody to look at it: a variable without a value is left out.

    “Hello {{contact.first_name}}!” becomes “Hello!”, and “{{contact.first_name}}, hello” becomes “hello”.
    """
    lines = []
    for line in text.split("\n"):
        whole = _LEFT_OUT.sub(lambda found: found[0] if values.get(found[2].lower()) else "", line)
        lines.append(filled(whole if whole == line else whole.lstrip(" ,;:.!—-"), values))
    return "\n".join(lines)
