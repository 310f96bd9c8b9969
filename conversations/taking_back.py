"""Taking back what has not left yet: struck out in the thread, and the list as if it had not been written."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import Agent
from conversations import admission, latest, live, statuses
from conversations.models import Conversation, Direction, Message
from conversations.queueing import locked, ring
from conversations.refusals import TooLate

NO_ANSWER = ("reaction",)


@transaction.atomic
def discard(message_id: int, *, agent: Agent, at: datetime) -> Message:
    """Take back what is still queued. It stays in the thread, struck out: `failed` with `revoked_at`."""
    message = Message.objects.get(pk=message_id)
    conversation = locked(message.conversation_id)
    message.refresh_from_db()
    if message.revoked_at:
        return message
    admission.check_sender(conversation, agent)
    admission.check_hold(conversation, agent, author=message.author_id)
    if message.direction != Direction.OUT or message.status != statuses.QUEUED:
        raise TooLate
    message.status = statuses.FAILED
    message.failed_at = message.revoked_at = at
    message.retry_at, message.error_code, message.error_details = None, None, ""
    message.save(
        update_fields=[
            "status", "failed_at", "revoked_at", "retry_at", "error_code", "error_details"
        ]
    )  # fmt: skip
    _forget(conversation, message)
    live.publish("message.discarded", conversation, message, actor=agent)
    ring(conversation.pk)  # those behind it need not wait any more
    return message


def _forget(conversation: Conversation, message: Message) -> None:
    """The list shows the message before it, and who waited for an answer waits again."""
    said = conversation.messages.exclude(direction=Direction.SYSTEM).exclude(kind__in=NO_ANSWER)
    left = said.exclude(pk=message.pk).exclude(direction=Direction.OUT, revoked_at__isnull=False)
    if message.at >= conversation.last_at:
        conversation.last_status, conversation.last_error = "", None
        if last := left.order_by("at", "arrival").last():
            conversation.last_at, conversation.last_arrival = last.at, last.arrival
            latest.show(conversation, last)
    if conversation.waiting_since is None and not conversation.is_resolved:
        answers = left.filter(direction=Direction.OUT).exclude(source="history").order_by("at")
        answered_at = answers.values_list("at", flat=True).last()
        asked = left.filter(direction=Direction.IN).exclude(source="history")
        if answered_at:
            asked = asked.filter(at__gt=answered_at)
        conversation.waiting_since = asked.order_by("at").values_list("at", flat=True).first()
    conversation.save(
        update_fields=[
            "last_at", "last_arrival", *latest.COLUMNS, "waiting_since"
        ]
    )  # fmt: skip
