"""Teams: who belongs together. A deleted team leaves its conversations to everybody at their number."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import IntegrityError, transaction

from accounts import audit, sockets
from accounts.models import Agent, Team


class NameTaken(Exception):
    """Another team of the workspace has this name."""


def create(*, name: str, by: Agent, address: str | None = None) -> Team:
    with _NameOnce(), transaction.atomic():
        team = Team.objects.create(workspace_id=by.workspace_id, name=name)
        audit.record(by, "team.created", name, address)
    return team


def rename(team_id: int, *, name: str, by: Agent, address: str | None = None) -> Team:
    with _NameOnce(), transaction.atomic():
        team = _locked(team_id, by)
        if team.name != name:
            was, team.name = team.name, name
            team.save(update_fields=["name"])
            audit.record(by, "team.renamed", name, address, was=was)
    return team


@transaction.atomic
def set_members(
    team_id: int, *, agent_ids: Iterable[int], by: Agent, address: str | None = None
) -> Team:
    team = _locked(team_id, by)
    before = set(team.members.values_list("pk", flat=True))
    agents = Agent.objects.filter(workspace_id=by.workspace_id, pk__in=list(agent_ids))
    team.members.set(agents)
    now = {agent.pk for agent in agents}
    if changed := before ^ now:
        names = Agent.objects.filter(pk__in=changed).values_list("pk", "email")
        audit.record(
            by,
            "team.members_changed",
            team.name,
            address,
            joined=sorted(email for pk, email in names if pk in now),
            left=sorted(email for pk, email in names if pk in before),
        )
        sockets.close(changed)  # some see what their teams have
    return team


@transaction.atomic
def delete(team_id: int, *, by: Agent, address: str | None = None) -> None:
    """Its seats go with it; its conversations lose the team, so every seat of their number sees them."""
    team = _locked(team_id, by)
    audit.record(by, "team.deleted", team.name, address)
    everybody = Agent.objects.filter(workspace_id=by.workspace_id, is_active=True)
    sockets.close(everybody.values_list("pk", flat=True))
    team.delete()


def _locked(team_id: int, by: Agent) -> Team:
    return Team.objects.select_for_update().get(pk=team_id, workspace_id=by.workspace_id)


class _NameOnce:
    """Turns the database's refusal into ours."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, IntegrityError) and "team_name_once" in str(error):
            raise NameTaken from error
