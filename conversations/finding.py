"""Search over all history: people, conversations and messages, each only as far as the agent sees them.

`query_words` takes the text apart; here its names become rows, its words a tsquery, and both one page of results. Very
common words walk the newest messages, rare ones come from the GIN index: PostgreSQL knows which words are which.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import OperationalError, connection, transaction
from django.db.models import BooleanField, F, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from psycopg.errors import QueryCanceled

from accounts.models import Agent, Team
from conversations import access, phones, snippets
from conversations.models import Contact, Conversation, Label, Message, MessageWords
from conversations.models.threads import ConversationQuerySet
from conversations.query_words import Filter, Problem, Query, name_words, parse, phone_forms
from conversations.search import Page, cursor_of, keyset
from conversations.snippets import Piece, Spans

HITS = 30
PEOPLE = 6
THREADS = 6
PEOPLE_OF_A_NAME = 200  # that `from:` stands for, at most
IN_ONE = 500  # matches of a search inside one conversation
NEWEST = 10_000  # messages that are looked through one by one
RARE = 50  # matches among those: the index of words gives the rest quickly
PATIENCE_MS = 4000

SELVES = frozenset({"me", "я", "меня"})
CUSTOMERS = frozenset({"customer", "customers", "client", "клиент", "клиента", "клиентов"})
US = frozenset({"us", "agent", "agents", "нас", "мы"})

STEMS = "phraseto_tsquery('pg_catalog.russian', %s) || phraseto_tsquery('pg_catalog.simple', %s)"
BEGINNING = "to_tsquery('pg_catalog.simple', quote_literal(%s) || ':*')"
SHORTEST_BEGINNING = 3
SHORTEST_PART = 2  # of a name
SHORTEST_NAME = 4  # of a word that may be somebody's name, or a part of their number
SPELLING = str.maketrans("ёЁ", "ее")


Key = tuple[datetime, int]  # the moment and id of a message: how pages are ordered
Rows = QuerySet[MessageWords]


class TooSlow(Exception):
    """It took longer than anybody waits: a filter or a rarer word will help."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that was found. `pieces`: an excerpt of it, cut where words are marked."""

    message: Message
    pieces: list[Piece]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody found by name or number, with the newest of their conversations that the agent sees."""

    conversation: Conversation
    name: list[Piece]
    phone: list[Piece]


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


@dataclass(frozen=True, slots=True)
class Found:
    asked: Asked
    people: list[Person]
    threads: list[Conversation]
    messages: Page[Hit]
    is_too_slow: bool = False


def find(agent: Agent, text: str, *, at: datetime, before: str = "") -> Found:
    """A page of what this text finds. With `before`, the next page of messages alone."""
    today = at.astimezone(ZoneInfo(agent.time_zone)).date()
    asked = understand(agent, parse(text, today=today))
    if asked.query.is_empty:
        return Found(asked, [], [], Page([]))
    people: list[Person] = []
    threads: list[Conversation] = []
    try:
        with _patience():
            if not before:
                people, threads = _people(agent, asked), _threads(agent, asked)
            return Found(asked, people, threads, _messages(agent, asked, before=before))
    except TooSlow:
        return Found(asked, people, threads, Page([]), is_too_slow=True)


@contextmanager
def _patience() -> Iterator[None]:
    """Nothing asked for inside may take the database longer than a person waits."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL statement_timeout = {PATIENCE_MS}")
            yield
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = DEFAULT")
    except OperationalError as problem:
        if isinstance(problem.__cause__, QueryCanceled):
            raise TooSlow from problem
        raise


# --- names become rows ------------------------------------------------------------------------------------


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
        _narrow(asked, ~_labelled(found) if one.is_excluded else _labelled(found))


def _labelled(labels: list[int]) -> Q:
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
    people = people_called(agent, [one.value])
    threads = access.conversations(agent).filter(contact__in=people).order_by("-last_at")
    if theirs := list(threads.values_list("pk", flat=True)[:PEOPLE_OF_A_NAME]):
        found.append(("'#in'", theirs))
    return found


def people_called(agent: Agent, words: Iterable[str]) -> QuerySet[Contact]:
    """Contacts with every word in a name or a number. A query of its own, so that the index of names is used."""
    found = Contact.objects.filter(workspace_id=agent.workspace_id)
    for word in words:
        wanted = (
            Q(name__icontains=word)
            | Q(profile_name__icontains=word)
            | Q(username__icontains=word.removeprefix("@"))
            | Q(email__icontains=word)
            | Q(company__icontains=word)
        )
        for form in phone_forms(word):
            wanted |= phones.matching(agent, form)
        found = found.filter(wanted)
    return found


# --- people and conversations -----------------------------------------------------------------------------


