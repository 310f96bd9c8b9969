"""What the screens read: pages of the list, of a thread, and what changed.

The cost grows with the page shown, not with history: keyset pages, and counts that stop at 999.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Generic, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import QueryDict

from accounts.models import Agent
from accounts.seats import Place, can_see
from conversations import access, phones
from conversations.models import (
    Contact,
    Conversation,
    ConversationStatus,
    Mention,
    Message,
    ReadMark,
)
from conversations.models.messages import MessageQuerySet
from conversations.models.threads import ConversationQuerySet
from events.models import Event

ROWS = 50
BUBBLES = 40
COUNT_LIMIT = 999
CHANGES_LIMIT = 200

FEWEST_DIGITS = 3  # of a phone number, to be searched for as one
DIGITS_OF_BIGINT = 18
PHONE_QUERY = re.compile(r"\+?[\d\s().\-\u2010-\u2015]+")

TABS = ("mine", "unassigned", "all")
STATUSES = (*ConversationStatus.values, "any")

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """`more` is the cursor of the next page, empty at the end. Of a thread it leads to what is older, `newer` back."""

    rows: list[Row]
    more: str = ""
    newer: str = ""


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list shows; the same values stand in its URL."""

    tab: str = "mine"
    status: str = ConversationStatus.OPEN
    number: int | None = None
    query: str = ""
    mentioned: bool = False  # only where this agent is named in a note not read yet

    @classmethod
    def from_query(cls, query: QueryDict) -> Filters:
        tab, status, number = query.get("tab", ""), query.get("status", ""), query.get("number", "")
        return cls(
            tab=tab if tab in TABS else "mine",
            status=status if status in STATUSES else ConversationStatus.OPEN,
            number=int(number)
            if number.isascii() and number.isdigit() and len(number) < 10
            else None,
            query=" ".join(query.get("q", "").replace("\0", " ").split())[:100],
            mentioned=query.get("mentioned") == "1",
        )

    @property
    def url_query(self) -> str:
        chosen: dict[str, object] = {"tab": self.tab}
        if self.status != ConversationStatus.OPEN:
            chosen["status"] = self.status
        if self.number:
            chosen["number"] = self.number
        if self.query:
            chosen["q"] = self.query
        if self.mentioned:
            chosen["mentioned"] = 1
        return urlencode(chosen)

    def on(self, tab: str) -> Filters:
        return replace(self, tab=tab)

    def with_status(self, status: str) -> Filters:
        return replace(self, status=status)

    def with_number(self, number: int | None) -> Filters:
        return replace(self, number=number)


def filtered(agent: Agent, filters: Filters) -> ConversationQuerySet:
    """All that the list would show, page after page; exports hold the same."""
    found = access.conversations(agent)
    if filters.status != "any":
        found = found.filter(status=filters.status)
    if filters.number:
        found = found.filter(number_id=filters.number)
    if filters.mentioned:
        found = found.filter(pk__in=mentions(agent))
    if words := _words(filters.query):
        found = found.filter(contact__in=_people(agent, words))
    if filters.tab == "mine":
        return found.filter(assignee=agent)
    return found.unassigned() if filters.tab == "unassigned" else found


def _words(query: str) -> list[str]:
    """What must all be found. A phone number written with spaces is one word."""
    if PHONE_QUERY.fullmatch(query) and sum(map(str.isdigit, query)) >= FEWEST_DIGITS:
        return [query]
    return query.split()


def _people(agent: Agent, words: Iterable[str]) -> QuerySet[Contact]:
    """Contacts that have every one of the words in a name or a number. Asked apart, so that their index is used."""
    found = Contact.objects.filter(workspace_id=agent.workspace_id)
    for word in words:
        wanted = (
            Q(name__icontains=word)
            | Q(profile_name__icontains=word)
            | Q(username__icontains=word.removeprefix("@"))
        )
        digits = "".join(filter(str.isdigit, word))
        if PHONE_QUERY.fullmatch(word) and len(digits) >= FEWEST_DIGITS:
            wanted |= phones.matching(agent, digits)
        found = found.filter(wanted)
    return found


def _whole(text: str) -> int | None:
    """A number as it stands in a URL; None for anything else, and for what no column can hold."""
    if not (text.isascii() and text.isdigit() and len(text) <= DIGITS_OF_BIGINT):
        return None
    return int(text)


def keyset(cursor: str) -> tuple[datetime, int] | None:
    """A cursor as it stands in a URL; None for anything that we did not write ourselves."""
    at, _mark, pk = cursor.partition("_")
    micros, number = _whole(at), _whole(pk)
    if micros is None or number is None:
        return None
    try:
        return datetime.fromtimestamp(micros / 1_000_000, UTC), number
    except (ValueError, OverflowError, OSError):
        return None


def cursor_of(at: datetime, pk: int) -> str:
    return f"{round(at.timestamp() * 1_000_000)}_{pk}"


def inbox(agent: Agent, filters: Filters, *, before: str = "") -> Page[Conversation]:
    """A page of the list, latest first, each row with `seen_count` of this agent."""
    found = filtered(agent, filters)
    if after := keyset(before):
        at, pk = after
        found = found.filter(listed_at__lte=at).exclude(listed_at=at, pk__gte=pk)
    rows = list(with_seen(found, agent).for_list().order_by("-listed_at", "-pk")[: ROWS + 1])
    more = cursor_of(rows[ROWS - 1].stands_at, rows[ROWS - 1].pk) if len(rows) > ROWS else ""
    return Page(rows[:ROWS], more)


