"""Tells Meta that the contact's messages were read. Worth one try: the next message brings the next receipt."""

from __future__ import annotations

import structlog

from accounts.graph import graph_for
from conversations.models import Conversation
from whatsapp.failures import GraphFailure

logger = structlog.get_logger(__name__)


def show_read(conversation_id: int, *, typing: bool) -> bool:
    """Whether Meta took it."""
    rows = Conversation.objects.select_related("number__account__app")
    conversation = rows.get(pk=conversation_id)
    number = conversation.number
    try:
        graph_for(number).mark_read(
            number.phone_number_id, conversation.last_inbound_wamid, typing=typing
        )
    except GraphFailure as failure:
        logger.info("read receipt refused", conversation=conversation_id, reason=failure.reason)
        return False
    return True
