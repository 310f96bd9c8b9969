"""Online, busy, away: by hand, and by itself when no page of theirs has been open for a while (presence_rules.py)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Q

from accounts import presence_rules, sockets
from accounts.models import Agent, Presence, Workspace

NOTED_EVERY: Final = timedelta(seconds=30)  # an open page costs one write in this time
BY_HAND: Final = (Presence.ONLINE, Presence.BUSY, Presence.AWAY)


@transaction.atomic
def choose(agent_id: int, *, presence: str, at: datetime) -> Agent:
    """By hand. It stays until they choose something else; whoever chooses is there."""
    agent = Agent.objects.select_for_update(of=("self",)).get(pk=agent_id)
    agent.chosen_presence = presence
    agent.line_at = at
    agent.save(update_fields=["chosen_presence", "line_at"])
    _show(agent, presence)
    return agent


@transaction.atomic
def note_line(agent_id: int, *, at: datetime) -> None:
    """A browser of theirs is on the line: back they are, as they last chose."""
    stale = Q(line_at=None) | Q(line_at__lt=at - NOTED_EVERY) | Q(presence=Presence.OFFLINE)
    rows = Agent.objects.select_for_update(of=("self",))
    agent = rows.filter(stale, pk=agent_id, is_active=True).first()
    if agent is None:
        return
    agent.line_at = at
    agent.save(update_fields=["line_at"])
    _show(agent, agent.chosen_presence)


def sweep(*, at: datetime) -> int:
    """Take those for offline who have had no page open for as long as their workspace waits."""
    gone = 0
    here = Agent.objects.exclude(presence=Presence.OFFLINE)
    for workspace in Workspace.objects.filter(pk__in=here.values("workspace")):
        patience = timedelta(minutes=workspace.away_minutes)
        silent = here.filter(Q(line_at=None) | Q(line_at__lt=at - patience), workspace=workspace)
        for pk in list(silent.values_list("pk", flat=True)):
            gone += _take_for_offline(pk, patience=patience, at=at)
    return gone


@transaction.atomic
def _take_for_offline(agent_id: int, *, patience: timedelta, at: datetime) -> bool:
    rows = Agent.objects.select_for_update(of=("self",), skip_locked=True)
    agent = rows.filter(pk=agent_id).first()
    if agent is None:
        return False
    now = presence_rules.shown(
        chosen=agent.chosen_presence, line_at=agent.line_at, patience=patience, at=at
    )
    return _show(agent, now)


def of_workspace(workspace_id: int) -> dict[int, str]:
    """Who is there, of those who work conversations."""
    return dict(Agent.objects.working(workspace_id).values_list("pk", F("presence")))


def _show(agent: Agent, presence: str) -> bool:
    if agent.presence == presence:
        return False
    agent.presence = presence
    agent.save(update_fields=["presence"])
    sockets.tell_staff(agent.workspace_id, kind="presence", agent=agent.pk, presence=presence)
    return True
