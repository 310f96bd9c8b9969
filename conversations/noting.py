"""Private notes: what colleagues tell each other in a thread. The customer never sees one, and nothing goes to Meta."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext

from accounts import masking
from accounts.models import Agent
from conversations import access, admission, live, statuses, tasks
from conversations.models import Conversation, Direction, Mention, Message
from conversations.refusals import InternalRole, Refusal
from events import live as line
from events.committing import afterwards

KIND = "note"
MENDED_FOR = timedelta(minutes=15)
TOLD = 160  # characters of a note that a toast shows


@dataclass(eq=False)
class NotYourNote(Refusal):
    code = "not_your_note"

    @property
    def what(self) -> str:
        return gettext("Only its author changes a note.")


@dataclass(eq=False)
class NoteStands(Refusal):
    code = "note_stands"

    @property
    def what(self) -> str:
        return gettext("After 15 minutes a note stays as it is.")

    @property
    def todo(self) -> str:
        return gettext("Write another one.")


@transaction.atomic
def write(conversation_id: int, *, agent: Agent, token: UUID, text: str, at: datetime) -> Message:
    """Leave a note, window or no window. Who waits goes on waiting: a note is no answer. Safe to repeat."""
    if not agent.works_conversations:
        raise InternalRole
    rows = Conversation.objects.select_for_update(no_key=True, of=("self",))
    conversation = rows.select_related("contact", "number__account").get(pk=conversation_id)
    if repeated := conversation.messages.filter(token=token).first():
        return repeated
    words = admission.checked_text(text)
    named = mentioned(words, access.colleagues(conversation))
    note = Message.objects.create(
        token=token,
        workspace_id=conversation.workspace_id,
        conversation=conversation,
        number_id=conversation.number_id,
        direction=Direction.SYSTEM,
        kind=KIND,
        text=words,
        content={"mentions": [{"id": one.pk, "name": one.name} for one in named]},
        author=agent,
        at=at,
        status=statuses.RECEIVED,
    )
    others = [one for one in named if one.pk != agent.pk]
    Mention.objects.bulk_create([Mention(message=note, agent=one) for one in others])
    live.publish("note.written", conversation, note, actor=agent, message=note.pk)
    afterwards(_tell, others, note, conversation)
    if others:
        ids = [one.pk for one in others]
        afterwards(tasks.tell_mention.apply_async, (note.pk, ids), retry=False)
    return note


@transaction.atomic
def change(message_id: int, *, agent: Agent, text: str, at: datetime) -> Message:
    """Its author may mend a note for some minutes. What it said before is kept; who is newly named is told."""
    note = Message.objects.select_for_update(of=("self",)).get(pk=message_id)
    if note.kind != KIND or note.author_id != agent.pk:
        raise NotYourNote
    if at - note.at > MENDED_FOR:
        raise NoteStands
    words = admission.checked_text(text)
    if words == note.text:
        return note
    rows = Conversation.objects.select_for_update(no_key=True, of=("self",))
    conversation = rows.select_related("contact", "number__account").get(pk=note.conversation_id)
    named = mentioned(words, access.colleagues(conversation))
    known = set(note.mentions.values_list("agent_id", flat=True)) | {agent.pk}
    earlier = note.with_words_kept()
    note.text, note.edited_at = words, at
    note.content = {"mentions": [{"id": one.pk, "name": one.name} for one in named]} | earlier
    note.save(update_fields=["text", "content", "edited_at"])
    others = [one for one in named if one.pk not in known]
    Mention.objects.bulk_create([Mention(message=note, agent=one) for one in others])
    live.publish("note.changed", conversation, note, actor=agent, message=note.pk)
    afterwards(_tell, others, note, conversation)
    return note


def mentioned(text: str, agents: Iterable[Agent]) -> list[Agent]:
    """Those whose name stands in the text after an @. “@Anna Koval” does not mean an Anna as well."""
    found: set[int] = set()
    by_length = sorted(agents, key=lambda agent: -len(agent.name))
    for agent in by_length:
        if not agent.name:
            continue
        text, count = re.subn(rf"(?<!\w)@{re.escape(agent.name)}(?!\w)", "\0", text, flags=re.I)
        namesakes = [other.pk for other in by_length if other.name.lower() == agent.name.lower()]
        found.update(namesakes if count else ())
    return sorted((agent for agent in by_length if agent.pk in found), key=lambda agent: agent.pk)


def _tell(agents: Iterable[Agent], note: Message, conversation: Conversation) -> None:
    for agent in agents:
        with masking.shown(agent.phones):
            contact = conversation.contact.shown_name
        line.tell(
            f"agent.{agent.pk}",
            kind="mention",
            conversation=conversation.pk,
            by=note.author.short_name if note.author else "",
            contact=contact,
            text=note.text[:TOLD],
        )
