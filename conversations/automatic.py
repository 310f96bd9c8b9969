"""Messages that nobody presses Send for: an answer by a rule, a question about how it was. They change no status."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from conversations import admission, latest, statuses
from conversations.models import Conversation, Direction, Message
from conversations.refusals import Refusal
from templates_app.models import Template

CLOSED = "closed"  # the window is
REFUSED = "refused"  # it cannot be sent


def queue(
    conversation: Conversation,
    *,
    source: str,
    at: datetime,
    text: str,
    kind: str = "text",
    content: dict[str, Any] | None = None,
    template: Template | None = None,
) -> Message | str:
    """Write it into a locked conversation, ready to leave; or CLOSED or REFUSED. The caller publishes it."""
    if template is None and not conversation.window.is_open(at):
        return CLOSED
    message = Message(
        workspace_id=conversation.workspace_id,
        conversation=conversation,
        number_id=conversation.number_id,
        direction=Direction.OUT,
        kind=kind,
        text=text,
        content={"body": text} if content is None else content,
        template=template,
        source=source,
        status=statuses.QUEUED,
        at=at,
    )
    try:
        admission.check_reachable(conversation)
        admission.check_form(message, conversation)
    except Refusal:
        return REFUSED
    message.save(force_insert=True)
    conversation.last_at = max(at, conversation.last_at)
    latest.show(conversation, message)
    conversation.save(update_fields=["last_at", *latest.COLUMNS])
    return message
