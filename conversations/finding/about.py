"""What colleagues wrote on people and into custom fields, found by its words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL

from accounts.models import Agent
from conversations import snippets
from conversations.field_values import plain
from conversations.finding.asked import Asked
from conversations.finding.words import marked_texts, tsquery
from conversations.models import ContactNote, Conversation, FieldValue
from conversations.query_words import Term
from conversations.snippets import Piece

MOST = 6  # of notes, and of fields


@dataclass(frozen=True, slots=True)
class About:
    """A note or a field. `field`: its name, empty for a note. `conversation`: the newest of that person."""

    conversation: Conversation
    field: str
    pieces: list[Piece]


def about_of(agent: Agent, asked: Asked) -> list[About]:
    """Only of people, and in conversations, that the agent sees. Filters for messages ask for nothing here."""
    said = [term for term in asked.query.terms if not term.is_excluded]
    if not said or asked.marks or asked.writers or asked.since or asked.until:
        return []
    sql, values = tsquery(asked.query, is_finished=False)
    notes = ContactNote.objects.filter(
        _found("conversations_contactnote", sql, values),
        contact__workspace_id=agent.workspace_id,
        contact__in=asked.conversations.values("contact"),
    )
    return _shown(asked, list(notes.order_by("-at", "-pk")[:MOST]), _fields(agent, asked, said))


def _fields(agent: Agent, asked: Asked, said: list[Term]) -> list[FieldValue]:
    """The newest of people and of conversations, looked for apart: of both at once PostgreSQL would first list all
    that the agent sees.
    """
    sql, values = tsquery(asked.query, is_finished=False)
    wanted = Q(_found("conversations_fieldvalue", sql, values)) & ~Q(text="")
    if len(said) == 1 and (number := _number(said[0].words)) is not None:
        wanted |= Q(number=number)
    found = FieldValue.objects.filter(wanted, field__workspace_id=agent.workspace_id)
    of_people = found.filter(contact__in=asked.conversations.values("contact"))
    of_threads = found.filter(conversation__in=asked.conversations.values("pk"))
    ids = {
        pk
        for part in (of_people, of_threads)
        for pk in part.order_by("-pk").values_list("pk", flat=True)[:MOST]
    }
    rows = FieldValue.objects.filter(pk__in=ids).select_related("field")
    return list(rows.order_by("-pk")[:MOST])


def _found(table: str, sql: str, values: list[str]) -> RawSQL:
    """`table`: of ours, with an index over the words of its column `text` (migration about_words)."""
    return RawSQL(  # noqa: S611
        f'conversations_stems("{table}"."text") @@ ({sql})', values, output_field=BooleanField()
    )


def _number(words: str) -> Decimal | None:
    try:
        number = Decimal(words.replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _shown(asked: Asked, notes: list[ContactNote], fields: list[FieldValue]) -> list[About]:
    contacts = {note.contact_id for note in notes}
    contacts |= {one.contact_id for one in fields if one.contact_id is not None}
    threads = asked.conversations.filter(contact_id__in=contacts).for_list()
    latest = threads.order_by("contact_id", "-last_at", "-pk").distinct("contact_id")
    newest = {thread.contact_id: thread for thread in latest}
    own = asked.conversations.filter(
        pk__in=[one.conversation_id for one in fields if one.conversation_id]
    ).for_list()
    by_id = {thread.pk: thread for thread in own}
    texts = [note.text for note in notes] + [_words(one) for one in fields]
    cut = [
        snippets.excerpt(text, spans)
        for text, spans in zip(texts, marked_texts(asked.query, texts), strict=True)
    ]
    found = [
        About(newest[note.contact_id], "", pieces)
        for note, pieces in zip(notes, cut, strict=False)
        if note.contact_id in newest
    ]
    for one, pieces in zip(fields, cut[len(notes) :], strict=True):
        thread = newest.get(one.contact_id or 0) or by_id.get(one.conversation_id or 0)
        if thread is not None:
            found.append(About(thread, one.field.name, pieces))
    return found


def _words(value: FieldValue) -> str:
    return value.text or (str(plain(value.number)) if value.number is not None else "")
