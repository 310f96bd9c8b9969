"""Rules are kept by managers: made, changed, put in order, switched on and off, tried out."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max

from accounts import audit
from accounts.models import Agent, Workspace
from conversations import ruling
from conversations.models import AutoRule
from conversations.ruling import Actions, Conditions


@transaction.atomic
def save(
    row: AutoRule,
    *,
    name: str,
    conditions: Conditions,
    actions: Actions,
    stops: bool,
    by: Agent,
    address: str | None = None,
) -> AutoRule:
    """A new one comes last."""
    _in_turn(by)
    row.name, row.stops = name, stops
    row.conditions, row.actions = ruling.as_json(conditions), ruling.as_json(actions)
    if row.pk:
        row.save(update_fields=["name", "stops", "conditions", "actions"])
        audit.record(by, "rule.changed", name, address)
        return row
    rules = AutoRule.objects.filter(workspace_id=by.workspace_id)
    row.workspace_id = by.workspace_id
    row.position = (rules.aggregate(last=Max("position"))["last"] or 0) + 1
    row.save()
    audit.record(by, "rule.created", name, address)
    return row


@transaction.atomic
def switch(row: AutoRule, *, is_on: bool, by: Agent, address: str | None = None) -> None:
    if row.is_on != is_on:
        row.is_on = is_on
        row.save(update_fields=["is_on"])
        act = "rule.switched_on" if is_on else "rule.switched_off"
        audit.record(by, act, row.name, address)


@transaction.atomic
def move(row: AutoRule, *, by: Agent, up: bool) -> None:
    """One place up or down; nothing at the end of the list."""
    _in_turn(by)
    rows = list(AutoRule.objects.filter(workspace_id=by.workspace_id))
    here = next(n for n, one in enumerate(rows) if one.pk == row.pk)
    there = here + (-1 if up else 1)
    if not 0 <= there < len(rows):
        return
    rows[here], rows[there] = rows[there], rows[here]
    for position, one in enumerate(rows, 1):
        if one.position != position:
            one.position = position
            one.save(update_fields=["position"])


@transaction.atomic
def delete(row: AutoRule, *, by: Agent, address: str | None = None) -> None:
    audit.record(by, "rule.deleted", row.name, address)
    row.delete()


def _in_turn(by: Agent) -> None:
    """The order is the workspace's: one change of it at a time."""
    Workspace.objects.select_for_update(no_key=True).get(pk=by.workspace_id)
