"""What the tests of sending do again and again."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import Agent
from conversations import sending, turns
from conversations.claiming import Call
from conversations.models import Conversation, MediaFile, Message
from conversations.outcomes import Told
from conversations.verdicts import Verdict


def say(conversation: Conversation, agent: Agent, text: str = "Hello", **over: Any) -> Message:
    """Queue a reply. In a test without commits nothing goes out until `deliver` is called."""
    fields: dict[str, Any] = {
        "agent": agent,
        "text": text,
        "token": uuid.uuid4(),
        "seen": 0,
        "at": timezone.now(),
        "override": True,
    }
    return sending.reply(conversation.pk, **fields | over)


def make_file(conversation: Conversation, *, name: str = "bill.pdf") -> MediaFile:
    media = MediaFile(
        workspace_id=conversation.workspace_id,
        number_id=conversation.number_id,
        kind="document",
        mime_type="application/pdf",
        filename=name,
        size=9,
        state="stored",
        next_try_at=None,
    )
    media.file.save(name, ContentFile(b"%PDF-1.4\n"), save=True)
    return media


def outgoing(meta: Any) -> list[Any]:
    """What Meta holds of ours, in the order it came."""
    return [m for m in meta.world.messages.values() if m.direction == "out"]


def bodies(meta: Any) -> list[str]:
    return [m.content.get("body", m.type) for m in outgoing(meta)]


def claimed(conversation: Conversation, *, at: datetime | None = None) -> Call:
    """The worker has committed the attempt and is about to call Meta."""
    call = turns.take(conversation.pk, at=at or timezone.now())
    assert isinstance(call, Call)
    return call


def store(call: Call, verdict: Verdict) -> None:
    """The worker heard how the call ended."""
    turns.store(Told(call.attempt_id, call.conversation_id, verdict, timezone.now()))


def send_file(conversation: Conversation, agent: Agent, media: MediaFile) -> Message:
    return sending.send_media(
        conversation.pk,
        agent=agent,
        file=media,
        token=uuid.uuid4(),
        seen=0,
        at=timezone.now(),
        override=True,
    )
