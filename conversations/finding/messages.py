"""The messages that a query finds, newest first, and an excerpt of each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import F, QuerySet, Value

from accounts.models import Agent
from conversations import snippets
from conversations.finding.asked import Asked, newest_threads
from conversations.finding.words import marked, matches, said, tsquery
from conversations.models import Message, MessageWords
from conversations.search import Page, cursor_of, keyset
from conversations.snippets import Piece

HITS = 30
NEWEST = 10_000  # messages that are looked through one by one
RARE = 50  # matches among those: the index of words gives the rest quickly
AT_FIRST = 500  # matches in all history of which is asked who sees them
FEW_THREADS = 200  # of so few conversations all messages are looked through
UNSAID = "('#note' | '#system')"  # what is no message does not move its conversation in the list
LATELY = 500  # conversations that moved last, among many
SHORTEST_NAME = 4  # of a word that may be somebody's name, or a part of their number

Key = tuple[datetime, int]  # the moment and id of a message: how pages are ordered
Rows = QuerySet[MessageWords]


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that was found. `pieces`: an excerpt of it, cut where words are marked."""

    message: Message
    pieces: list[Piece]


def messages_of(agent: Agent, asked: Asked, *, before: str) -> Page[Hit]:
    if not asked.asks_for_messages:
        return Page([])
    rows, keys = _in_reach(agent, asked, before), set[Key]()
    few = _few(asked)
    for mark, named in asked.writers or [("", None)]:
        marks = [*asked.marks, mark] if mark else asked.marks
        threads = few if named is None else named
        if threads is not None:
            keys |= _of_threads(asked, rows, marks, threads)
        else:
            keys |= _newest(asked, rows, marks)
    if not asked.writers and len(keys) <= HITS:
        keys |= _of_named(agent, asked, rows)
    page = sorted(keys, reverse=True)[: HITS + 1]
    more = cursor_of(*page[HITS - 1]) if len(page) > HITS else ""
    return Page(_hits(asked, [pk for _at, pk in page[:HITS]]), more)


def _few(asked: Asked) -> list[int] | None:
    """The conversations that are asked for, if they are few: a label, or all that a cautious company shows an agent."""
    found = list(asked.conversations.values_list("pk", flat=True)[: FEW_THREADS + 1])
    return found if len(found) <= FEW_THREADS else None


def _of_named(agent: Agent, asked: Asked, rows: Rows) -> set[Key]:
    """“Sokolova refund”: where the first or the last word is the customer's name, the others are looked for there."""
    terms = [term for term in asked.query.terms if not term.is_excluded]
    keys = set[Key]()
    ends = {terms[0], terms[-1]} if len(terms) > 1 else set()
    for name in (one for one in ends if len(one.words) >= SHORTEST_NAME):
        theirs = newest_threads(agent, asked.conversations, name.words)
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
    loose, strict = (tsquery(asked.query, marks, is_finished=done) for done in (False, True))
    if not loose[0]:
        return _seen(asked, rows)
    edge = rows.order_by("-at").values_list("at", flat=True)[NEWEST : NEWEST + 1]
    until = next(iter(edge), None)
    recent = (
        rows.filter(matches(*loose))
        if until is None
        else rows.filter(matches(*loose), at__gte=until)
    )
    keys = _seen(asked, recent)
    if until is None or len(keys) > HITS:
        return keys
    if recent.count() < RARE:
        return keys | _everywhere(asked, rows.filter(matches(*strict)))
    return keys | _common(asked, rows, marks)


def _everywhere(asked: Asked, rows: Rows) -> set[Key]:
    """The newest of all these are mostly a full page; only if not, who sees which is asked of every one."""
    moment = F("at") + Value(timedelta(0))
    newest = rows.order_by(moment.desc(), "-message_id").values_list("message_id", flat=True)
    ids = list(newest[:AT_FIRST])
    keys = _seen(asked, MessageWords.objects.filter(message_id__in=ids), by_words=True)
    if len(keys) > HITS or len(ids) < AT_FIRST:
        return keys
    return _seen(asked, rows, by_words=True)


def _common(asked: Asked, rows: Rows, marks: list[str]) -> set[Key]:
    """Words that many messages have, in conversations that few of the newest messages are of: the resolved ones, say.

    So first in those of them that moved last, which have all that is newer than the last of these; what is no message
    moves no conversation, and is looked for apart. Then by time.
    """
    lately = asked.conversations.order_by("-listed_at").values_list("pk", "listed_at")
    threads = dict(lately[:LATELY])
    edge = min(threads.values())
    said, unsaid = (matches(*tsquery(asked.query, [*marks, *more])) for more in ((), (UNSAID,)))
    theirs = rows.filter(said, at__gte=edge, message__conversation_id__in=list(threads))
    keys = _page(theirs, by_words=True)
    keys |= _seen(asked, rows.filter(unsaid, at__gte=edge), by_words=True)
    return keys if len(keys) > HITS else keys | _seen(asked, rows.filter(said, at__lt=edge))


def _of_threads(asked: Asked, rows: Rows, marks: list[str], threads: list[int]) -> set[Key]:
    """In some few conversations: their messages are fewer than those with the words."""
    sql, values = tsquery(asked.query, marks, is_finished=False)
    found = rows.filter(message__conversation_id__in=threads)
    return _seen(asked, found.filter(matches(sql, values)) if sql else found, by_words=True)


def _seen(asked: Asked, rows: Rows, *, by_words: bool = False) -> set[Key]:
    """A page of those that the agent sees. `by_words`: never walk by time, what matches is little."""
    return _page(rows.filter(message__conversation__in=asked.conversations), by_words=by_words)


def _page(rows: Rows, *, by_words: bool) -> set[Key]:
    """Of rows that are all the agent’s to see; asked for that again, PostgreSQL would list every conversation first."""
    moment = F("at") + Value(timedelta(0)) if by_words else F("at")
    newest = rows.order_by(moment.desc(), "-message_id").values_list("at", "message_id")
    return set(newest[: HITS + 1])


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
