"""A customer writes again in a resolved conversation, and whoever had it is offline: a colleague is to be found.

Only where the team hands out by itself and somebody else of it is online: else it would lie with nobody. Each number
may have a rule of its own, otherwise the workspace's holds.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from accounts.models import Agent, ComingBack, Handing, PhoneNumber, Presence, Team
from accounts.seats import Place
from conversations import activity
from conversations.models import Conversation, Message


def pass_on(
    reopened: Collection[Conversation], *, at: datetime
) -> dict[int, tuple[Message, Place]]:
    """Takes these from people who are offline. By conversation: the line that says so, and where it stood before."""
    numbers = _passing_on({one.number_id for one in reopened if one.assignee_id and one.team_id})
    had = [one for one in reopened if one.team_id and one.number_id in numbers]
    gone = _offline({one.assignee_id for one in had if one.assignee_id})
    left = {one.team_id for one in had if one.team_id and one.assignee_id in gone}
    teams = _with_others_online(left)
    passed: dict[int, tuple[Message, Place]] = {}
    for conversation in had:
        agent, was = gone.get(conversation.assignee_id or 0), conversation.place
        if agent is None or conversation.team_id not in teams:
            continue
        conversation.assignee = None
        conversation.save(update_fields=["assignee"])
        line = activity.line(conversation, "passed_on", at=at, was=agent.short_name)
        passed[conversation.pk] = (line, was)
    return passed


def _passing_on(ids: Collection[int]) -> set[int]:
    """Of these numbers, those whose conversations do not always stay with whoever had them."""
    if not ids:
        return set()
    usual = Q(coming_back="", workspace__coming_back=ComingBack.PASS_ON)
    found = PhoneNumber.objects.filter(usual | Q(coming_back=ComingBack.PASS_ON), pk__in=ids)
    return set(found.values_list("pk", flat=True))


def _offline(ids: Collection[int]) -> dict[int, Agent]:
    if not ids:
        return {}
    found = Agent.objects.filter(pk__in=ids).filter(
        Q(presence=Presence.OFFLINE) | Q(is_active=False)
    )
    return {agent.pk: agent for agent in found}


def _with_others_online(ids: Collection[int]) -> set[int]:
    if not ids:
        return set()
    here = Agent.objects.filter(teams=OuterRef("pk"), is_active=True, presence=Presence.ONLINE)
    found = Team.objects.filter(Exists(here), pk__in=ids).exclude(handing=Handing.OFF)
    return set(found.values_list("pk", flat=True))
