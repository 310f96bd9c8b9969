"""The contacts as pages read them: the list by keyset, and all that one contact's page shows. Read only.

Who may see a contact follows from conversations (access.py); of a contact's threads, files and notices only those are
shown that the viewer may open.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import QueryDict

from accounts.models import Agent
from conversations import access, phones
from conversations.models import (
    Contact,
    Conversation,
    Direction,
    MediaFile,
    MediaState,
    Message,
)
from conversations.models.contacts import BY_NAME, called
from conversations.search import FEWEST_DIGITS, PHONE_QUERY, Page, words_of

ROWS: Final = 50
PICTURES: Final = 24
LINES: Final = 30
ORDERS: Final = ("new", "name")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list shows; the same values stand in its URL."""

    query: str = ""
    order: str = "new"
    stopped: bool = False  # only those who stopped marketing

    @classmethod
    def from_query(cls, query: QueryDict) -> Wanted:
        order = query.get("order", "")
        return cls(
            query=" ".join(query.get("q", "").replace("\0", " ").split())[:100],
            order=order if order in ORDERS else "new",
            stopped=query.get("stopped") == "1",
        )

    @property
    def url_query(self) -> str:
        said = {"q": self.query, "order": self.order, "stopped": "1" if self.stopped else ""}
        return urlencode({name: value for name, value in said.items() if value})


def page(agent: Agent, wanted: Wanted, *, after: str = "") -> Page[Contact]:
    """Each row has `threads`: its conversations that the agent may open."""
    parts = [
        _ordered(_wanted(part, agent, wanted), wanted.order, after).values("pk")[: ROWS + 1]
        for part in access.contacts_apart(agent)
    ]
    ids = [row["pk"] for part in parts for row in part]
    found = _ordered(Contact.objects.filter(pk__in=ids), wanted.order)
    rows = list(found.prefetch_related(threads(agent))[: ROWS + 1])
    more = _cursor(rows[ROWS - 1], wanted.order) if len(rows) > ROWS else ""
    return Page(rows[:ROWS], more)


def _wanted(found: QuerySet[Contact], agent: Agent, wanted: Wanted) -> QuerySet[Contact]:
    found = found.filter(erased_at=None)
    if wanted.stopped:
        found = found.exclude(marketing_stopped_at=None)
    for word in words_of(wanted.query):
        found = found.filter(named(agent, word))
    return found


def named(agent: Agent, word: str) -> Q:
    """Contacts with this word in a name, a company, an address or the digits that the agent sees."""
    wanted = called(word)
    digits = "".join(filter(str.isdigit, word))
    if PHONE_QUERY.fullmatch(word) and len(digits) >= FEWEST_DIGITS:
        wanted |= phones.matching(agent, digits)
    return wanted


def _ordered(found: QuerySet[Contact], order: str, after: str = "") -> QuerySet[Contact]:
    name, pk = _place(after)
    if order == "name":
        found = found.annotate(sort_name=BY_NAME).order_by("sort_name", "pk")
        if pk:
            found = found.filter(Q(sort_name__gt=name) | Q(sort_name=name, pk__gt=pk))
        return found
    return (found.filter(pk__lt=pk) if pk else found).order_by("-pk")


def _cursor(row: Contact, order: str) -> str:
    if order != "name":
        return str(row.pk)
    name = base64.urlsafe_b64encode(str(row.sort_name).encode()).decode()  # type: ignore[attr-defined]
    return f"{row.pk}.{name}"


def _place(after: str) -> tuple[str, int]:
    """Where the page above ended. One that was made up shows the first page."""
    pk, _dot, name = after.partition(".")
    if not (pk.isascii() and pk.isdecimal() and len(pk) <= 18):
        return "", 0
    try:
        words = base64.urlsafe_b64decode(name.encode()).decode()
    except (binascii.Error, ValueError):
        return "", 0
    return words.replace("\0", ""), int(pk)


def threads(agent: Agent) -> Prefetch[Any]:
    rows = access.conversations(agent).select_related("number", "assignee", "team")
    return Prefetch("conversations", rows.order_by("-last_at", "-pk"), to_attr="threads")


def media(agent: Agent, contact: Contact, *, before: str = "") -> Page[MediaFile]:
    """Files of all the threads that the agent may open, latest first."""
    holds = Message.objects.filter(media=OuterRef("pk"), conversation__in=_threads(agent, contact))
    found = MediaFile.objects.filter(
        Exists(holds), workspace_id=contact.workspace_id, state=MediaState.STORED
    )
    pk = _place(before)[1]
    if pk:
        found = found.filter(pk__lt=pk)
    rows = list(found.order_by("-pk")[: PICTURES + 1])
    return Page(rows[:PICTURES], str(rows[PICTURES - 1].pk) if len(rows) > PICTURES else "")


def history(agent: Agent, contact: Contact, *, before: str = "") -> Page[Message]:
    """What happened to the threads beside the messages: who took, moved, resolved, and what WhatsApp noticed."""
    found = Message.objects.filter(
        conversation__in=_threads(agent, contact), direction=Direction.SYSTEM
    ).exclude(kind="note")
    pk = _place(before)[1]
    if pk:
        found = found.filter(pk__lt=pk)
    rows = list(found.select_related("conversation__number").order_by("-pk")[: LINES + 1])
    return Page(rows[:LINES], str(rows[LINES - 1].pk) if len(rows) > LINES else "")


def _threads(agent: Agent, contact: Contact) -> list[int]:
    """A contact has one thread a number: few enough to name, and the index of messages is used."""
    return list(
        access.conversations(agent).filter(contact=contact).order_by().values_list("pk", flat=True)
    )


def thread_of(agent: Agent, contact: Contact, number_id: int) -> Conversation | None:
    return access.conversations(agent).filter(contact=contact, number_id=number_id).first()
