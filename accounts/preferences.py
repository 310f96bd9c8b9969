"""What agents set for themselves, and administrators for the whole workspace."""

from __future__ import annotations

from django.db import transaction

from accounts import audit, sockets
from accounts.models import Agent, Workspace


@transaction.atomic
def change_own(
    agent_id: int, *, name: str, language: str, time_zone: str, theme: str, enter_sends: bool
) -> Agent:
    """Live fragments are rendered by language, so a new one means a new connection."""
    agent = Agent.objects.select_for_update(of=("self",)).get(pk=agent_id)
    if agent.language != language:
        sockets.close([agent.pk])
    agent.name, agent.language, agent.time_zone = name, language, time_zone
    agent.theme, agent.enter_sends = theme, enter_sends
    agent.save(update_fields=["name", "language", "time_zone", "theme", "enter_sends"])
    return agent


@transaction.atomic
def change_workspace(
    *,
    name: str,
    language: str,
    time_zone: str,
    requires_mfa: bool,
    by: Agent,
    address: str | None = None,
) -> Workspace:
    workspace = Workspace.objects.select_for_update(no_key=True).get(pk=by.workspace_id)
    new = {"name": name, "language": language, "time_zone": time_zone, "requires_mfa": requires_mfa}
    changed = {field: value for field, value in new.items() if getattr(workspace, field) != value}
    for field, value in changed.items():
        setattr(workspace, field, value)
    if changed:
        workspace.save(update_fields=list(changed))
        audit.record(by, "workspace.changed", workspace.name, address, **changed)
    if changed.get("requires_mfa"):  # who has no second step must not go on listening
        sockets.close(workspace.agents.filter(is_active=True).values_list("pk", flat=True))
    return workspace
