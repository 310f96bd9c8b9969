"""Whose conversation it is, and whether it is done: assign, move to a team, resolve, put aside, reopen.

Each verb leaves a quiet line in the thread, and does nothing at all if things already stand as asked.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Agent, Team
from accounts.seats import is_open_to
from conversations import activity, lanes, live, reasoning, tasks
from conversations.models import Conversation, ConversationStatus, ResolveReason
from conversations.refusals import (
    AlreadyAssigned,
    InternalRole,
    MomentPast,
    NotTheirs,
    ReasonMissing,
)
from events.committing import afterwards


@transaction.atomic
def assign(
    conversation_id: int, *, agent: Agent, to: Agent, expected: int | None, at: datetime
) -> Conversation:
    """Give it to somebody, if it is still with whom the agent saw it: `expected` is that agent's id, or None."""
    conversation = _locked(conversation_id, agent)
    if conversation.assignee_id == to.pk:
        return conversation
    _check_expected(conversation, expected)
    if to.workspace_id != conversation.workspace_id or not is_open_to(
        to.seats_at(), conversation.place
    ):
        raise NotTheirs(to.name)
    was = conversation.place
    conversation.assignee = to
    conversation.save(update_fields=["assignee"])
    line = activity.line(conversation, "assigned", at=at, by=agent, to=to.short_name, to_id=to.pk)
    live.publish("conversation.assigned", conversation, line, actor=agent, was=was, to=to.pk)
    if to.pk != agent.pk:
        ids = (conversation.pk, to.pk, agent.pk)
        afterwards(tasks.tell_assignment.apply_async, ids, retry=False)
    return conversation


@transaction.atomic
def unassign(
    conversation_id: int, *, agent: Agent, expected: int | None, at: datetime
) -> Conversation:
    """Give it back to all."""
    conversation = _locked(conversation_id, agent)
    if conversation.assignee_id is None:
        return conversation
    _check_expected(conversation, expected)
    was = conversation.place
    conversation.assignee = None
    conversation.save(update_fields=["assignee"])
    line = activity.line(conversation, "unassigned", at=at, by=agent)
    live.publish("conversation.unassigned", conversation, line, actor=agent, was=was)
    return conversation


@transaction.atomic
def set_team(
    conversation_id: int, *, agent: Agent, team: Team | None, at: datetime
) -> Conversation:
    """Move it to a team, or out of all. Who no longer sees it loses it from the screen, and the assignment with it."""
    conversation = _locked(conversation_id, agent)
    if conversation.team_id == (team.pk if team else None):
        return conversation
    if team and team.workspace_id != conversation.workspace_id:
        raise NotTheirs(team.name)
    was = conversation.place
    conversation.team = team
    assignee = conversation.assignee
    if assignee and not is_open_to(assignee.seats_at(), conversation.place):
        conversation.assignee = None
    conversation.save(update_fields=["team", "assignee"])
    facts = {"to": team.name, "to_id": team.pk} if team else {}
    line = activity.line(conversation, "moved", at=at, by=agent, **facts)
    live.publish("conversation.moved", conversation, line, actor=agent, was=was)
    return conversation


@transaction.atomic
def close(
    conversation_id: int,
    *,
    agent: Agent,
    at: datetime,
    reason: ResolveReason | None = None,
    by_hand: bool = False,
) -> Conversation:
    """It is done: nobody waits any more. The contact's next message opens it again.

    `by_hand`: one conversation by one person, who says why where the workspace wants it (ReasonMissing).
    """
    conversation = _locked(conversation_id, agent)
    if conversation.is_resolved:
        return conversation
    if reason is not None and reason.workspace_id != conversation.workspace_id:
        raise NotTheirs(reason.name)
    if by_hand and reason is None and reasoning.is_required(agent.workspace):
        raise ReasonMissing
    conversation.status, conversation.resolved_at = ConversationStatus.RESOLVED, at
    conversation.waiting_since = conversation.snoozed_until = None
    conversation.reason = reason
    conversation.save(
        update_fields=["status", "resolved_at", "waiting_since", "snoozed_until", "reason"]
    )
    facts: dict[str, Any] = {"reason": reason.name} if reason else {}
    line = activity.line(conversation, "resolved", at=at, by=agent, **facts)
    live.publish("conversation.resolved", conversation, line, actor=agent, **facts)
    return conversation


