"""The list of conversations: what is asked of it, its pages, and its counts.

The cost grows with the page shown, not with history: keyset pages, and counts that stop at 999, all in one statement.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone

from accounts.models import Agent
from conversations import access, filtering, filters, search, sorting
from conversations.filters import NOTHING_ASKED, Group, Unreadable
from conversations.models import Conversation, ConversationStatus, SavedView
from conversations.models.threads import ConversationQuerySet
from conversations.search import Page, with_seen, words_of

ROWS = 50
TABS: Final = ("mine", "unassigned", "all")
STATUSES: Final = (*ConversationStatus.values, "any")
MOST_IDS: Final = 100

Name = TypeVar("Name")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list shows; the same values stand in its URL. `unreadable`: why the rules of the URL are not applied."""

    tab: str = "mine"
    status: str = ConversationStatus.OPEN
    number: int | None = None
    query: str = ""
    mentioned: bool = False  # only where this agent is named in a note not read yet
    rules: Group = NOTHING_ASKED
    sort: str = sorting.DEFAULT
    usual: str = sorting.DEFAULT  # the order if the address names none
    view: int | None = None  # the saved view that this began as
    unreadable: Unreadable | None = None

    @classmethod
    def from_query(
        cls, query: QueryDict, *, view: SavedView | None = None, usual: str = sorting.DEFAULT
    ) -> Filters:
        """As the address has it; what it does not say, the saved view says. `usual`: the order then."""
        rules, unreadable = _rules(query.get("f"), view)
        asks_anything = view is not None or bool(rules)
        tab, status = query.get("tab", ""), query.get("status", "")
        sort = query.get("sort", "")
        return cls(
            tab=tab if tab in TABS else ("all" if asks_anything else "mine"),
            status=status
            if status in STATUSES
            else ("any" if asks_anything else ConversationStatus.OPEN),
            number=whole(query.get("number", "")),
            query=" ".join(query.get("q", "").replace("\0", " ").split())[:100],
            mentioned=query.get("mentioned") == "1",
            rules=rules,
            sort=sort if sort in sorting.SORTS else usual,
            usual=usual,
            view=view.pk if view else None,
            unreadable=unreadable,
        )

    @property
    def url_query(self) -> str:
        return urlencode(self._said)

    @property
    def exact_query(self) -> str:
        """With the order said, whatever becomes the usual one meanwhile: for what the page asks later."""
        return urlencode(self._said | {"sort": self.sort})

    @property
    def _said(self) -> dict[str, object]:
        chosen: dict[str, object] = {"tab": self.tab}
        asks_anything = self.view is not None or bool(self.rules)
        if self.status != ConversationStatus.OPEN or asks_anything:
            chosen["status"] = self.status
        if self.number:
            chosen["number"] = self.number
        if self.query:
            chosen["q"] = self.query
        if self.mentioned:
            chosen["mentioned"] = 1
        if self.view:
            chosen["view"] = self.view
        if self.rules or self.view:
            chosen["f"] = filters.dump(self.rules)
        if self.sort != self.usual or self.view:
            chosen["sort"] = self.sort
        return chosen

    @property
    def rules_text(self) -> str:
        return filters.dump(self.rules)

    def on(self, tab: str) -> Filters:
        return replace(self, tab=tab)

    def with_status(self, status: str) -> Filters:
        return replace(self, status=status)

    def with_number(self, number: int | None) -> Filters:
        return replace(self, number=number)

    def with_rules(self, rules: Group) -> Filters:
        return replace(self, rules=rules)

    def sorted_by(self, sort: str) -> Filters:
        return replace(self, sort=sort)

    @property
    def as_rules(self) -> Group:
        """All that is asked but the words of a search, as one tree: what a saved view keeps."""
        asked: list[filters.Part] = []
        if self.tab != "all":
            asked.append(
                filters.Condition("assignee", "is", ("me" if self.tab == "mine" else "none",))
            )
        if self.status != "any":
            asked.append(filters.Condition("status", "is", (str(self.status),)))
        if self.number:
            asked.append(filters.Condition("number", "is", (str(self.number),)))
        return filters.together(Group(True, tuple(asked)), self.rules)


def whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 10 else None


