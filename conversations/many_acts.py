"""What can be done to many conversations at once: each act on one of them, and how it is taken back.

The same verbs as by hand, so the same rights, lines in the thread and pushes. Called by many.py under its locks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.dateparse import parse_datetime

from accounts.models import Agent, Team
from conversations import canned, labelling, reading, sending, template_sources, triage
from conversations.models import BulkRow, Conversation, ConversationStatus, Label, ReadMark

Stand = dict[str, Any]  # what of a conversation an act changes, as JSON


@dataclass(frozen=True, slots=True)
class Deed:
    """An act with what it needs, for one agent at one moment."""

    agent: Agent
    what: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Act:
    """`stand` reads what `do` may change; `restore` puts it back. Without `restore` it cannot be undone."""

    do: Callable[[Conversation, BulkRow, Deed], object]
    stand: Callable[[Conversation, Deed], Stand]
    restore: Callable[[Conversation, Stand, Deed], object] | None = None
    ignored: frozenset[str] = frozenset()  # parts of `stand` that others may change meanwhile


# --- whose it is ------------------------------------------------------------------------------------------


def _place(conversation: Conversation, _deed: Deed) -> Stand:
    return {"assignee": conversation.assignee_id, "team": conversation.team_id}


def _assign(conversation: Conversation, _row: BulkRow, deed: Deed) -> None:
    _give(conversation, deed.what["to"], deed)


def _give(conversation: Conversation, to: int | None, deed: Deed) -> None:
    held: dict[str, Any] = {
        "agent": deed.agent,
        "expected": conversation.assignee_id,
        "at": deed.at,
    }
    if to is None:
        triage.unassign(conversation.pk, **held)
    else:
        taker = Agent.objects.get(pk=to, workspace_id=conversation.workspace_id, is_active=True)
        triage.assign(conversation.pk, to=taker, **held)


def _move(conversation: Conversation, _row: BulkRow, deed: Deed) -> None:
    _set_team(conversation, deed.what["team"], deed)


def _set_team(conversation: Conversation, team_id: int | None, deed: Deed) -> None:
    team = None
    if team_id is not None:
        team = Team.objects.get(pk=team_id, workspace_id=conversation.workspace_id)
    triage.set_team(conversation.pk, agent=deed.agent, team=team, at=deed.at)


def _put_back(conversation: Conversation, stood: Stand, deed: Deed) -> None:
    _set_team(conversation, stood["team"], deed)
    conversation.refresh_from_db(fields=["assignee"])
    if conversation.assignee_id != stood["assignee"]:
        _give(conversation, stood["assignee"], deed)


# --- its state --------------------------------------------------------------------------------------------


def _state(conversation: Conversation, _deed: Deed) -> Stand:
    until, waiting = conversation.snoozed_until, conversation.waiting_since
    return {
        "status": conversation.status,
        "until": until.isoformat() if until else None,
        "waiting": waiting.isoformat() if waiting else None,
    }


def _resolve(conversation: Conversation, _row: BulkRow, deed: Deed) -> None:
    triage.close(conversation.pk, agent=deed.agent, at=deed.at)


def _reopen(conversation: Conversation, _row: BulkRow, deed: Deed) -> None:
    triage.reopen(conversation.pk, agent=deed.agent, at=deed.at)


def _snooze(conversation: Conversation, _row: BulkRow, deed: Deed) -> None:
    until = deed.what["until"]
    moment = parse_datetime(until) if until else None
    triage.snooze(conversation.pk, agent=deed.agent, until=moment, at=deed.at)


def _pend(conversation: Conversation, _row: BulkRow, deed: Deed) -> None:
    triage.set_pending(conversation.pk, agent=deed.agent, at=deed.at)


def _restate(conversation: Conversation, stood: Stand, deed: Deed) -> None:
    """As it stood. A snooze whose moment has passed meanwhile is over; who waited waits again."""
    pk = conversation.pk
    held: dict[str, Any] = {"agent": deed.agent, "at": deed.at}
    if stood["waiting"] and conversation.waiting_since is None:
        waiting = parse_datetime(stood["waiting"])
        Conversation.objects.filter(pk=pk).update(waiting_since=waiting)
    until = parse_datetime(stood["until"]) if stood["until"] else None
    match stood["status"]:
        case ConversationStatus.RESOLVED:
            triage.close(pk, **held)
        case ConversationStatus.PENDING:
            triage.set_pending(pk, **held)
        case ConversationStatus.SNOOZED if until is None or until > deed.at:
            triage.snooze(pk, until=until, **held)
        case _:
            triage.reopen(pk, **held)


# --- labels, priority, read -------------------------------------------------------------------------------


def _label_of(conversation: Conversation, deed: Deed) -> Label:
    return Label.objects.get(pk=deed.what["label"], workspace_id=conversation.workspace_id)


def _is_labelled(conversation: Conversation, deed: Deed) -> Stand:
    return {"on": conversation.labels.filter(pk=deed.what["label"]).exists()}


def _label(conversation: Conversation, _row: BulkRow, deed: Deed) -> None:
    label = _label_of(conversation, deed)
    labelling.add(conversation.pk, label=label, agent=deed.agent, at=deed.at)


def _unlabel(conversation: Conversation, _row: BulkRow, deed: Deed) -> None:
    label = _label_of(conversation, deed)
    labelling.remove(conversation.pk, label=label, agent=deed.agent, at=deed.at)


def _relabel(conversation: Conversation, stood: Stand, deed: Deed) -> None:
    change = labelling.add if stood["on"] else labelling.remove
    change(conversation.pk, label=_label_of(conversation, deed), agent=deed.agent, at=deed.at)


def _priority(conversation: Conversation, _deed: Deed) -> Stand:
    return {"priority": conversation.priority}


def _prioritise(conversation: Conversation, _row: BulkRow, deed: Deed) -> None:
    _set_priority(conversation, deed.what["priority"], deed)


def _set_priority(conversation: Conversation, priority: int, deed: Deed) -> None:
    triage.set_priority(conversation.pk, priority=priority, agent=deed.agent, at=deed.at)


def _seen(conversation: Conversation, deed: Deed) -> Stand:
    mark = ReadMark.objects.filter(conversation=conversation, agent=deed.agent).first()
    return {"seen": mark.seen_count if mark else 0, "inbound": conversation.inbound_count}


def _read(conversation: Conversation, _row: BulkRow, deed: Deed) -> None:
    reading.mark_read(conversation, agent=deed.agent, at=deed.at)


# --- a message --------------------------------------------------------------------------------------------


def _nothing(_conversation: Conversation, _deed: Deed) -> Stand:
    return {}


def _message(conversation: Conversation, row: BulkRow, deed: Deed) -> None:
    """A template, with {{contact.name}} and the like filled in for each. The row's token keeps it to once."""
    known = template_sources.known(conversation, deed.agent)
    said = deed.what["values"]
    sending.send_template(
        conversation.pk,
        template_id=deed.what["template"],
        values={key: canned.filled(text, known) for key, text in said.items()},
        agent=deed.agent,
        token=row.token,
        seen=conversation.seq,
        at=deed.at,
    )


WAITING = frozenset({"waiting"})
ACTS: Final[Mapping[str, Act]] = {
    "assign": Act(_assign, _place, _put_back),
    "team": Act(_move, _place, _put_back),
    "resolve": Act(_resolve, _state, _restate, WAITING),
    "reopen": Act(_reopen, _state, _restate, WAITING),
    "snooze": Act(_snooze, _state, _restate, WAITING),
    "pending": Act(_pend, _state, _restate, WAITING),
    "label": Act(_label, _is_labelled, _relabel),
    "unlabel": Act(_unlabel, _is_labelled, _relabel),
    "priority": Act(
        _prioritise, _priority, lambda c, stood, d: _set_priority(c, stood["priority"], d)
    ),
    "read": Act(_read, _seen),
    "message": Act(_message, _nothing),
}