def mentions(agent: Agent) -> list[int]:
    """Conversations in which a note names this agent, and they have not looked since."""
    visible = access.conversations(agent)
    found = Mention.objects.filter(agent=agent, read_at=None, message__conversation__in=visible)
    return sorted(set(found.values_list("message__conversation_id", flat=True)[:COUNT_LIMIT]))


def with_seen(found: ConversationQuerySet, agent: Agent) -> ConversationQuerySet:
    mark = ReadMark.objects.filter(agent=agent, conversation=OuterRef("pk")).values("seen_count")
    return found.annotate(seen_count=Coalesce(Subquery(mark[:1]), Value(0)))


def counts(agent: Agent, filters: Filters) -> dict[str, int]:
    """How many rows each tab has, counted no further than the page will say (999+)."""
    return {
        tab: filtered(agent, filters.on(tab)).order_by()[: COUNT_LIMIT + 1].count() for tab in TABS
    }


def thread(conversation: Conversation, *, before: str = "") -> Page[Message]:
    """A page of a thread, oldest first; `more` leads to what is older."""
    found = _bubbles(conversation)
    if place := _place(before):
        at, arrival, pk = place
        found = found.filter(at__lte=at).exclude(
            Q(at=at, arrival__gt=arrival) | Q(at=at, arrival=arrival, pk__gte=pk)
        )
    rows = list(found.order_by("-at", "-arrival", "-pk")[: BUBBLES + 1])
    more = _mark(rows[BUBBLES - 1]) if len(rows) > BUBBLES else ""
    return Page(rows[:BUBBLES][::-1], more)


def thread_after(conversation: Conversation, *, after: str) -> Page[Message]:
    """The page of a thread that follows a mark, oldest first; `newer` leads on towards the end."""
    found = _bubbles(conversation)
    if place := _place(after):
        at, arrival, pk = place
        found = found.filter(at__gte=at).exclude(
            Q(at=at, arrival__lt=arrival) | Q(at=at, arrival=arrival, pk__lte=pk)
        )
    rows = list(found.order_by("at", "arrival", "pk")[: BUBBLES + 1])
    newer = _mark(rows[BUBBLES - 1]) if len(rows) > BUBBLES else ""
    return Page(rows[:BUBBLES], newer=newer)


def thread_around(conversation: Conversation, token: UUID) -> Page[Message] | None:
    """A message in its place, with what was said before and after it; None if it is not here."""
    chosen = _bubbles(conversation).filter(token=token).first()
    if chosen is None:
        return None
    before = thread(conversation, before=_mark(chosen))
    after = thread_after(conversation, after=_mark(chosen))
    return Page([*before.rows, chosen, *after.rows], before.more, after.newer)


def _bubbles(conversation: Conversation) -> MessageQuerySet:
    found = Message.objects.filter(conversation=conversation).for_thread()
    return found.exclude(kind="reaction")


def _mark(message: Message) -> str:
    """The place of a message in its thread, for an address."""
    return f"{round(message.at.timestamp() * 1_000_000)}_{message.arrival}_{message.pk}"


def _place(mark: str) -> tuple[datetime, int, int] | None:
    parts = mark.split("_")
    key = keyset(f"{parts[0]}_{parts[-1]}")
    arrival = _whole(parts[1]) if len(parts) == 3 else None
    return None if key is None or arrival is None else (key[0], arrival, key[1])


@dataclass(frozen=True, slots=True)
class Changes:
    """All that an agent's screen must know after its cursor. `too_many`: let it load the page anew."""

    cursor: int
    too_many: bool = False
    conversations: list[Conversation] = field(default_factory=list)
    messages: dict[int, list[Message]] = field(default_factory=dict)
    gone: list[int] = field(default_factory=list)


def changes(agent: Agent, *, since: str) -> Changes:
    """What changed after `since`. The cursor is read first: what commits meanwhile comes next time.

    A cursor that is none, or ahead of us (a database was restored), makes the screen load everything anew.
    """
    agent.workspace.refresh_from_db(fields=["last_seq"])
    cursor = agent.workspace.last_seq
    known = _whole(since)
    if known == cursor:
        return Changes(cursor)
    if known is None or known > cursor:
        return Changes(cursor, too_many=True)
    return _changes_between(agent, known, cursor)


def _changes_between(agent: Agent, since: int, cursor: int) -> Changes:
    visible = access.conversations(agent)
    rows = list(visible.after(since).for_list().order_by("seq")[: CHANGES_LIMIT + 1])
    found = list(
        Message.objects.for_thread()
        .filter(workspace=agent.workspace, seq__gt=since, conversation__in=visible)
        .exclude(kind="reaction")
        .order_by("at", "arrival", "pk")[: CHANGES_LIMIT + 1]
    )
    moved = list(
        Event.objects.filter(
            workspace=agent.workspace, seq__gt=since, facts__has_key="was"
        ).order_by("seq")[: CHANGES_LIMIT + 1]
    )
    if max(len(rows), len(found), len(moved)) > CHANGES_LIMIT:
        return Changes(cursor, too_many=True)
    messages: dict[int, list[Message]] = {}
    for message in found:
        messages.setdefault(message.conversation_id, []).append(message)
    return Changes(cursor, False, rows, messages, _gone(agent, moved, visible))


def _gone(agent: Agent, moved: list[Event], visible: ConversationQuerySet) -> list[int]:
    """Conversations that left this agent's sight by these moves: seen where they stood, not where they are."""
    seats = agent.seats_at()
    ids = {
        int(event.subject.partition(":")[2])
        for event in moved
        if can_see(seats, Place(agent.workspace_id, *event.facts["was"]))
    }
    return sorted(ids - set(visible.filter(pk__in=ids).values_list("pk", flat=True)))
