"""Very many rows for speed work: contacts, conversations and messages made inside PostgreSQL by INSERT … SELECT.

They are plain (text only) but whole: list columns, numbers of the journal, identifiers and read marks all fit together.
Number 0 is the conversation of this minute; they go back one year.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import Agent, PhoneNumber, Workspace
from conversations.models import (
    Contact,
    Conversation,
    Identifier,
    IdentifierKind,
    Message,
    MessageWords,
    ReadMark,
)
from events.models import Event
from waba_inbox.demo import company, names, scripts

DAYS: Final = 365
OPEN_SHARE: Final = 40  # the newest fortieth is open, and every twelfth of the older ones
AGENT: Final = "(%(agents)s::bigint[])[1 + k %% cardinality(%(agents)s::bigint[])]"
NUMBER: Final = "(%(numbers)s::bigint[])[1 + k %% cardinality(%(numbers)s::bigint[])]"
# No two alike, and scattered as real ones are: a part of one finds a few people, not ten thousand.
PHONE: Final = "(78000000000 + (%(first_contact)s + k) * 618033 %% 999999937)::text"
TEXT: Final = "(%(texts)s::text[])[1 + (i * 7919) %% cardinality(%(texts)s::text[])]"
PLACE: Final = (
    "%(conversations)s * power(((i * 2654435761) %% 1000003) / 1000003.0::float8, 1.5::float8)"
)
TABLES: Final = (Contact, Identifier, Message, Conversation, ReadMark, Event)


@dataclass(frozen=True, slots=True)
class Scale:
    """What all statements know: first ids, counts, and the numbers to take part."""

    workspace: Workspace
    numbers: list[PhoneNumber]
    agents: list[Agent]
    conversations: int
    messages: int
    now: datetime
    first: dict[str, int]
    seq: int

    @property
    def values(self) -> dict[str, Any]:
        return {
            "workspace": self.workspace.pk,
            "numbers": [number.pk for number in self.numbers],
            "agents": [agent.pk for agent in self.agents],
            "conversations": self.conversations,
            "messages": self.messages,
            "now": self.now,
            "step": DAYS * 86400.0 / self.conversations,
            "seq": self.seq,
            **self.first,
        }


def add(*, conversations: int, messages: int, now: datetime) -> Iterator[str]:
    """Add that many to the demo workspace; every conversation has at least one message."""
    workspace = company.found()
    if workspace is None:
        raise ValueError("The demo workspace is not there yet: run seed_demo first.")
    messages = max(messages, conversations)
    started = timezone.now()
    with transaction.atomic():
        _trust_foreign_keys()
        scale = _scale(workspace, conversations, messages, now=now)
        with _without_indexes(Message, MessageWords, Conversation):
            for words, statement in _statements(scale):
                statement()
                yield f"  {words} {(timezone.now() - started).total_seconds():.1f} s"
        yield f"  indexes {(timezone.now() - started).total_seconds():.1f} s"
        _restart_ids()
    _look_again(*TABLES, MessageWords)
    yield f"Added {conversations:,} conversations with {messages:,} messages."


def _scale(workspace: Workspace, conversations: int, messages: int, *, now: datetime) -> Scale:
    """The numbers of the journal are taken here, so other writers of the workspace wait until we are done."""
    first = {
        f"first_{model._meta.model_name}": (model._default_manager.aggregate(n=Max("pk"))["n"] or 0)
        + 1
        for model in TABLES
    }
    agents = Agent.objects.filter(workspace=workspace, role="agent", is_active=True)
    numbers = PhoneNumber.objects.filter(workspace=workspace).order_by("pk")
    seq = workspace.take_numbers(conversations)
    return Scale(
        workspace,
        list(numbers),
        list(agents.order_by("pk")),
        conversations,
        messages,
        now,
        first,
        seq,
    )


def _statements(scale: Scale) -> Iterator[tuple[str, Any]]:
    yield "contacts", lambda: _contacts(scale)
    yield "identifiers", lambda: _identifiers(scale)
    yield "messages", lambda: _messages(scale)
    yield "words", lambda: _words(scale)
    yield "conversations", lambda: _conversations(scale)
    yield "read marks", lambda: _read_marks(scale)
    yield "events", lambda: _events(scale)


def _contacts(scale: Scale) -> None:
    _insert(
        Contact,
        {
            "id": "%(first_contact)s + k",
            "workspace_id": "%(workspace)s",
            "profile_name": "(%(firsts)s::text[])[1 + k %% 60] || ' ' || (%(surnames)s::text[])[1 + (k / 60) %% 70]",
            "phone": PHONE,
            "language": "'ru'",
            "created_at": "%(now)s - make_interval(secs => k * %(step)s)",
        },
        "generate_series(0::bigint, %(conversations)s - 1) AS k",
        scale,
        firsts=list(names.MEN + names.WOMEN),
        surnames=list(names.SURNAMES),
    )


def _identifiers(scale: Scale) -> None:
    _insert(
        Identifier,
        {
            "id": "%(first_identifier)s + k",
            "workspace_id": "%(workspace)s",
            "contact_id": "%(first_contact)s + k",
            "kind": f"'{IdentifierKind.WA_ID}'",
            "value": PHONE,
        },
        "generate_series(0::bigint, %(conversations)s - 1) AS k",
        scale,
    )


def _messages(scale: Scale) -> None:
    """The first of each conversation is its newest; the others go to a few long threads and many short ones."""
    _insert(
        Message,
        {
            "id": "%(first_message)s + i",
            "token": "gen_random_uuid()",
            "workspace_id": "%(workspace)s",
            "conversation_id": "%(first_conversation)s + k",
            "number_id": NUMBER,
            "direction": "CASE WHEN is_ours THEN 'out' ELSE 'in' END",
            "author_id": f"CASE WHEN is_ours THEN {AGENT} END",
            "kind": "'text'",
            "text": "said",
            "content": "jsonb_build_object('body', said)",
            "source": "CASE WHEN is_ours THEN 'agent' ELSE 'phone' END",
            "seq": "%(seq)s + %(conversations)s - 1 - k",
            "at": "at",
            "wamid": "'wamid.BIG' || (%(first_message)s + i)",
            "status": "CASE WHEN is_ours THEN 'read' ELSE 'received' END",
            "sent_at": "CASE WHEN is_ours THEN at END",
            "delivered_at": "CASE WHEN is_ours THEN at END",
            "read_at": "CASE WHEN is_ours THEN at END",
        },
        f"""(
            SELECT i, k, (i + k) %% 2 = 0 AS is_ours, {TEXT} AS said,
                %(now)s - make_interval(secs => k * %(step)s + (i / %(conversations)s) * 1900.0) AS at
            FROM generate_series(0::bigint, %(messages)s - 1) AS i, LATERAL (
                SELECT CASE WHEN i < %(conversations)s THEN i ELSE
                    floor({PLACE})::bigint
                END AS k
            ) AS chosen
        ) AS one""",  # noqa: S608
        scale,
        texts=_texts(),
    )
    _look_again(
        Message
    )  # the next statement joins them, and must not be planned for an empty table


def _conversations(scale: Scale) -> None:
    """The list's columns come from the messages that were just made."""
    is_open = f"(k < %(conversations)s / {OPEN_SHARE} OR k %% 12 = 0)"
    _insert(
        Conversation,
        {
            "id": "conversation_id",
            "workspace_id": "%(workspace)s",
            "contact_id": "%(first_contact)s + k",
            "number_id": "number_id",
            "assignee_id": f"CASE WHEN k %% 4 <> 0 THEN {AGENT} END",
            "status": f"CASE WHEN {is_open} THEN 'open' ELSE 'resolved' END",
            "resolved_at": f"CASE WHEN NOT {is_open} THEN last_at END",
            "seq": "%(seq)s + %(conversations)s - 1 - k",
            "created_at": "created_at",
            "last_at": "last_at",
            "last_kind": "'text'",
            "last_text": "left(last_text, 160)",
            "last_direction": "last_direction",
            "last_status": "last_status",
            "inbound_count": "inbound_count",
            "waiting_since": f"CASE WHEN {is_open} AND last_direction = 'in' THEN last_at END",
            "last_inbound_at": "last_inbound_at",
        },
        """(
            SELECT newest.conversation_id, newest.conversation_id - %(first_conversation)s AS k, newest.number_id,
                newest.at AS last_at, newest.text AS last_text, newest.direction AS last_direction,
                newest.status AS last_status, total.inbound_count, total.last_inbound_at, total.created_at
            FROM conversations_message AS newest JOIN (
                SELECT conversation_id, min(at) AS created_at,
                    count(*) FILTER (WHERE direction = 'in') AS inbound_count,
                    max(at) FILTER (WHERE direction = 'in') AS last_inbound_at
                FROM conversations_message WHERE id >= %(first_message)s AND workspace_id = %(workspace)s
                GROUP BY conversation_id
            ) AS total USING (conversation_id)
            WHERE newest.id >= %(first_message)s AND newest.id < %(first_message)s + %(conversations)s
        ) AS one""",
        scale,
    )


