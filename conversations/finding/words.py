"""The words of a query for PostgreSQL, and where they stand in what was found."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from conversations import snippets
from conversations.models import Message
from conversations.query_words import Query
from conversations.snippets import Spans

STEMS = "phraseto_tsquery('pg_catalog.russian', %s) || phraseto_tsquery('pg_catalog.simple', %s)"
BEGINNING = "to_tsquery('pg_catalog.simple', quote_literal(%s) || ':*')"
SHORTEST_BEGINNING = 3
SPELLING = str.maketrans("ёЁ", "ее")


def matches(sql: str, values: list[str]) -> RawSQL:
    """The words as a condition. `sql` is `tsquery`'s: made of our own words, with what was typed apart."""
    column = '"conversations_messagewords"."words"'
    return RawSQL(f"{column} @@ ({sql})", values, output_field=BooleanField())  # noqa: S611


def tsquery(
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


def said(message: Message) -> str:
    """The text of a message and the name of its file, as one text."""
    name = message.media.shown_name if message.media else ""
    return f"{message.text}\n{name}".strip("\n") if name else message.text


def marked_texts(query: Query, texts: list[str]) -> list[Spans]:
    """Where in each of these texts the words stand that were found."""
    positive = [term for term in query.terms if not term.is_excluded]
    sql, values = tsquery(Query(query.text, tuple(positive)), is_finished=False)
    if not sql or not texts:
        return [[] for _text in texts]
    either = sql.replace(" && ", " || ")
    statement = (
        "SELECT ts_headline('pg_catalog.russian', "  # noqa: S608
        f"translate(said, 'ёЁ' || %s || %s, 'ее  '), {either}, %s) "
        "FROM unnest(%s::text[]) WITH ORDINALITY AS given(said, place) ORDER BY place"
    )
    options = f"HighlightAll=true, StartSel={snippets.OPEN}, StopSel={snippets.SHUT}"
    with connection.cursor() as cursor:
        cursor.execute(statement, [snippets.OPEN, snippets.SHUT, *values, options, texts])
        return [snippets.spans(text) for (text,) in cursor.fetchall()]


def marked(query: Query, ids: Iterable[int]) -> dict[int, Spans]:
    """Where in these messages (`said`) the words stand that were found."""
    positive = [term for term in query.terms if not term.is_excluded]
    sql, values = tsquery(Query(query.text, tuple(positive)), is_finished=False)
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
