"""Macros: several acts in one. What they consist of, who may use them, and running one: all of it or nothing."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import F, Q, QuerySet

from accounts.models import Agent, Team
from conversations import (
    activity,
    canned,
    labelling,
    lanes,
    live,
    moments,
    noting,
    sending,
    triage,
)
from conversations.models import Conversation, Label, Macro
from conversations.refusals import MacroEmpty, MomentUnclear, NotTheirs
from events import journal

ME: Final = "me"
UNTIL_REPLY: Final = "reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Empty means: not done. `assignee`: an id, or “me”. `snooze`: words such as “tomorrow 9:00”, or “reply”."""

    note: str = ""
    labels: tuple[int, ...] = ()
    priority: int | None = None
    team: int | None = None
    assignee: str = ""
    reply: str = ""
    finish: str = ""  # resolve | pending | snooze
    snooze: str = ""

    @property
    def is_empty(self) -> bool:
        return replace(self, snooze="") == Steps()


def as_json(steps: Steps) -> dict[str, Any]:
    said = {name: value for name, value in asdict(steps).items() if value not in ("", None, ())}
    return said | ({"labels": list(steps.labels)} if steps.labels else {})


def steps_of(kept: dict[str, Any]) -> Steps:
    return Steps(**(kept | {"labels": tuple(kept.get("labels", ()))}))


def visible_to(agent: Agent) -> QuerySet[Macro]:
    """Everybody's and one's own."""
    mine = Q(owner=None) | Q(owner=agent)
    return Macro.objects.filter(mine, workspace_id=agent.workspace_id)


def may_change(agent: Agent, macro: Macro) -> bool:
    return macro.owner_id == agent.pk or (macro.owner_id is None and agent.leads)


def save(macro: Macro, *, agent: Agent, name: str, is_own: bool, steps: Steps) -> Macro:
    """What is shared is the leads'; for all others it is their own."""
    macro.workspace_id = agent.workspace_id
    macro.owner = agent if is_own or not agent.leads else None
    macro.name, macro.steps = name, as_json(steps)
    if macro.pk:
        macro.save(update_fields=["owner", "name", "steps"])
    else:
        macro.save()
    return macro


@transaction.atomic
def run(
    macro: Macro, *, conversation_id: int, agent: Agent, seen: int, token: UUID, at: datetime
) -> Conversation:
    """Every step or, with a Refusal, none. `at` carries the agent's zone, in which “tomorrow” is meant.

    What goes to Meta is queued here with the rest, and sent afterwards. Safe to repeat with the same token.
    """
    conversation = lanes.worked(conversation_id, agent)
    steps = steps_of(macro.steps)
    if steps.is_empty:
        raise MacroEmpty(macro.name)
    if conversation.messages.filter(token=token).exists():
        return conversation
    with journal.together():
        line = activity.line(conversation, "macro", at=at, by=agent, name=macro.name)
        line.token = token
        line.save(update_fields=["token"])
        live.publish("macro.run", conversation, line, actor=agent, macro=macro.pk)
        _sort(conversation, steps, agent=agent, token=token, at=at)
        if steps.reply:
            text = canned.filled(steps.reply, canned.values_for(conversation, agent))
            reply_token = uuid5(token, "reply")
            sending.reply(
                conversation_id, text=text, agent=agent, token=reply_token, seen=seen, at=at
            )
        _finish(conversation_id, steps, agent=agent, at=at)
    Macro.objects.filter(pk=macro.pk).update(used_count=F("used_count") + 1)
    return conversation


def _sort(
    conversation: Conversation, steps: Steps, *, agent: Agent, token: UUID, at: datetime
) -> None:
    pk = conversation.pk
    if steps.note:
        noting.write(pk, agent=agent, token=uuid5(token, "note"), text=steps.note, at=at)
    for label in Label.objects.filter(workspace_id=agent.workspace_id, pk__in=steps.labels):
        labelling.add(pk, label=label, agent=agent, at=at)
    if steps.priority is not None:
        triage.set_priority(pk, priority=steps.priority, agent=agent, at=at)
    if steps.team:
        team = Team.objects.filter(workspace_id=agent.workspace_id, pk=steps.team).first()
        if team is None:
            raise NotTheirs(str(steps.team))
        triage.set_team(pk, team=team, agent=agent, at=at)
    if steps.assignee:
        conversation.refresh_from_db(fields=["assignee"])
        to = agent if steps.assignee == ME else _person(steps.assignee, agent)
        triage.assign(pk, agent=agent, to=to, expected=conversation.assignee_id, at=at)


def _person(pk: str, agent: Agent) -> Agent:
    rows = Agent.objects.filter(workspace_id=agent.workspace_id, is_active=True)
    found = rows.filter(pk=int(pk)).first()
    if found is None:
        raise NotTheirs(pk)
    return found


def _finish(conversation_id: int, steps: Steps, *, agent: Agent, at: datetime) -> None:
    if steps.finish == "resolve":
        triage.close(conversation_id, agent=agent, at=at)
    elif steps.finish == "pending":
        triage.set_pending(conversation_id, agent=agent, at=at)
    elif steps.finish == "snooze":
        until = None if steps.snooze == UNTIL_REPLY else moments.understood(steps.snooze, now=at)
        if until is None and steps.snooze != UNTIL_REPLY:
            raise MomentUnclear(steps.snooze)
        triage.snooze(conversation_id, agent=agent, until=until, at=at)