def _words(scale: Scale) -> None:
    """What the triggers would do, at once."""
    first = scale.first["first_message"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conversations_fill_words(%s, %s)", [first, first + scale.messages - 1]
        )


def _read_marks(scale: Scale) -> None:
    """Whose it is has read it, but for the last message of some."""
    _insert(
        ReadMark,
        {
            "id": "%(first_readmark)s + id - %(first_conversation)s",
            "agent_id": "assignee_id",
            "conversation_id": "id",
            "seen_count": "greatest(0, inbound_count - (CASE WHEN waiting_since IS NULL THEN 0 ELSE 1 END))",
            "seen_at": "last_at",
        },
        "conversations_conversation WHERE id >= %(first_conversation)s AND assignee_id IS NOT NULL",
        scale,
    )


def _events(scale: Scale) -> None:
    _insert(
        Event,
        {
            "id": "%(first_event)s + k",
            "workspace_id": "%(workspace)s",
            "seq": "%(seq)s + %(conversations)s - 1 - k",
            "kind": "'message.received'",
            "subject": "'conversation:' || (%(first_conversation)s + k)",
            "at": "%(now)s - make_interval(secs => k * %(step)s)",
        },
        "generate_series(0::bigint, %(conversations)s - 1) AS k",
        scale,
    )