def _people(agent: Agent, asked: Asked) -> list[Person]:
    words = name_words(asked.query)
    if not words or min(map(len, words)) < SHORTEST_PART:
        return []  # one letter is in nearly every name
    found = asked.conversations.filter(contact__in=people_called(agent, words))
    newest: dict[int, Conversation] = {}
    for row in found.for_list().order_by("-last_at", "-pk")[: PEOPLE * 4]:
        newest.setdefault(row.contact_id, row)
    return [_person(row, words) for row in list(newest.values())[:PEOPLE]]


def _person(row: Conversation, words: list[str]) -> Person:
    name = row.contact.shown_name
    said = [word for word in words if not phone_forms(word)]
    forms = [form for word in words for form in phone_forms(word)]
    phone = "" if name == row.contact.shown_phone else row.contact.shown_phone
    return Person(
        row,
        snippets.pieces(name, snippets.occurrences(name, [*said, *forms])),
        snippets.pieces(phone, snippets.occurrences(phone, forms)),
    )


def _threads(agent: Agent, asked: Asked) -> list[Conversation]:
    """The newest conversations that the filters describe, or with a label that is called by the words."""
    found = asked.conversations
    if words := name_words(asked.query):
        labels = Label.objects.filter(workspace_id=agent.workspace_id)
        for word in words:
            labels = labels.filter(name__icontains=word)
        called = list(labels.values_list("pk", flat=True))
        if not called:
            return []
        found = found.filter(_labelled(called))
    elif not asked.narrows_conversations or asked.query.terms:
        return []
    return list(found.for_list().order_by("-last_at", "-pk")[:THREADS])


# --- messages ---------------------------------------------------------------------------------------------


def _messages(agent: Agent, asked: Asked, *, before: str) -> Page[Hit]:
    if not asked.asks_for_messages:
        return Page([])
    rows, keys = _in_reach(agent, asked, before), set[Key]()
    for mark, threads in asked.writers or [("", None)]:
        marks = [*asked.marks, mark] if mark else asked.marks
        if threads is not None:
            keys |= _of_threads(asked, rows, marks, threads)
        else:
            keys |= _newest(asked, rows, marks)
    if not asked.writers and len(keys) <= HITS:
        keys |= _of_named(agent, asked, rows)
    page = sorted(keys, reverse=True)[: HITS + 1]
    more = cursor_of(*page[HITS - 1]) if len(page) > HITS else ""
    return Page(_hits(asked, [pk for _at, pk in page[:HITS]]), more)


def _of_named(agent: Agent, asked: Asked, rows: Rows) -> set[Key]:
    """“Sokolova refund”: where the first or the last word is the customer's name, the others are looked for there."""
    terms = [term for term in asked.query.terms if not term.is_excluded]
    keys = set[Key]()
    ends = {terms[0], terms[-1]} if len(terms) > 1 else set()
    for name in (one for one in ends if len(one.words) >= SHORTEST_NAME):
        people = people_called(agent, [name.words])
        threads = asked.conversations.filter(contact__in=people).order_by("-last_at")
        theirs = list(threads.values_list("pk", flat=True)[:PEOPLE_OF_A_NAME])
        if theirs:
            others = tuple(term for term in asked.query.terms if term != name)
            narrower = replace(asked, query=replace(asked.query, terms=others))
            keys |= _of_threads(narrower, rows, asked.marks, theirs)
    return keys


def _in_reach(agent: Agent, asked: Asked, before: str) -> Rows:
    """What the days and the cursor leave, whoever sees it."""
    rows = MessageWords.objects.filter(workspace_id=agent.workspace_id)
    if asked.since:
        rows = rows.filter(at__gte=asked.since)
    if asked.until:
        rows = rows.filter(at__lt=asked.until)
    if after := keyset(before):
        at, pk = after
        rows = rows.filter(at__lte=at).exclude(at=at, message_id__gte=pk)
    return rows


def _newest(asked: Asked, rows: Rows, marks: list[str]) -> set[Key]:
    """First among the newest messages, which is quick for common words and tells how common they are; then, if that
    was no full page, in all history. A word that may still grow counts as a beginning in the first part alone: no
    index knows how common a beginning is.
    """
    loose, strict = (_tsquery(asked.query, marks, is_finished=done) for done in (False, True))
    if not loose[0]:
        return _seen(asked, rows)
    edge = rows.order_by("-at").values_list("at", flat=True)[NEWEST : NEWEST + 1]
    until = next(iter(edge), None)
    recent = (
        rows.filter(_matches(*loose))
        if until is None
        else rows.filter(_matches(*loose), at__gte=until)
    )
    keys = _seen(asked, recent)
    if until is None or len(keys) > HITS:
        return keys
    is_rare = recent.count() < RARE
    return keys | _seen(asked, rows.filter(_matches(*strict)), by_words=is_rare)


