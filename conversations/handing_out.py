"""Waiting conversations of a team find somebody by themselves (choosing.py says who).

One hand-out at a time in a workspace: it counts what everybody has, and two of them must not count the same room.
Rows that somebody has in hand just now are passed over: the next round finds them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from django.db import connection, transaction
from django.db.models import Count, Exists, OuterRef
from django.utils import translation
from django.utils.translation import gettext

from accounts import masking
from accounts.models import Agent, Handing, Presence, Team
from accounts.seats import is_open_to
from conversations import activity, live
from conversations.choosing import Candidate, choose
from conversations.models import Conversation, ConversationStatus, Direction, Message, RuleRun
from conversations.models.threads import ConversationQuerySet
from events import journal
from events import live as line
from events.committing import afterwards

BATCH: Final = 100
LOCK: Final = 7301  # with the workspace's id: the key of the advisory lock


class Given(NamedTuple):
    conversation: int
    to: int


def hand_out(workspace_id: int, *, at: datetime) -> list[Given]:
    """Everything that waits in teams which hand out, and who got it. Safe to repeat, and at the same moment."""
    teams = Team.objects.filter(workspace_id=workspace_id).exclude(handing=Handing.OFF)
    ids = list(teams.order_by("pk").values_list("pk", flat=True))
    return [one for team_id in ids for one in _hand_out_of(team_id, workspace_id, at=at)]


def due() -> list[int]:
    """Workspaces in which something waits to be handed out."""
    waiting = _waiting().exclude(team__handing=Handing.OFF).exclude(team=None)
    return sorted(set(waiting.values_list("workspace_id", flat=True)))


def _waiting() -> ConversationQuerySet:
    """Not before the rules were asked: they may give it to another team."""
    asked = RuleRun.objects.filter(done_at=None, message__conversation=OuterRef("pk"))
    return Conversation.objects.waiting().exclude(Exists(asked))


@transaction.atomic
def _hand_out_of(team_id: int, workspace_id: int, *, at: datetime) -> list[Given]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, workspace_id])
    team = Team.objects.get(pk=team_id)
    people = {agent.pk: agent for agent in _online(team)}
    candidates = {one.agent: one for one in _candidates(people.values())}
    if not any(one.room for one in candidates.values()):
        return []
    waiting = _locked_waiting(team)
    known = _who_knew(waiting, people) if team.is_sticky else {}
    given = []
    for conversation in waiting:
        able = [
            one
            for one in candidates.values()
            if is_open_to(people[one.agent].seats_at(), conversation.place)
        ]
        chosen = choose(
            able,
            how=team.handing,
            last=team.last_given_to,
            known=known.get(conversation.contact_id),
        )
        if chosen is None:
            continue
        candidates[chosen] = candidates[chosen].with_one_more()
        is_known = known.get(conversation.contact_id) == chosen
        if not is_known:
            team.last_given_to = chosen
        given.append((conversation, people[chosen], is_known))
    if given:
        team.save(update_fields=["last_given_to"])
        with journal.together():
            for conversation, agent, is_known in given:
                _give(conversation, agent, team, is_known=is_known, at=at)
    return [Given(conversation.pk, agent.pk) for conversation, agent, _known in given]


def _online(team: Team) -> list[Agent]:
    here = team.members.filter(is_active=True, presence=Presence.ONLINE)
    return list(here.select_related("workspace").prefetch_related("seats", "teams"))


def _candidates(people: Iterable[Agent]) -> list[Candidate]:
    agents = list(people)
    mine = Conversation.objects.filter(assignee__in=agents, status=ConversationStatus.OPEN)
    counts = dict(mine.order_by().values_list("assignee").annotate(n=Count("pk")))
    return [
        Candidate(
            agent=agent.pk,
            open_count=counts.get(agent.pk, 0),
            capacity=agent.capacity or agent.workspace.capacity,
        )
        for agent in agents
    ]


def _locked_waiting(team: Team) -> Sequence[Conversation]:
    rows = _waiting().filter(team=team).order_by("waiting_since", "pk")
    locked = rows.select_for_update(no_key=True, skip_locked=True, of=("self",))
    return list(locked.select_related("contact", "number__account")[:BATCH])


def _who_knew(conversations: Sequence[Conversation], people: Iterable[int]) -> dict[int, int]:
    """By contact: who of these people wrote to them last, on whichever number."""
    written = Message.objects.filter(
        conversation__contact_id__in={one.contact_id for one in conversations},
        direction=Direction.OUT,
        author_id__in=list(people),
    )
    latest = written.order_by("conversation__contact_id", "-at", "-pk")
    rows = latest.distinct("conversation__contact_id")
    return {
        contact: author
        for contact, author in rows.values_list("conversation__contact_id", "author_id")
        if author is not None
    }


def _give(
    conversation: Conversation, agent: Agent, team: Team, *, is_known: bool, at: datetime
) -> None:
    was = conversation.place
    conversation.assignee = agent
    conversation.save(update_fields=["assignee"])
    said = activity.line(
        conversation,
        "handed",
        at=at,
        to=agent.short_name,
        to_id=agent.pk,
        team=team.name,
        known=is_known,
    )
    live.publish("conversation.assigned", conversation, said, was=was, to=agent.pk)
    afterwards(_tell, conversation, agent)


def _tell(conversation: Conversation, agent: Agent) -> None:
    with translation.override(agent.language), masking.shown(agent.phones):
        words = gettext("Yours now: %(contact)s") % {"contact": conversation.contact.shown_name}
    line.tell(f"agent.{agent.pk}", kind="said", conversation=conversation.pk, text=words)
