"""Search inside one conversation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from conversations.finding.patience import TooSlow, patience
from conversations.finding.words import marked, matches, said, tsquery
from conversations.models import Conversation, Message
from conversations.query_words import parse

IN_ONE = 500  # matches of a search inside one conversation


@dataclass(frozen=True, slots=True)
class Match:
    token: str
    words: tuple[str, ...]


def within(conversation: Conversation, text: str, *, today: date) -> list[Match]:
    """The messages of one conversation with these words, newest first, and the words as they stand there."""
    query = parse(text, today=today)
    sql, values = tsquery(query, is_finished=False)
    if not sql:
        return []
    try:
        with patience():
            rows = list(
                Message.objects.filter(conversation=conversation, words__isnull=False)
                .filter(matches(sql, values))
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