def _of_threads(asked: Asked, rows: Rows, marks: list[str], threads: list[int]) -> set[Key]:
    """In some few conversations: their messages are fewer than those with the words."""
    sql, values = _tsquery(asked.query, marks, is_finished=False)
    found = rows.filter(_matches(sql, values), message__conversation_id__in=threads)
    return _seen(asked, found, by_words=True)


def _seen(asked: Asked, rows: Rows, *, by_words: bool = False) -> set[Key]:
    """A page of those that the agent sees. `by_words`: never walk by time, what matches is little."""
    found = rows.filter(message__conversation__in=asked.conversations)
    moment = F("at") + Value(timedelta(0)) if by_words else F("at")
    newest = found.order_by(moment.desc(), "-message_id").values_list("at", "message_id")
    return set(newest[: HITS + 1])


def _matches(sql: str, values: list[str]) -> RawSQL:
    """The words as a condition. `sql` is `_tsquery`'s: made of our own words, with what was typed apart."""
    column = '"conversations_messagewords"."words"'
    return RawSQL(f"{column} @@ ({sql})", values, output_field=BooleanField())  # noqa: S611


def _tsquery(
    query: Query, marks: Iterable[str] = (), *, is_finished: bool = True
) -> tuple[str, list[str]]:
    """The words as SQL of a tsquery, and its values. Marks are made of our own ids and words alone."""
    parts, values = [], []
    for term in query.terms:
        words = term.words.translate(SPELLING)
        sql, said = STEMS, [words, words]
        if (
            not is_finished
            and term.is_unfinished
            and len(words) >= SHORTEST_BEGINNING
            and words.isalnum()
        ):
            sql, said = f"{STEMS} || {BEGINNING}", [words, words, words.lower()]
        parts.append(f"!!({sql})" if term.is_excluded else f"({sql})")
        values += said
    if both := " & ".join(marks):
        parts.append("%s::tsquery")
        values.append(both)
    return " && ".join(parts), values


def _hits(asked: Asked, ids: list[int]) -> list[Hit]:
    rows = Message.objects.select_related(
        "conversation__contact", "conversation__number", "author", "media"
    ).in_bulk(ids)
    marks = marked(asked.query, ids)
    return [
        Hit(rows[pk], snippets.excerpt(said(rows[pk]), marks.get(pk, ())))
        for pk in ids
        if pk in rows
    ]


def said(message: Message) -> str:
    """The text of a message and the name of its file, as one text."""
    name = message.media.filename if message.media else ""
    return f"{message.text}\n{name}".strip("\n") if name else message.text


def marked(query: Query, ids: Iterable[int]) -> dict[int, Spans]:
    """Where in these messages (`said`) the words stand that were found."""
    positive = [term for term in query.terms if not term.is_excluded]
    sql, values = _tsquery(Query(query.text, tuple(positive)), is_finished=False)
    if not sql:
        return {}
    either = sql.replace(" && ", " || ")
    plain = "translate(%s, 'ёЁ' || %s || %s, 'ее  ')"
    text = "CASE WHEN coalesce(f.filename, '') = '' THEN m.text ELSE btrim(m.text || E'\\n' || f.filename, E'\\n') END"
    statement = (
        f"SELECT m.id, ts_headline('pg_catalog.russian', {plain.replace('%s', text, 1)}, {either}, %s) "  # noqa: S608
        "FROM conversations_message AS m LEFT JOIN conversations_mediafile AS f ON f.id = m.media_id "
        "WHERE m.id = ANY(%s)"
    )
    options = f"HighlightAll=true, StartSel={snippets.OPEN}, StopSel={snippets.SHUT}"
    with connection.cursor() as cursor:
        cursor.execute(statement, [snippets.OPEN, snippets.SHUT, *values, options, list(ids)])
        return {pk: snippets.spans(text) for pk, text in cursor.fetchall()}


# --- inside one conversation ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Match:
    token: str
    words: tuple[str, ...]


def within(conversation: Conversation, text: str, *, today: date) -> list[Match]:
    """The messages of one conversation with these words, newest first, and the words as they stand there."""
    query = parse(text, today=today)
    sql, values = _tsquery(query, is_finished=False)
    if not sql:
        return []
    try:
        with _patience():
            rows = list(
                Message.objects.filter(conversation=conversation, words__isnull=False)
                .filter(_matches(sql, values))
                .select_related("media")
                .order_by("-at", "-arrival", "-pk")[:IN_ONE]
            )
            marks = marked(query, [row.pk for row in rows])
    except TooSlow:
        return []
    return [
        Match(str(row.token), tuple({said(row)[a:b] for a, b in marks.get(row.pk, ())}))
        for row in rows
    ]
