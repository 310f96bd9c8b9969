"""Roles, and who may come in: a workspace never loses its last administrator."""

from __future__ import annotations

from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction

from accounts import audit, sockets
from accounts.models import Agent, Role, Team, Workspace


class LastAdministrator(Exception):
    """Nobody else could administer the workspace."""


@transaction.atomic
def change_role(agent_id: int, *, role: str, by: Agent, address: str | None = None) -> Agent:
    agent = _locked(agent_id, by)
    if agent.role == role:
        return agent
    if role != Role.ADMINISTRATOR:
        _keep_an_administrator(agent)
    was, agent.role = agent.role, role
    agent.save(update_fields=["role"])
    audit.record(by, "agent.role_changed", agent.email, address, was=was, now=role)
    sockets.close([agent.pk])
    return agent


@transaction.atomic
def deactivate(agent_id: int, *, by: Agent, address: str | None = None) -> Agent:
    """They are signed out everywhere at once; what they wrote stays theirs."""
    agent = _locked(agent_id, by)
    if not agent.is_active:
        return agent
    _keep_an_administrator(agent)
    agent.is_active = False
    agent.save(update_fields=["is_active"])
    _sign_out(agent)
    audit.record(by, "agent.deactivated", agent.email, address)
    sockets.close([agent.pk])
    return agent


@transaction.atomic
def reactivate(agent_id: int, *, by: Agent, address: str | None = None) -> Agent:
    agent = _locked(agent_id, by)
    if agent.is_active:
        return agent
    agent.is_active = True
    agent.save(update_fields=["is_active"])
    audit.record(by, "agent.reactivated", agent.email, address)
    return agent


@transaction.atomic
def set_teams(
    agent_id: int, *, team_ids: Iterable[int], by: Agent, address: str | None = None
) -> Agent:
    agent = _locked(agent_id, by)
    teams = list(Team.objects.filter(workspace_id=by.workspace_id, pk__in=list(team_ids)))
    if {team.pk for team in teams} != set(agent.teams.values_list("pk", flat=True)):
        agent.teams.set(teams)
        names = [team.name for team in teams]
        audit.record(by, "agent.teams_changed", agent.email, address, teams=names)
        sockets.close([agent.pk])  # some see what their teams have
    return agent


@transaction.atomic
def reset_second_step(agent_id: int, *, by: Agent, address: str | None = None) -> Agent:
    """For somebody who lost the phone. Their sessions end: whoever holds one must sign in by password."""
    agent = _locked(agent_id, by)
    if Authenticator.objects.filter(user=agent).delete()[0]:
        _sign_out(agent)
        audit.record(by, "agent.second_step_reset", agent.email, address)
        sockets.close([agent.pk])
    return agent


def _sign_out(agent: Agent) -> None:
    for session in UserSession.objects.filter(user=agent):
        session.end()


def _locked(agent_id: int, by: Agent) -> Agent:
    """The workspace's row first: two administrators cannot demote each other at the same time."""
    Workspace.objects.select_for_update(no_key=True).get(pk=by.workspace_id)
    return Agent.objects.select_for_update(of=("self",)).get(
        pk=agent_id, workspace_id=by.workspace_id
    )


def _keep_an_administrator(agent: Agent) -> None:
    others = Agent.objects.filter(
        workspace_id=agent.workspace_id, role=Role.ADMINISTRATOR, is_active=True
    ).exclude(pk=agent.pk)
    if agent.role == Role.ADMINISTRATOR and agent.is_active and not others.exists():
        raise LastAdministrator
