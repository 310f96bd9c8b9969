"""Blocking a person at one of our numbers: they cannot write to it and we do not write to them. Meta keeps the list.

What a colleague asks for is written here; conversations/block_calls.py tells Meta.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.models import Agent
from conversations import activity, lanes, live, tasks
from conversations.models import Block, BlockState, Conversation
from conversations.refusals import ContactUnreachable
from events.committing import afterwards


@transaction.atomic
def block(conversation_id: int, *, agent: Agent, at: datetime, address: str | None = None) -> Block:
    """Nothing is sent from now on; Meta is told soon. Safe to repeat."""
    conversation = lanes.one(conversation_id)
    contact = conversation.contact
    if not (contact.phone or contact.user_id):
        raise ContactUnreachable
    row, is_new = Block.objects.get_or_create(
        contact_id=conversation.contact_id,
        number_id=conversation.number_id,
        defaults={"by": agent, "asked_at": at},
    )
    if not is_new:
        if row.state in (BlockState.BLOCKING, BlockState.BLOCKED):
            return row
        _ask_again(row, BlockState.BLOCKING, agent, at)
    _show(conversation, "blocked", agent, at, blocked_at=at)
    audit.record(agent, "contact.blocked", f"#{conversation.contact_id}", address)
    _tell_meta(row)
    return row


@transaction.atomic
def unblock(
    conversation_id: int, *, agent: Agent, at: datetime, address: str | None = None
) -> None:
    """The composer opens when Meta has let them go."""
    conversation = lanes.one(conversation_id)
    row = Block.objects.filter(
        contact_id=conversation.contact_id, number_id=conversation.number_id
    ).first()
    if row is None or row.state == BlockState.UNBLOCKING:
        return
    _ask_again(row, BlockState.UNBLOCKING, agent, at)
    _show(conversation, "unblocked", agent, at, blocked_at=conversation.blocked_at)
    audit.record(agent, "contact.unblocked", f"#{conversation.contact_id}", address)
    _tell_meta(row)


def _ask_again(row: Block, state: BlockState, agent: Agent, at: datetime) -> None:
    row.state, row.by, row.asked_at, row.next_try_at, row.tries, row.problem = (
        state, agent, at, at, 0, "",
    )  # fmt: skip
    row.save(update_fields=["state", "by", "asked_at", "next_try_at", "tries", "problem"])


def _show(
    conversation: Conversation, act: str, agent: Agent, at: datetime, *, blocked_at: datetime | None
) -> None:
    conversation.blocked_at = blocked_at
    conversation.save(update_fields=["blocked_at"])
    line = activity.line(conversation, act, at=at, by=agent)
    live.publish(f"contact.{act}", conversation, line, actor=agent)


def _tell_meta(row: Block) -> None:
    afterwards(tasks.settle_block.delay, row.pk)