def _rules(text: str | None, view: SavedView | None) -> tuple[Group, Unreadable | None]:
    try:
        if text is not None:
            return filters.parse(text), None
        return (filters.read(view.rules) if view and view.rules else NOTHING_ASKED), None
    except Unreadable as unreadable:
        return NOTHING_ASKED, unreadable


def filtered(
    agent: Agent, asked: Filters, *, at: datetime | None = None, named: Q | None = None
) -> ConversationQuerySet:
    """The rows that are asked for, of those the agent sees. `named`: those whom the words of the search find."""
    found = access.conversations(agent)
    if asked.status != "any":
        found = found.filter(status=asked.status)
    if asked.number:
        found = found.filter(number_id=asked.number)
    if asked.mentioned:
        found = found.filter(pk__in=search.mentions(agent))
    if words := words_of(asked.query):
        found = found.filter(named or Q(contact__in=search.people(agent, words)))
    if asked.rules:
        at = at or timezone.now()
        found = found.filter(filtering.wanted(asked.rules, agent=agent, at=at))
    if asked.tab == "mine":
        return found.filter(assignee=agent)
    return found.unassigned() if asked.tab == "unassigned" else found


def named(agent: Agent, asked: Filters) -> Q | None:
    """Whom the words of the search find: looked for once, for the page and its counts."""
    words = words_of(asked.query)
    return search.named(agent, words) if words else None


def inbox(
    agent: Agent, asked: Filters, *, before: str = "", people: Q | None = None
) -> Page[Conversation]:
    """A page of the list in its order, each row with `seen_count` of this agent. `people`: as `named` found them."""
    at = timezone.now()
    wanted = filtered(agent, asked, at=at, named=people or named(agent, asked))
    found = with_seen(wanted, agent).for_rows()
    number, place = sorting.read(before, asked.sort) or (0, None)
    rows: list[Conversation] = []
    for segment in sorting.SORTS[asked.sort][number:]:
        here = found.filter(segment.where(at))
        if place is not None:
            here, place = here.filter(segment.after(place)), None
        rows += here.order_by(*segment.order)[: ROWS + 1 - len(rows)]
        if len(rows) > ROWS:
            break
    more = sorting.place_of(rows[ROWS - 1], asked.sort, at=at) if len(rows) > ROWS else ""
    return Page(rows[:ROWS], more)


def among(agent: Agent, asked: Filters, ids: Collection[int]) -> list[Conversation]:
    """Those of these conversations that the list has: what a browser asks when it cannot tell by itself."""
    words = words_of(asked.query)
    few = filtered(agent, asked, named=search.named_one_by_one(agent, words) if words else None)
    return list(with_seen(few.filter(pk__in=list(ids)[:MOST_IDS]), agent).for_rows())


def counts(
    agent: Agent, asked: Filters, views: Iterable[SavedView] = (), *, people: Q | None = None
) -> tuple[dict[str, int], dict[int, int]]:
    """How many rows each tab has and each saved view (by its id), counted no further than the page will say (999+)."""
    at = timezone.now()
    people = people or named(agent, asked)
    lists: dict[str | int, ConversationQuerySet] = {
        tab: filtered(agent, asked.on(tab), at=at, named=people) for tab in TABS
    }
    for view in views:
        try:
            rules = filters.read(view.rules) if view.rules else NOTHING_ASKED
        except Unreadable:
            continue
        lists[view.pk] = filtered(agent, Filters(tab="all", status="any", rules=rules), at=at)
    found = counted(lists)
    tabs = {name: n for name, n in found.items() if isinstance(name, str)}
    return tabs, {name: n for name, n in found.items() if isinstance(name, int)}


def counted(asked: Mapping[Name, ConversationQuerySet]) -> dict[Name, int]:
    """One statement for all, each stopping one beyond the limit."""
    parts: list[str] = []
    values: list[Any] = []
    for found in asked.values():
        few = found.order_by().values("pk")[: search.COUNT_LIMIT + 1]
        try:
            sql, params = few.query.sql_with_params()
        except EmptyResultSet:
            parts.append("0")
            continue
        parts.append(f"(SELECT count(*) FROM ({sql}) AS few)")  # noqa: S608
        values += params
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        row = cursor.fetchone()
    return dict(zip(asked, row or (), strict=True))
