"""What the screens read: pages of the list, of a thread, and what changed.

The cost grows with the page shown, not with history: keyset pages, and counts that stop at 999.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Generic, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, F, Func, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from accounts.models import Agent
from accounts.seats import Place, can_see
from conversations import access, phones
from conversations.models import (
    Contact,
    Conversation,
    Mention,
    Message,
    ReadMark,
)
from conversations.models.messages import MessageQuerySet
from conversations.models.threads import ConversationQuerySet
from events.models import Event
from whatsapp.numerals import whole

BUBBLES = 40
COUNT_LIMIT = 999
CHANGES_LIMIT = 200  # rows or bubbles that are rendered for a screen that missed something
NEWS_LIMIT = 2000  # conversations that may have changed meanwhile; nearly all of them were pushed
FEW = 10_000  # people with a piece of a name: of so many all conversations are looked up

FEWEST_DIGITS = 3  # of a phone number, to be searched for as one
PHONE_QUERY = re.compile(r"\+?[\d\s().\-\u2010-\u2015]+")

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """`more` is the cursor of the next page, empty at the end. Of a thread it leads to what is older, `newer` back."""

    rows: list[Row]
    more: str = ""
    newer: str = ""


def words_of(query: str) -> list[str]:
    """What must all be found. A phone number written with spaces is one word."""
    if PHONE_QUERY.fullmatch(query) and sum(map(str.isdigit, query)) >= FEWEST_DIGITS:
        return [query]
    return query.split()


def people(agent: Agent, words: Iterable[str]) -> QuerySet[Contact]:
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


class OneOf(Func):
    """One of thousands of ids: an array is one value, and a list of as many would be parsed one by one."""

    template = (
        "%(expressions)s::bigint[])"  # of the column's type, or PostgreSQL compares one by one
    )
    arg_joiner = " = ANY("
    output_field = BooleanField()


def named(agent: Agent, words: Collection[str]) -> Q:
    """Conversations of the people with all these words."""
    return of_people(people(agent, words))


def named_one_by_one(agent: Agent, words: Collection[str]) -> Q:
    """The same, for a condition on rows that are few."""
    return one_by_one(people(agent, words))


def of_people(wanted: QuerySet[Contact]) -> Q:
    """Conversations of these people: of each of them if they are few, else asked of one conversation after the
    other, which soon fills a page with people that are many.
    """
    ids = few_of(wanted)
    return one_by_one(wanted) if ids is None else of_each(ids)


def few_of(wanted: QuerySet[Contact], *, most: int | None = None) -> list[int] | None:
    """The ids of these people, if they are few. PostgreSQL cannot tell by itself how many have a piece of a name."""
    limit = FEW if most is None else most
    sql, values = wanted.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        # The inner part is for an index; it is read no further than asked.
        cursor.execute(f"WITH found AS MATERIALIZED ({sql}) TABLE found LIMIT {limit + 1}", values)
        ids = [pk for (pk,) in cursor.fetchall()]
    return ids if len(ids) <= limit else None


def of_each(ids: list[int]) -> Q:
    return Q(OneOf(F("contact_id"), Value(ids))) if ids else Q(pk__in=[])


def one_by_one(wanted: QuerySet[Contact]) -> Q:
    here = wanted.filter(pk=OuterRef("contact_id")).order_by()
    return Q(Exact(Subquery(here.values(one=Value(1))[:1]), Value(1)))


def keyset(cursor: str) -> tuple[datetime, int] | None:
    """A cursor as it stands in a URL; None for anything that we did not write ourselves."""
    at, _mark, pk = cursor.partition("_")
    micros, number = whole(at), whole(pk)
    if micros is None or number is None:
        return None
    try:
        return datetime.fromtimestamp(micros / 1_000_000, UTC), number
    except (ValueError, OverflowError, OSError):
        return None


def cursor_of(at: datetime, pk: int) -> str:
    return f"{round(at.timestamp() * 1_000_000)}_{pk}"


def mentions(agent: Agent) -> list[int]:
    """Conversations in which a note names this agent, and they have not looked since."""
    visible = access.conversations(agent)
    found = Mention.objects.filter(agent=agent, read_at=None, message__conversation__in=visible)
    return sorted(set(found.values_list("message__conversation_id", flat=True)[:COUNT_LIMIT]))


def with_seen(found: ConversationQuerySet, agent: Agent) -> ConversationQuerySet:
    mark = ReadMark.objects.filter(agent=agent, conversation=OuterRef("pk")).values("seen_count")
    return found.annotate(seen_count=Coalesce(Subquery(mark[:1]), Value(0)))


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
    arrival = whole(parts[1]) if len(parts) == 3 else None
    return None if key is None or arrival is None else (key[0], arrival, key[1])


@dataclass(frozen=True, slots=True)
class Changes:
    """All that an agent's screen must know after its cursor. `too_many`: let it load the page anew."""

    cursor: int
    too_many: bool = False
    conversations: list[Conversation] = field(default_factory=list)
    messages: dict[int, list[Message]] = field(default_factory=dict)
    gone: list[int] = field(default_factory=list)


def changes(
    agent: Agent,
    *,
    since: str,
    threads: Collection[int] | None = None,
    only: int | None = None,
    has: Mapping[int, int] | None = None,
) -> Changes:
    """What changed after `since`: conversations, and the messages of these threads (None: of all of them).

    `only`: of this conversation, for a thread that knows it missed something. `has`: the versions of rows that were
    pushed to the screen. Where more has changed than a screen takes in, what is not newer is left out, unless its
    thread is open: a row says nothing of bubbles. The cursor is read first: what commits meanwhile comes next time. A
    cursor that is none, or ahead of us (a database was restored), makes the screen load everything anew.
    """
    agent.workspace.refresh_from_db(fields=["last_seq"])
    cursor = agent.workspace.last_seq
    known = whole(since)
    if known == cursor:
        return Changes(cursor)
    if known is None or known > cursor:
        return Changes(cursor, too_many=True)
    visible = access.conversations(agent)
    moves = Event.objects.filter(workspace=agent.workspace, seq__gt=known, facts__has_key="was")
    if only is not None:
        visible, moves = visible.filter(pk=only), moves.filter(subject=f"conversation:{only}")
    news = list(visible.after(known).order_by("seq").values_list("pk", "seq")[: NEWS_LIMIT + 1])
    shown = {pk for pk, _seq in news if threads is None or pk in threads}
    missed = [pk for pk, _seq in news]
    if has and len(news) > CHANGES_LIMIT:
        missed = [pk for pk, seq in news if pk in shown or has.get(pk, -1) < seq]
    moved = list(moves.order_by("seq")[: NEWS_LIMIT + 1])
    if max(len(news), len(moved)) > NEWS_LIMIT or len(missed) > CHANGES_LIMIT:
        return Changes(cursor, too_many=True)
    rows = list(visible.filter(pk__in=missed).for_list().order_by("seq"))
    found = list(
        Message.objects.for_thread()
        .filter(workspace=agent.workspace, seq__gt=known, conversation__in=shown)
        .exclude(kind="reaction")
        .order_by("at", "arrival", "pk")[: CHANGES_LIMIT + 1]
    )
    if len(found) > CHANGES_LIMIT:
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
