"""What the screens read: pages of the list, of a thread, and what changed.

The cost grows with the page shown, not with history: keyset pages, and counts that stop at 999.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Generic, TypeVar
from urllib.parse import urlencode

from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import QueryDict

from accounts.models import Agent
from accounts.seats import Place, can_see
from conversations import access
from conversations.models import Conversation, ConversationStatus, MediaFile, Message, ReadMark
from conversations.models.threads import ConversationQuerySet
from events.models import Event

ROWS = 50
BUBBLES = 40
COUNT_LIMIT = 999
CHANGES_LIMIT = 200

TABS = ("mine", "unassigned", "all")
STATUSES = (*ConversationStatus.values, "any")

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """`more` is the cursor of the next page, empty at the end."""

    rows: list[Row]
    more: str = ""


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list shows; the same values stand in its URL."""

    tab: str = "mine"
    status: str = ConversationStatus.OPEN
    number: int | None = None
    query: str = ""

    @classmethod
    def from_query(cls, query: QueryDict) -> Filters:
        tab, status, number = query.get("tab", ""), query.get("status", ""), query.get("number", "")
        return cls(
            tab=tab if tab in TABS else "mine",
            status=status if status in STATUSES else ConversationStatus.OPEN,
            number=int(number)
            if number.isascii() and number.isdigit() and len(number) < 10
            else None,
            query=" ".join(query.get("q", "").split())[:100],
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
        return urlencode(chosen)

    def on(self, tab: str) -> Filters:
        return replace(self, tab=tab)

    def with_status(self, status: str) -> Filters:
        return replace(self, status=status)

    def with_number(self, number: int | None) -> Filters:
        return replace(self, number=number)


def _filtered(agent: Agent, filters: Filters) -> ConversationQuerySet:
    found = access.conversations(agent)
    if filters.status != "any":
        found = found.filter(status=filters.status)
    if filters.number:
        found = found.filter(number_id=filters.number)
    for word in filters.query.split():
        digits = "".join(filter(str.isdigit, word))
        wanted = (
            Q(contact__name__icontains=word)
            | Q(contact__profile_name__icontains=word)
            | Q(contact__username__icontains=word.lstrip("@"))
        )
        if len(digits) >= 3 and len(digits) >= len(word) - 4:
            wanted |= Q(contact__phone__contains=digits)
        found = found.filter(wanted)
    if filters.tab == "mine":
        return found.filter(assignee=agent)
    return found.unassigned() if filters.tab == "unassigned" else found


def _keyset(cursor: str) -> tuple[datetime, int] | None:
    """A cursor as it stands in a URL; None for anything that we did not write ourselves."""
    at, _mark, pk = cursor.partition("_")
    try:
        return datetime.fromtimestamp(int(at) / 1_000_000, UTC), int(pk)
    except (ValueError, OverflowError, OSError):
        return None


def _cursor(at: datetime, pk: int) -> str:
    return f"{round(at.timestamp() * 1_000_000)}_{pk}"


def inbox(agent: Agent, filters: Filters, *, before: str = "") -> Page[Conversation]:
    """A page of the list, latest first, each row with `seen_count` of this agent."""
    found = _filtered(agent, filters)
    if after := _keyset(before):
        at, pk = after
        found = found.filter(last_at__lte=at).exclude(last_at=at, pk__gte=pk)
    rows = list(with_seen(found, agent).for_list().order_by("-last_at", "-pk")[: ROWS + 1])
    more = _cursor(rows[ROWS - 1].last_at, rows[ROWS - 1].pk) if len(rows) > ROWS else ""
    return Page(rows[:ROWS], more)


def with_seen(found: ConversationQuerySet, agent: Agent) -> ConversationQuerySet:
    mark = ReadMark.objects.filter(agent=agent, conversation=OuterRef("pk")).values("seen_count")
    return found.annotate(seen_count=Coalesce(Subquery(mark[:1]), Value(0)))


def counts(agent: Agent, filters: Filters) -> dict[str, int]:
    """How many rows each tab has, counted no further than the page will say (999+)."""
    return {
        tab: _filtered(agent, filters.on(tab)).order_by()[: COUNT_LIMIT + 1].count() for tab in TABS
    }


def unread_total(agent: Agent) -> int:
    """Open conversations of mine with something unread: the number on the rail."""
    mine = with_seen(access.conversations(agent).filter(assignee=agent, status="open"), agent)
    return sum(1 for row in mine.only("inbound_count")[:200] if row.inbound_count > row.seen_count)  # type: ignore[attr-defined]


def thread(conversation: Conversation, *, before: str = "") -> Page[Message]:
    """A page of a thread, oldest first; `more` leads to what is older."""
    found = conversation.messages.for_thread().exclude(kind="reaction")
    parts = before.split("_")
    if len(parts) == 3 and (key := _keyset(f"{parts[0]}_{parts[2]}")) and parts[1].isdigit():
        at, pk = key
        arrival = int(parts[1])
        found = found.filter(at__lte=at).exclude(
            Q(at=at, arrival__gt=arrival) | Q(at=at, arrival=arrival, pk__gte=pk)
        )
    rows = list(found.order_by("-at", "-arrival", "-pk")[: BUBBLES + 1])
    last = rows[BUBBLES - 1] if len(rows) > BUBBLES else None
    more = (
        f"{round(last.at.timestamp() * 1_000_000)}_{last.arrival}_{last.pk}"
        if last is not None
        else ""
    )
    return Page(rows[:BUBBLES][::-1], more)


def gallery(conversation: Conversation) -> list[MediaFile]:
    """The latest pictures of a thread, for the panel."""
    return list(
        MediaFile.objects.filter(
            messages__conversation=conversation, kind="image", state="stored"
        ).order_by("-pk")[:8]
    )


@dataclass(frozen=True, slots=True)
class Changes:
    """All that an agent's screen must know after its cursor. `too_many`: let it load the page anew."""

    cursor: int
    too_many: bool = False
    conversations: list[Conversation] = field(default_factory=list)
    messages: dict[int, list[Message]] = field(default_factory=dict)
    gone: list[int] = field(default_factory=list)


def changes(agent: Agent, *, since: int) -> Changes:
    """What changed after `since`. The cursor is read first: what commits meanwhile comes next time."""
    agent.workspace.refresh_from_db(fields=["last_seq"])
    cursor = agent.workspace.last_seq
    if since >= cursor:
        return Changes(cursor)
    visible = access.conversations(agent)
    rows = list(visible.after(since).for_list().order_by("seq")[: CHANGES_LIMIT + 1])
    found = list(
        Message.objects.for_thread()
        .filter(workspace=agent.workspace, seq__gt=since, conversation__in=visible)
        .exclude(kind="reaction")
        .order_by("at", "arrival", "pk")[: CHANGES_LIMIT + 1]
    )
    if max(len(rows), len(found)) > CHANGES_LIMIT:
        return Changes(cursor, too_many=True)
    messages: dict[int, list[Message]] = {}
    for message in found:
        messages.setdefault(message.conversation_id, []).append(message)
    return Changes(cursor, False, rows, messages, _gone(agent, since, visible))


def _gone(agent: Agent, since: int, visible: ConversationQuerySet) -> list[int]:
    """Conversations that left this agent's sight after `since`: seen where they stood, not where they are."""
    seats = agent.seats_at()
    moved = Event.objects.filter(workspace=agent.workspace, seq__gt=since, facts__has_key="was")
    ids = {
        int(event.subject.partition(":")[2])
        for event in moved[:CHANGES_LIMIT]
        if can_see(seats, Place(agent.workspace_id, *event.facts["was"]))
    }
    return sorted(ids - set(visible.filter(pk__in=ids).values_list("pk", flat=True)))
