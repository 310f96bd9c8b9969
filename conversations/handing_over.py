"""Handing over with a word: the assignment and the note that explains it are one act, or none."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Agent
from conversations import noting, triage
from conversations.models import Conversation
from events import journal


@transaction.atomic
def hand_over(
    conversation_id: int,
    *,
    agent: Agent,
    to: Agent,
    expected: int | None,
    note: str,
    token: UUID,
    at: datetime,
) -> Conversation:
    """Assign as `triage.assign` does, and leave the note, which calls whoever it goes to. Safe to repeat."""
    words = note.strip()
    called = words if f"@{to.name}".lower() in words.lower() else f"@{to.name} {words}"
    with journal.together():
        conversation = triage.assign(conversation_id, agent=agent, to=to, expected=expected, at=at)
        if words:
            noting.write(conversation_id, agent=agent, token=token, text=called, at=at)
    return conversation