def _insert(
    model: type[models.Model], columns: dict[str, str], source: str, scale: Scale, **more: Any
) -> None:
    """INSERT … SELECT; a column that is not named gets the field's own default."""
    values = scale.values | more
    wanted = dict(columns)
    for field in model._meta.concrete_fields:
        column = str(field.column)
        if column not in wanted and not field.generated:
            default = field.get_default()
            key = f"default_{column}"
            wanted[column] = f"%({key})s"
            values[key] = field.get_db_prep_save(default, connection)
    quoted = ", ".join(connection.ops.quote_name(name) for name in wanted)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({quoted}) SELECT {', '.join(wanted.values())} FROM {source}",  # noqa: S608
            values,
        )


def _texts() -> list[str]:
    """Every plain line of the dialogues, with the variables filled somehow."""
    filler = _Named(dict.fromkeys(("a", "aa", "en", "l"), ""))
    found = [
        variant.format_map(filler)
        for language in ("ru", "en")
        for story in scripts.stories(language, language=language)
        for line in story.lines
        if line.side in ("in", "out") and not line.said
        for variant in line.variants
    ]
    return [text for text in found if text]


class _Named(dict[str, str]):
    """Any variable of a script as something plain."""

    def __missing__(self, name: str) -> str:
        return {"first": "Мария", "name": "Мария"}.get(name, "20814")


def _trust_foreign_keys() -> None:
    """References are checked row by row at commit, which takes as long as the rest. Only a superuser may skip it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser') = 'on'")
        if cursor.fetchone()[0]:
            cursor.execute("SET LOCAL session_replication_role = replica")


@contextmanager
def _without_indexes(*tables: type[models.Model]) -> Iterator[None]:
    """Drop what no constraint needs and make it anew at the end: one sort each instead of a million insertions."""
    check_now = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"
    with connection.cursor() as cursor:
        cursor.execute(check_now)  # an index cannot change while references wait for their check
        cursor.execute(
            """SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()
            AND tablename = ANY(%s) AND NOT EXISTS (
                SELECT FROM pg_constraint WHERE conindid = format('%%I', indexname)::regclass
            )""",
            [[model._meta.db_table for model in tables]],
        )
        found = cursor.fetchall()
        for name, _definition in found:
            cursor.execute(f"DROP INDEX {connection.ops.quote_name(name)}")
    yield
    with connection.cursor() as cursor:
        cursor.execute(check_now)
        for _name, definition in found:
            cursor.execute(definition)


def _look_again(*tables: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        for model in tables:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")


def _restart_ids() -> None:
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(TABLES)):
            cursor.execute(statement)
