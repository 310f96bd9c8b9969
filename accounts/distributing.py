"""Who sees what, who is given what, and who may answer: set by administrators and managers."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Model

from accounts import audit, sockets
from accounts.models import Agent, Team, Workspace


@transaction.atomic
def change_workspace(
    *,
    agent_sight: str,
    manager_sight: str,
    capacity: int,
    away_minutes: int,
    coming_back: str,
    only_assignee_replies: bool,
    by: Agent,
    address: str | None = None,
) -> Workspace:
    """For everybody who has no setting of their own. Screens that see more or less now follow at once."""
    workspace = Workspace.objects.select_for_update(no_key=True).get(pk=by.workspace_id)
    changed = _set(
        workspace,
        agent_sight=agent_sight,
        manager_sight=manager_sight,
        capacity=capacity,
        away_minutes=away_minutes,
        coming_back=coming_back,
        only_assignee_replies=only_assignee_replies,
    )
    if changed:
        audit.record(by, "workspace.rules_changed", workspace.name, address, **changed)
    if changed.keys() & {"agent_sight", "manager_sight"}:
        sockets.close(workspace.agents.filter(is_active=True).values_list("pk", flat=True))
    return workspace


@transaction.atomic
def change_person(
    agent_id: int,
    *,
    sight: str,
    capacity: int | None,
    by: Agent,
    address: str | None = None,
) -> Agent:
    """What is theirs alone; an empty sight or capacity leaves it to the role and the workspace."""
    rows = Agent.objects.select_for_update(of=("self",))
    agent = rows.get(pk=agent_id, workspace_id=by.workspace_id)
    changed = _set(agent, sight=sight, capacity=capacity)
    if changed:
        audit.record(by, "agent.sight_changed", agent.email, address, **changed)
    if "sight" in changed:
        sockets.close([agent.pk])
    return agent


@transaction.atomic
def change_team(
    team_id: int, *, handing: str, is_sticky: bool, by: Agent, address: str | None = None
) -> Team:
    team = Team.objects.select_for_update().get(pk=team_id, workspace_id=by.workspace_id)
    if changed := _set(team, handing=handing, is_sticky=is_sticky):
        audit.record(by, "team.handing_changed", team.name, address, **changed)
    return team


def _set(row: Model, **new: object) -> dict[str, object]:
    """Write what differs, and say what it was."""
    changed = {name: value for name, value in new.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    if changed:
        row.save(update_fields=list(changed))
    return changed
