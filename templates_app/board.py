"""What the desk's board and list show: read only. Columns are bounded, the list is paged by key: 6,000 templates cost
what one screen costs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from accounts.models import Agent, Role, Workspace
from events.models import Event
from templates_app.cards import OF_DRAFT, OF_TEMPLATE
from templates_app.models import Category, Draft, DraftState, Template, TemplateState

WRITERS: Final = (Role.MANAGER.value, Role.ADMINISTRATOR.value)
COLUMN_MOST: Final = 15
PAGE: Final = 50
CHANGES_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    label: str | Promise
    drafts: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()


ON_CARD: Final = tuple(name.replace(".", "__") for name in OF_TEMPLATE)
ON_DRAFT_CARD: Final = tuple(name.replace(".", "__") for name in OF_DRAFT)
S = TemplateState
COLUMNS: Final = (
    Column("draft", pgettext_lazy("column", "Drafts"), drafts=(DraftState.DRAFT,)),
    Column("review", pgettext_lazy("column", "In review inside"), drafts=(DraftState.REVIEW,)),
    Column("ready", pgettext_lazy("column", "Approved inside"), drafts=(DraftState.READY,)),
    Column(
        "pending",
        pgettext_lazy("column", "At Meta’s review"),
        drafts=(DraftState.SUBMITTED,),
        templates=(S.PENDING, S.IN_APPEAL),
    ),
    Column("rejected", pgettext_lazy("column", "Rejected"), templates=(S.REJECTED,)),
    Column("approved", pgettext_lazy("column", "Approved"), templates=(S.APPROVED,)),
    Column("paused", pgettext_lazy("column", "Paused"), templates=(S.PAUSED,)),
    Column(
        "disabled", pgettext_lazy("column", "Disabled"), templates=(S.DISABLED, S.LIMIT_EXCEEDED)
    ),
)
GONE: Final = (S.DELETED, S.PENDING_DELETION, S.ARCHIVED)
BY_KEY: Final = {column.key: column for column in COLUMNS}
COLUMN_OF: Final = {state: column.key for column in COLUMNS for state in column.templates}
COLUMN_OF_DRAFT: Final = {state: column.key for column in COLUMNS for state in column.drafts}


def column_of(template: Template) -> str:
    """Where its card stands; empty for what is gone."""
    return "" if template.status in GONE else COLUMN_OF.get(template.status, "disabled")


@dataclass(frozen=True, slots=True)
class Shown:
    """A column with its newest cards."""

    column: Column
    cards: list[Template | Draft]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.cards)


def columns(agent: Agent) -> list[Shown]:
    """The whole board for this person: agents see what Meta knows, writers the drafts too."""
    numbers = counts(agent.workspace, writes=agent.role in WRITERS)
    shown = []
    for column in COLUMNS:
        if column.key not in numbers:
            continue
        cards: list[Template | Draft] = []
        if numbers[column.key]:
            cards = [*_templates(agent.workspace, column), *_drafts(agent, column)]
            cards.sort(key=attrgetter("sort"))
        shown.append(Shown(column, cards[:COLUMN_MOST], numbers[column.key]))
    return shown


def counts(workspace: Workspace, *, writes: bool) -> dict[str, int]:
    """How many cards stand in each column that this person sees."""
    rows = Template.objects.filter(account__workspace=workspace).exclude(status__in=GONE)
    found = {c.key: 0 for c in COLUMNS if c.templates or writes}
    for status, count in rows.order_by().values_list("status").annotate(n=Count("pk")):
        found[COLUMN_OF.get(status, "disabled")] += count
    if writes:
        drafts = Draft.objects.filter(account__workspace=workspace).under_way().order_by()
        for state, count in drafts.values_list("state").annotate(n=Count("pk")):
            found[COLUMN_OF_DRAFT[state]] += count
    return found


def for_cards(rows: QuerySet[Template]) -> QuerySet[Template]:
    """Only what a card shows: words, samples and sources of 90 templates cost more than the rest of the board."""
    return rows.select_related("account").only(*ON_CARD)


def for_rows(rows: QuerySet[Template]) -> QuerySet[Template]:
    """A row of the list shows the beginning of the text as well."""
    return rows.select_related("account").only(*ON_CARD, "components")


def drafts_for_cards(rows: QuerySet[Draft]) -> QuerySet[Draft]:
    return rows.select_related("author").only(*ON_DRAFT_CARD)


def _templates(workspace: Workspace, column: Column) -> Iterable[Template]:
    """One query a column, each along its index: a board of ten columns is not a scan of all."""
    if not column.templates:
        return ()
    mine = Template.objects.filter(_stands_in(column), account__workspace=workspace)
    return for_cards(mine).order_by("-seq", "-pk")[:COLUMN_MOST]


def _stands_in(column: Column) -> Q:
    """A state that Meta invents tomorrow stands with the disabled."""
    if column.key == "disabled":
        elsewhere = [state for state, key in COLUMN_OF.items() if key != column.key]
        return ~Q(status__in=[*GONE, *elsewhere])
    return Q(status__in=column.templates)


def _drafts(agent: Agent, column: Column) -> Iterable[Draft]:
    if not column.drafts or agent.role not in WRITERS:
        return ()
    mine = Draft.objects.filter(account__workspace=agent.workspace, state__in=column.drafts)
    return drafts_for_cards(mine.under_way()).order_by("-seq", "-pk")[:COLUMN_MOST]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Of the list. `after` is the last row of the page above: name and language."""

    state: str = ""
    category: str = ""
    language: str = ""
    account: int | None = None
    text: str = ""
    after: tuple[str, str] | None = None

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Filters:
        query = {key: query[key].replace("\x00", "") for key in query}  # no column holds one
        account = query.get("account", "")
        name, language = query.get("after_name", ""), query.get("after_language", "")
        return cls(
            state=query.get("state", "")[:24],
            category=query.get("category", "")[:24],
            language=query.get("language", "")[:16],
            account=int(account) if account.isdecimal() and len(account) < 18 else None,
            text=query.get("q", "").strip()[:100],
            after=(name, language) if name else None,
        )

    @property
    def is_empty(self) -> bool:
        return self == Filters()

    def query(self, **over: str) -> str:
        known: dict[str, Any] = {
            "state": self.state, "category": self.category, "language": self.language,
            "account": self.account, "q": self.text,
        }  # fmt: skip
        return urlencode({key: value for key, value in (known | over).items() if value})


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Template]
    more: str  # the query of the next page; empty on the last


