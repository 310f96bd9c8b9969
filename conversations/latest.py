"""The latest message of a conversation, as the list shows it. When it was said stays with the caller: clocks differ."""

from __future__ import annotations

from typing import Final

from conversations.models import Conversation, Message

TEXT: Final = 160
COLUMNS: Final = ["last_kind", "last_text", "last_direction", "last_status", "last_error"]


def show(conversation: Conversation, message: Message) -> None:
    """The caller saves COLUMNS."""
    conversation.last_kind, conversation.last_text = message.kind, message.text[:TEXT]
    conversation.last_direction = message.direction
    conversation.last_status, conversation.last_error = message.status, message.error_code
