"""The one road into the outbox: lock, check, write the row and the list's columns, tell. Called by sending.py."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, NotRequired, TypedDict
from uuid import UUID

from django.db import transaction

from accounts.models import Agent
from conversations import activity, admission, latest, live, statuses, tasks
from conversations.admission import Draft
from conversations.models import Conversation, ConversationStatus, Direction, Message, Source
from conversations.refusals import ThreadMoved, WindowClosed
from events.committing import afterwards

NO_HOLD: Final = timedelta(0)
HOLD_OVER: Final = 0.1  # seconds: the bell rings when the hold is over for sure


class How(TypedDict):
    """What every verb takes besides what it sends. `seen`: the highest `seq` that the agent had on screen."""

    agent: Agent
    token: UUID
    seen: int
    at: datetime
    quoted: NotRequired[Message | None]
    override: NotRequired[bool]  # send although somebody wrote meanwhile
    hold: NotRequired[timedelta]  # it waits so long in the outbox, and can be taken back


@transaction.atomic
def queue(
    conversation_id: int,
    write: Callable[[Conversation], Draft],
    *,
    agent: Agent,
    token: UUID,
    seen: int,
    at: datetime,
    quoted: Message | None = None,
    override: bool = False,
    hold: timedelta = NO_HOLD,
) -> Message:
    """Lock, check everything, write the message and the list's columns, tell. Nothing calls Meta here."""
    conversation = locked(conversation_id)
    if repeated := conversation.messages.filter(token=token).first():
        return repeated
    admission.check_sender(conversation, agent)
    admission.check_turn(conversation, agent)
    draft = write(conversation)
    if draft.needs_window and not conversation.window.is_open(at):
        raise WindowClosed(conversation.window_closes_at)
    if not override and (
        newer := admission.newer_than(seen, conversation=conversation, agent=agent)
    ):
        raise ThreadMoved(tuple(newer))
    message = Message(
        **common(conversation, agent, token, at),
        kind=draft.kind,
        text=draft.text,
        content=draft.content,
        media=draft.media,
        template=draft.template,
        quoted=quoted,
        quoted_wamid=quoted.wamid if quoted else "",
        retry_at=at + hold if hold else None,
    )
    admission.check_form(message, conversation)
    message.save(force_insert=True)
    becomes_last(conversation, message)
    was, said = conversation.place, _take_if_free(conversation, agent, at)
    live.publish(
        "message.queued", conversation, message, *said, actor=agent, was=was, message=message.pk
    )
    ring(conversation.pk, after=hold)
    return message


def _take_if_free(conversation: Conversation, agent: Agent, at: datetime) -> list[Message]:
    """Where only the assignee may reply, whoever answers first becomes it."""
    if conversation.assignee_id or not agent.workspace.only_assignee_replies:
        return []
    conversation.assignee = agent
    conversation.save(update_fields=["assignee"])
    name, pk = agent.short_name, agent.pk
    return [activity.line(conversation, "assigned", at=at, by=agent, to=name, to_id=pk)]


def locked(conversation_id: int) -> Conversation:
    rows = Conversation.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("contact", "number__account").get(pk=conversation_id)


def common(conversation: Conversation, agent: Agent, token: UUID, at: datetime) -> dict[str, Any]:
    return {
        "token": token,
        "workspace_id": conversation.workspace_id,
        "conversation": conversation,
        "number_id": conversation.number_id,
        "direction": Direction.OUT,
        "author": agent,
        "at": at,
        "status": statuses.QUEUED,
    }


def becomes_last(conversation: Conversation, message: Message) -> None:
    """The list's columns. An answer reopens what was resolved; nobody waits any more."""
    if not conversation.last_kind:
        conversation.source = Source.US
    conversation.last_at = max(message.at, conversation.last_at)
    latest.show(conversation, message)
    conversation.waiting_since = None
    if conversation.is_resolved:
        conversation.status, conversation.resolved_at = ConversationStatus.OPEN, None
        conversation.reason = None
    conversation.save(
        update_fields=[
            "last_at", *latest.COLUMNS, "waiting_since", "status", "resolved_at", "reason", "source"
        ]
    )  # fmt: skip


def ring(conversation_id: int, *, after: timedelta = NO_HOLD) -> None:
    """Wake a worker once this is committed. With the broker away the sweep finds the message: it is stored."""
    afterwards(_deliver_soon, conversation_id, after)


def _deliver_soon(conversation_id: int, after: timedelta) -> None:
    seconds = after.total_seconds()
    tasks.deliver.apply_async((conversation_id,), countdown=seconds + HOLD_OVER if seconds else 0)