def page(workspace: Workspace, filters: Filters) -> Page:
    """One page of the list, by name and language."""
    found = Template.objects.filter(account__workspace=workspace)
    if filters.state == "drifted":
        found = found.drifted()
    elif filters.state == "gone":
        found = found.filter(status__in=GONE)
    elif column := BY_KEY.get(filters.state):
        found = found.filter(_stands_in(column))
    else:
        found = found.exclude(status=S.DELETED)
    if filters.category in Category.values:
        found = found.filter(category=filters.category)
    if filters.language:
        found = found.filter(language=filters.language)
    if filters.account:
        found = found.filter(account_id=filters.account)
    if filters.text:
        found = found.saying(filters.text)
    if filters.after:
        name, language = filters.after
        found = found.filter(Q(name__gt=name) | Q(name=name, language__gt=language))
    rows = list(for_rows(found).order_by("name", "language", "pk")[: PAGE + 1])
    more = ""
    if len(rows) > PAGE:
        last = rows[PAGE - 1]
        more = filters.query(after_name=last.name, after_language=last.language)
    return Page(rows[:PAGE], more)


def languages(workspace: Workspace) -> list[str]:
    rows = Template.objects.filter(account__workspace=workspace).order_by("language")
    return list(rows.values_list("language", flat=True).distinct())


@dataclass(frozen=True, slots=True)
class Changes:
    cursor: int
    templates: list[Template]
    drafts: list[Draft]
    gone: frozenset[int] = frozenset()  # drafts that were thrown away
    too_many: bool = False


def changes(agent: Agent, *, since: str) -> Changes:
    """What changed after `since`. The cursor is read first: what commits meanwhile comes next time."""
    agent.workspace.refresh_from_db(fields=["last_seq"])
    cursor = agent.workspace.last_seq
    known = int(since) if since.isdecimal() and len(since) < 18 else -1
    if known == cursor:
        return Changes(cursor, [], [])
    if not 0 <= known < cursor:
        return Changes(cursor, [], [], too_many=True)
    rows = Template.objects.filter(account__workspace=agent.workspace, seq__gt=known)
    templates = list(for_rows(rows).order_by("seq")[: CHANGES_MOST + 1])
    drafts: list[Draft] = []
    gone: frozenset[int] = frozenset()
    if agent.role in WRITERS:
        mine = Draft.objects.filter(account__workspace=agent.workspace, seq__gt=known)
        drafts = list(drafts_for_cards(mine).order_by("seq")[: CHANGES_MOST + 1])
        ends = Event.objects.filter(
            workspace=agent.workspace, seq__gt=known, kind="template.draft_discarded"
        )
        subjects = ends.values_list("subject", flat=True)[:CHANGES_MOST]
        gone = frozenset(int(subject.partition(":")[2]) for subject in subjects)
    many = len(templates) + len(drafts) > CHANGES_MOST
    return Changes(cursor, templates, drafts, gone, too_many=many)
