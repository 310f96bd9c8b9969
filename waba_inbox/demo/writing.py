"""Writes the demo's conversations: rows in bulk, in one transaction, numbered by the journal in one batch."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Final

from conversations.models import (
    Attempt,
    Contact,
    Conversation,
    Identifier,
    IdentifierKind,
    MediaFile,
    Message,
    Reaction,
    ReadMark,
)
from events import journal
from templates_app.models import Template
from waba_inbox.demo.cast import Chat
from waba_inbox.demo.company import Company
from waba_inbox.demo.threads import Thread, Writer

SEEDED: Final = "demo.seeded"


def write(
    company: Company,
    chats: list[Chat],
    library: dict[tuple[int, str, str], Template],
    *,
    now: datetime,
) -> None:
    """All chats. Call inside a transaction."""
    writer = Writer(company, library, now=now)
    threads = sorted((writer.thread(chat) for chat in chats), key=lambda t: t.conversation.last_at)
    Contact.objects.bulk_create(thread.contact for thread in threads)
    Identifier.objects.bulk_create(row for thread in threads for row in _identifiers(thread))
    Conversation.objects.bulk_create(thread.conversation for thread in threads)
    messages = [message for thread in threads for message in thread.messages]
    _store_files([message.media for message in messages if message.media])
    Message.objects.bulk_create(messages, batch_size=500)
    quotes = [pair for thread in threads for pair in thread.quotes]
    for message, earlier in quotes:
        message.quoted = earlier
    Message.objects.bulk_update([message for message, _earlier in quotes], ["quoted"])
    Attempt.objects.bulk_create(row for thread in threads for row in thread.attempts)
    Reaction.objects.bulk_create(row for thread in threads for row in thread.reactions)
    ReadMark.objects.bulk_create(row for thread in threads for row in writer.read_marks(thread))
    with journal.together():
        for thread in threads:
            journal.record(_change(thread))


def _change(thread: Thread) -> journal.Change:
    """Nobody watches while a demo is made, so nothing is pushed."""
    return journal.Change(
        kind=SEEDED,
        workspace_id=thread.conversation.workspace_id,
        subject=f"conversation:{thread.conversation.pk}",
        rows=(thread.conversation, *thread.messages),
        actor=None,
        show=show_nobody,
    )


def show_nobody(changes: list[journal.Change]) -> None:
    return None


def _identifiers(thread: Thread) -> list[Identifier]:
    contact, who = thread.contact, thread.chat.who
    values = {(IdentifierKind.WA_ID, contact.phone), (IdentifierKind.WA_ID, who.phone)}
    values.add((IdentifierKind.USER_ID, contact.user_id))
    make = partial(Identifier, workspace_id=contact.workspace_id, contact=contact)
    return [make(kind=kind, value=value) for kind, value in sorted(values) if value]


def _store_files(media: list[MediaFile]) -> None:
    """Bytes first, then the rows: a row never names a file that is not there."""
    for row in media:
        content = row.file.file
        row.file.save("", content, save=False)
    MediaFile.objects.bulk_create(media)
