"""The quiet lines in a thread that tell what colleagues did with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.models import Agent
from conversations import statuses
from conversations.models import Conversation, Direction, Message

KIND = "activity"


def line(
    conversation: Conversation, act: str, *, at: datetime, by: Agent | None = None, **facts: Any
) -> Message:
    """Names as they were: a later change of a name does not rewrite what happened."""
    who = {"by": by.short_name, "by_id": by.pk} if by else {}
    return Message.objects.create(
        workspace_id=conversation.workspace_id,
        conversation=conversation,
        number_id=conversation.number_id,
        direction=Direction.SYSTEM,
        kind=KIND,
        content={"act": act} | who | facts,
        author=by,
        source="system",
        at=at,
        status=statuses.RECEIVED,
    )
