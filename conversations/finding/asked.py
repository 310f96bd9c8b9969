"""Makes rows of the names in a query: days, numbers, teams, labels, people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet, Value

from accounts.models import Agent, Team
from conversations import access, phones
from conversations.models import Contact, Conversation, Label
from conversations.models.contacts import called
from conversations.models.threads import ConversationQuerySet
from conversations.query_words import Filter, Problem, Query, phone_forms
from conversations.search import few_of, of_each, one_by_one

PEOPLE_OF_A_NAME = 200  # that `from:` stands for, at most
FEW_PEOPLE = 4000  # of so many all conversations are looked up and sorted
SELVES = frozenset({"me", "я", "меня"})
CUSTOMERS = frozenset({"customer", "customers", "client", "клиент", "клиента", "клиентов"})
US = frozenset({"us", "agent", "agents", "нас", "мы"})


@dataclass(slots=True)
class Asked:
    """A query whose names have become rows."""

    query: Query
    conversations: ConversationQuerySet
    narrows_conversations: bool = False
    since: datetime | None = None
    until: datetime | None = None
    marks: list[str] = field(default_factory=list)  # tsqueries that must all match
    writers: list[tuple[str, list[int] | None]] = field(default_factory=list)  # any of these
    problems: list[Problem] = field(default_factory=list)

    @property
    def asks_for_messages(self) -> bool:
        return bool(self.query.terms or self.marks or self.writers or self.since or self.until)


def understand(agent: Agent, query: Query) -> Asked:
    """Look up what the filters name. What nobody is called by is a problem, and is left out."""
    asked = Asked(query, access.conversations(agent), problems=list(query.problems))
    _days(agent, asked)
    _states(asked)
    for wanted in query.of("has"):
        asked.marks.append(_not(f"'#{wanted.meaning}'", wanted))
    _numbers(agent, asked)
    _teams(agent, asked)
    _labels(agent, asked)
    _writers(agent, asked)
    return asked


def _not(mark: str, wanted: Filter) -> str:
    return f"!({mark})" if wanted.is_excluded else mark


def _unknown(asked: Asked, wanted: Filter) -> None:
    asked.problems.append(Problem("unknown", wanted.key, wanted.value, wanted.span))


def _days(agent: Agent, asked: Asked) -> None:
    zone = ZoneInfo(agent.time_zone)
    for wanted in asked.query.of("before", "after"):
        assert wanted.day is not None
        begins = datetime.combine(wanted.day, time(), zone).astimezone(UTC)
        if wanted.key == "after":
            asked.since = max(begins, asked.since or begins)
        else:
            asked.until = min(begins, asked.until or begins)


def _states(asked: Asked) -> None:
    wanted = asked.query.of("in")
    if states := [one.meaning for one in wanted if not one.is_excluded]:
        _narrow(asked, Q(status__in=states))
    if states := [one.meaning for one in wanted if one.is_excluded]:
        _narrow(asked, ~Q(status__in=states))


def _narrow(asked: Asked, condition: Q) -> None:
    asked.conversations = asked.conversations.filter(condition)
    asked.narrows_conversations = True


def _numbers(agent: Agent, asked: Asked) -> None:
    wanted = asked.query.of("number")
    known = access.numbers(agent) if wanted else []
    chosen: list[int] = []
    for one in wanted:
        found = [
            number.pk
            for number in known
            if one.value.casefold() in f"{number.label} {number.verified_name}".casefold()
            or any(form in number.digits for form in phone_forms(one.value))
        ]
        if not found:
            _unknown(asked, one)
        elif one.is_excluded:
            _narrow(asked, ~Q(number_id__in=found))
        else:
            chosen += found
    if chosen:
        _narrow(asked, Q(number_id__in=chosen))
        asked.marks.append(_any_of(f"'#n:{pk}'" for pk in chosen))


def _any_of(marks: Iterable[str]) -> str:
    return f"({' | '.join(marks)})"


def _teams(agent: Agent, asked: Asked) -> None:
    wanted = asked.query.of("team")
    known = Team.objects.filter(workspace_id=agent.workspace_id) if wanted else Team.objects.none()
    teams = [(team.pk, team.name.casefold()) for team in known]
    chosen: list[int] = []
    for one in wanted:
        found = [pk for pk, name in teams if one.value.casefold() in name]
        if not found:
            _unknown(asked, one)
        elif one.is_excluded:
            _narrow(asked, ~Q(team_id__in=found) | Q(team_id=None))
        else:
            chosen += found
    if chosen:
        _narrow(asked, Q(team_id__in=chosen))


def _labels(agent: Agent, asked: Asked) -> None:
    """All of those that are named. A name as it stands wins over names that it is a part of."""
    wanted = asked.query.of("label")
    known = Label.objects.filter(workspace_id=agent.workspace_id) if wanted else ()
    labels = [(label.pk, label.name.casefold()) for label in known]
    for one in wanted:
        said = one.value.casefold()
        exact = [pk for pk, name in labels if name == said]
        found = exact or [pk for pk, name in labels if said in name]
        if not found:
            _unknown(asked, one)
            continue
        _narrow(asked, ~labelled(found) if one.is_excluded else labelled(found))


def labelled(labels: list[int]) -> Q:
    through = Conversation.labels.through.objects.filter(label_id__in=labels)
    return Q(pk__in=through.values("conversation_id"))


def _writers(agent: Agent, asked: Asked) -> None:
    """`from:` a colleague, oneself, the customer, or somebody by name: any of those that were named."""
    wanted = asked.query.of("from")
    for one in wanted:
        found = _writers_of(agent, asked, one)
        if not found:
            _unknown(asked, one)
        elif not one.is_excluded:
            asked.writers += found
        for mark, threads in found if one.is_excluded else ():
            if threads is None:
                asked.marks.append(f"!({mark})")
            else:
                asked.conversations = asked.conversations.exclude(pk__in=threads)


def _writers_of(agent: Agent, asked: Asked, one: Filter) -> list[tuple[str, list[int] | None]]:
    name = one.value.casefold().removeprefix("@")
    if name in SELVES:
        return [(f"'#by:{agent.pk}'", None)]
    if name in CUSTOMERS:
        return [("'#in'", None)]
    if name in US:
        return [("'#out'", None)]
    colleagues = Agent.objects.filter(workspace_id=agent.workspace_id).filter(
        Q(name__icontains=name) | Q(email__istartswith=name)
    )
    found: list[tuple[str, list[int] | None]] = []
    if ids := list(colleagues.values_list("pk", flat=True)[:PEOPLE_OF_A_NAME]):
        found.append((_any_of(f"'#by:{pk}'" for pk in ids), None))
    if theirs := newest_threads(agent, access.conversations(agent), one.value):
        found.append(("'#in'", theirs))
    return found


def newest_threads(agent: Agent, among: ConversationQuerySet, name: str) -> list[int]:
    """Of those who are called so, the conversations that moved last."""
    theirs = newest_of(among, people_called(agent, [name]))
    return list(theirs.values_list("pk", flat=True)[:PEOPLE_OF_A_NAME])


def newest_of(among: ConversationQuerySet, people: QuerySet[Contact]) -> ConversationQuerySet:
    """Conversations of these people, those that moved last first: read in this order only if the people are many."""
    ids = few_of(people, most=FEW_PEOPLE)
    if ids is None:
        return among.filter(one_by_one(people)).order_by("-listed_at", "-pk")
    moment = F("listed_at") + Value(timedelta(0))
    return among.filter(of_each(ids)).order_by(moment.desc(), "-pk")


def people_called(agent: Agent, words: Iterable[str]) -> QuerySet[Contact]:
    """Contacts with every word in a name or a number. A query of its own, so that the index of names is used."""
    found = Contact.objects.filter(workspace_id=agent.workspace_id)
    for word in words:
        wanted = called(word)
        for form in phone_forms(word):
            wanted |= phones.matching(agent, form)
        found = found.filter(wanted)
    return found
