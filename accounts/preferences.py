"""What agents set for themselves, and administrators for the whole workspace."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts import audit, sockets
from accounts.models import Agent, Workspace

OWN = frozenset(
    {"name", "language", "time_zone", "theme", "density", "enter_sends", "undo_seconds"}
)


@transaction.atomic
def change_own(agent_id: int, **chosen: Any) -> Agent:
    """Changes some of OWN. Live fragments are rendered by language, so a new one means a new connection."""
    if unknown := set(chosen) - OWN:
        raise TypeError(f"Not an agent's own: {', '.join(sorted(unknown))}")
    agent = Agent.objects.select_for_update(of=("self",)).get(pk=agent_id)
    if chosen.get("language", agent.language) != agent.language:
        sockets.close([agent.pk])
    for field, value in chosen.items():
        setattr(agent, field, value)
    agent.save(update_fields=list(chosen))
    return agent


@transaction.atomic
def change_workspace(
    *,
    name: str,
    language: str,
    time_zone: str,
    requires_mfa: bool,
    notices_show_text: bool,
    shows_read: bool,
    shows_typing: bool,
    agent_phones: str,
    manager_phones: str,
    finance_phones: str,
    by: Agent,
    address: str | None = None,
) -> Workspace:
    workspace = Workspace.objects.select_for_update(no_key=True).get(pk=by.workspace_id)
    new = {
        "name": name,
        "language": language,
        "time_zone": time_zone,
        "requires_mfa": requires_mfa,
        "notices_show_text": notices_show_text,
        "shows_read": shows_read,
        "shows_typing": shows_typing,
        "agent_phones": agent_phones,
        "manager_phones": manager_phones,
        "finance_phones": finance_phones,
    }
    changed = {field: value for field, value in new.items() if getattr(workspace, field) != value}
    for field, value in changed.items():
        setattr(workspace, field, value)
    if changed:
        workspace.save(update_fields=list(changed))
        audit.record(by, "workspace.changed", workspace.name, address, **changed)
    is_shown_less = any(field.endswith("_phones") for field in changed)
    # Who has no second step, or is pushed numbers as they no longer see them, must not go on listening.
    if changed.get("requires_mfa") or is_shown_less:
        sockets.close(workspace.agents.filter(is_active=True).values_list("pk", flat=True))
    return workspace
