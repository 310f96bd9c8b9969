"""Exports: the conversations of a view, or their messages, one row each, as a file for whoever asked.

Rights, filters and how numbers are shown are those of the owner at the moment when the file is made. Who has other
rights since then does not get the file any more, but may make it anew.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.core.files import File
from django.db import transaction
from django.db.models import F
from django.http import QueryDict
from django.utils import timezone, translation
from django.utils.translation import gettext, pgettext

from accounts import audit, masking
from accounts.models import Agent
from conversations import jobs, listing, tables
from conversations.field_values import shown_for
from conversations.listing import Filters
from conversations.models import Conversation, CustomField, Job, JobKind, Message
from conversations.models.threads import ConversationQuerySet

LINK_LIVES: Final = timedelta(days=3)
IN_MEMORY: Final = 4 * 1024 * 1024
AT_ONCE: Final = 1000
SUBJECTS: Final = ("conversations", "messages")


def found(agent: Agent, query: str) -> ConversationQuerySet:
    """What the list shows at this query of its URL."""
    return listing.filtered(agent, Filters.from_query(QueryDict(query)))


@transaction.atomic
def ask(*, agent: Agent, subject: str, kind: str, query: str, address: str | None) -> Job:
    """Write the wish down; the caller enqueues it. `subject`: one of SUBJECTS; `kind`: csv or xlsx."""
    filters = Filters.from_query(QueryDict(query))
    title = _titles()[subject]
    request = {"subject": subject, "kind": kind, "query": filters.url_query}
    audit.record(agent, "export.asked", title, address, kind=kind, view=filters.url_query)
    return jobs.ask(agent=agent, kind=JobKind.EXPORT, title=title, request=request)


def _titles() -> dict[str, str]:
    return {"conversations": gettext("Conversations"), "messages": gettext("Messages")}


def run(job: Job) -> None:
    """Make the file. Safe to run again: a second file takes the first one's place."""
    agent, wish = job.owner, job.request
    zone, rights = ZoneInfo(agent.time_zone), jobs.rights_of(agent)
    with (
        masking.shown(agent.phones),
        translation.override(agent.language),
        timezone.override(zone),
        tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file,
    ):
        with tables.opened(wish["kind"], file) as table:
            count = _write(table, job, found(agent, wish["query"]))
        file.seek(0)
        name = f"{wish['subject']}-{timezone.localtime():%Y-%m-%d}.{wish['kind']}"
        job.file.save(name, File(file), save=False)
    job.done_count = job.total = count
    jobs.finish(
        job,
        file=job.file.name,
        filename=name,
        expires_at=timezone.now() + LINK_LIVES,
        result={"rights": rights},
    )


def has_file(job: Job, agent: Agent, *, at: datetime) -> bool:
    """Whether it may be fetched: until the link runs out, under the rights it was made with."""
    return job.has_file(at) and job.result.get("rights") == jobs.rights_of(agent)


def _write(table: tables.Table, job: Job, chosen: ConversationQuerySet) -> int:
    rows: Any
    cells: Callable[[list[Any]], Iterator[list[Any]]]
    if job.request["subject"] == "messages":
        rows, head = _messages(chosen), _message_head()
        cells = _message_lines
    else:
        fields = list(CustomField.objects.filter(workspace_id=job.workspace_id))
        rows, head = (
            _conversations(chosen),
            [*_conversation_head(), *(field.name for field in fields)],
        )
        cells = partial(_conversation_lines, fields)
    jobs.progress(job, done=0, total=rows.count())
    table.add(head)
    done = 0
    stream = rows.iterator(chunk_size=AT_ONCE)
    while chunk := list(islice(stream, AT_ONCE)):
        for line in cells(chunk):
            table.add(line)
        done += len(chunk)
        jobs.progress(job, done=done)
    return done


def _conversations(chosen: ConversationQuerySet) -> Any:
    return chosen.for_list().order_by("-last_at", "-pk")


def _messages(chosen: ConversationQuerySet) -> Any:
    """Notes and notices are colleagues' own; a reaction is part of the message it stands on."""
    found = Message.objects.filter(conversation__in=chosen.order_by().values("pk"))
    rows = found.exclude(direction="system").exclude(kind="reaction")
    rows = rows.select_related("conversation__contact", "number", "author", "media", "template")
    return rows.order_by(F("conversation_id"), "at", "arrival", "pk").defer("raw", "content")


def _conversation_head() -> list[str]:
    return [
        gettext("Conversation"), gettext("Contact"), gettext("Phone"), gettext("Username"),
        gettext("Company"), gettext("E-mail"), gettext("Our number"), gettext("State"),
        gettext("Team"), gettext("Assignee"), gettext("Waits since"), gettext("Messages received"),
        gettext("Last message"), gettext("Last message at"), gettext("Begun at"),
        gettext("Resolved at"), gettext("Marketing stopped at"), gettext("Labels"), gettext("Priority"),
    ]  # fmt: skip


def _conversation_lines(fields: list[CustomField], rows: list[Conversation]) -> Iterator[list[Any]]:
    filled = shown_for(rows) if fields else {}
    for row in rows:
        written = {one.field.pk: one.written for one in filled.get(row.pk, ())}
        yield [*_conversation_cells(row), *(written.get(field.pk, "") for field in fields)]


def _message_lines(rows: list[Message]) -> Iterator[list[Any]]:
    return map(_message_cells, rows)


def _conversation_cells(row: Conversation) -> list[Any]:
    contact = row.contact
    return [
        row.pk, contact.shown_name, _digits(contact.phone), contact.username,
        contact.company, contact.email, row.number.label, row.get_status_display(),
        row.team.name if row.team else "", row.assignee.name if row.assignee else "",
        row.waiting_since, row.inbound_count,
        row.last_text or row.last_kind_label, row.last_at, row.created_at,
        row.resolved_at, contact.marketing_stopped_at,
        ", ".join(label.name for label in row.labels.all()), row.get_priority_display(),
    ]  # fmt: skip


def _message_head() -> list[str]:
    return [
        gettext("Message"), gettext("Conversation"), gettext("At"), pgettext("message", "Direction"),
        gettext("Kind"), gettext("Contact"), gettext("Phone"), gettext("Our number"),
        gettext("Author"), gettext("Text"), gettext("File"), gettext("Template"), gettext("State"),
        gettext("Delivered"), gettext("Read"), gettext("Error"),
    ]  # fmt: skip


def _message_cells(row: Message) -> list[Any]:
    contact = row.conversation.contact
    is_ours = row.direction == "out"
    return [
        row.pk, row.conversation_id, row.at,
        pgettext("message", "out") if is_ours else pgettext("message", "in"),
        row.kind_label or row.kind, contact.shown_name, _digits(contact.phone), row.number.label,
        row.author.name if row.author else "", row.text,
        (row.media.shown_name or row.media.kind) if row.media else "",
        row.template.name if row.template else "", row.get_status_display(),
        row.delivered_at, row.read_at, row.error_code,
    ]  # fmt: skip


def _digits(phone: str) -> str:
    """Without the plus, which a spreadsheet would take for a formula."""
    return phone if masking.current() == masking.FULL else masking.phone(phone)