@transaction.atomic
def reopen(conversation_id: int, *, agent: Agent, at: datetime) -> Conversation:
    conversation = _locked(conversation_id, agent)
    if conversation.status == ConversationStatus.OPEN:
        return conversation
    conversation.status = ConversationStatus.OPEN
    conversation.resolved_at = conversation.snoozed_until = conversation.reason = None
    conversation.save(update_fields=["status", "resolved_at", "snoozed_until", "reason"])
    line = activity.line(conversation, "reopened", at=at, by=agent)
    live.publish("conversation.reopened", conversation, line, actor=agent)
    return conversation


@transaction.atomic
def set_waiting(
    conversation_id: int, *, is_waiting: bool, agent: Agent, at: datetime
) -> Conversation:
    """Say that the customer waits for a reply, or that none is needed. Everybody sees it; an answer clears it too."""
    conversation = _locked(conversation_id, agent)
    if conversation.needs_reply == is_waiting:
        return conversation
    conversation.waiting_since = (conversation.last_inbound_at or at) if is_waiting else None
    conversation.save(update_fields=["waiting_since"])
    act = "waiting" if is_waiting else "not_waiting"
    line = activity.line(conversation, act, at=at, by=agent)
    live.publish(f"conversation.{act}", conversation, line, actor=agent)
    return conversation


@transaction.atomic
def snooze(
    conversation_id: int, *, agent: Agent, until: datetime | None, at: datetime
) -> Conversation:
    """Out of the way until a moment (waking.py brings it back), or with None until the contact writes."""
    conversation = _locked(conversation_id, agent)
    if _stands(conversation, ConversationStatus.SNOOZED, until):
        return conversation
    if until is not None and until <= at:
        raise MomentPast
    _put_aside(conversation, ConversationStatus.SNOOZED, until)
    facts = {"until": until.isoformat()} if until else {}
    line = activity.line(conversation, "snoozed", at=at, by=agent, **facts)
    live.publish("conversation.snoozed", conversation, line, actor=agent)
    return conversation


@transaction.atomic
def set_pending(conversation_id: int, *, agent: Agent, at: datetime) -> Conversation:
    """It waits for something on our side; whoever needs it finds it under “pending”."""
    conversation = _locked(conversation_id, agent)
    if _stands(conversation, ConversationStatus.PENDING, None):
        return conversation
    _put_aside(conversation, ConversationStatus.PENDING, None)
    line = activity.line(conversation, "pending", at=at, by=agent)
    live.publish("conversation.pending", conversation, line, actor=agent)
    return conversation


@transaction.atomic
def set_priority(
    conversation_id: int, *, priority: int, agent: Agent | None, at: datetime
) -> Conversation:
    """How pressing it is. `agent` is None where a rule says so."""
    conversation = lanes.worked(conversation_id, agent)
    if conversation.priority == priority:
        return conversation
    was, conversation.priority = conversation.priority, priority
    conversation.save(update_fields=["priority"])
    line = activity.filed(conversation, at=at, by=agent, priority=(was, priority))
    live.publish("conversation.prioritised", conversation, line, actor=agent, to=priority)
    return conversation


def _stands(conversation: Conversation, status: str, until: datetime | None) -> bool:
    return conversation.status == status and conversation.snoozed_until == until


def _put_aside(conversation: Conversation, status: str, until: datetime | None) -> None:
    conversation.status, conversation.snoozed_until = status, until
    conversation.resolved_at = conversation.reason = None
    conversation.save(update_fields=["status", "snoozed_until", "resolved_at", "reason"])


def _locked(conversation_id: int, agent: Agent) -> Conversation:
    if not agent.works_conversations:
        raise InternalRole
    rows = Conversation.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("number__account", "assignee").get(pk=conversation_id)


def _check_expected(conversation: Conversation, expected: int | None) -> None:
    if conversation.assignee_id != expected:
        raise AlreadyAssigned(conversation.assignee)
