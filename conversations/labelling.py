"""Labels: which there are, and which a conversation has. Managers keep the list, everybody uses it."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts import audit, sockets
from accounts.models import Agent
from conversations import activity, lanes, live
from conversations.models import Conversation, Label
from conversations.refusals import NotTheirs


class NameTaken(Exception):
    """Another label of the workspace has this name."""


def create(*, name: str, colour: str, by: Agent, address: str | None = None) -> Label:
    try:
        with transaction.atomic():
            label = Label.objects.create(workspace_id=by.workspace_id, name=name, colour=colour)
            audit.record(by, "label.created", name, address)
            sockets.tell_staff(by.workspace_id, kind="lists", what="labels")
    except IntegrityError as taken:
        raise NameTaken from taken
    return label


def change(
    label_id: int, *, name: str, colour: str, by: Agent, address: str | None = None
) -> Label:
    """A new name or colour is seen at once on every screen."""
    try:
        with transaction.atomic():
            label = _locked(label_id, by)
            if (label.name, label.colour) == (name, colour):
                return label
            was, label.name, label.colour = label.name, name, colour
            label.save(update_fields=["name", "colour"])
            audit.record(by, "label.changed", name, address, was=was)
            _tell(label)
    except IntegrityError as taken:
        raise NameTaken from taken
    return label


@transaction.atomic
def delete(label_id: int, *, by: Agent, address: str | None = None) -> None:
    label = _locked(label_id, by)
    _tell(label, is_gone=True)
    label.delete()
    audit.record(by, "label.deleted", label.name, address)


@transaction.atomic
def add(conversation_id: int, *, label: Label, agent: Agent | None, at: datetime) -> Conversation:
    """Put the label on. `agent` is None where a rule does it. Nothing happens if it is there already."""
    conversation = lanes.worked(conversation_id, agent)
    if label.workspace_id != conversation.workspace_id:
        raise NotTheirs(label.name)
    if conversation.labels.filter(pk=label.pk).exists():
        return conversation
    conversation.labels.add(label)
    line = activity.filed(conversation, at=at, by=agent, added=label.name)
    live.publish(
        "conversation.labelled", conversation, line, actor=agent, label=label.pk, on=label.name
    )
    return conversation


@transaction.atomic
def remove(
    conversation_id: int, *, label: Label, agent: Agent | None, at: datetime
) -> Conversation:
    """Take the label off. Nothing happens if it is not there."""
    conversation = lanes.worked(conversation_id, agent)
    if not conversation.labels.filter(pk=label.pk).exists():
        return conversation
    conversation.labels.remove(label)
    line = activity.filed(conversation, at=at, by=agent, removed=label.name)
    live.publish("conversation.unlabelled", conversation, line, actor=agent, label=label.pk)
    return conversation


def _locked(label_id: int, by: Agent) -> Label:
    return Label.objects.select_for_update().get(pk=label_id, workspace_id=by.workspace_id)


def _tell(label: Label, *, is_gone: bool = False) -> None:
    """Open screens show the label on rows that do not change with it: a note mends them (static/js/labels.js)."""
    what = {"label": label.pk, "name": label.name, "colour": label.colour, "gone": is_gone}
    sockets.tell_staff(label.workspace_id, kind="label", **what)
