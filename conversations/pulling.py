"""“Next, please”: an agent takes whoever has waited longest for somebody."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import Agent
from conversations import access, activity, live
from conversations.models import Conversation
from conversations.refusals import InternalRole, NobodyWaits


@transaction.atomic
def pull(*, agent: Agent, at: datetime) -> Conversation:
    """Never the same one for two people: what a colleague takes at this moment is passed over.

    Of all that the agent's seats open, also where they see only their own: so those are worked from a common pool.
    """
    if not agent.works_conversations:
        raise InternalRole
    waiting = access.takeable(agent).waiting().order_by("waiting_since", "pk")
    rows = waiting.select_for_update(no_key=True, skip_locked=True, of=("self",))
    conversation = rows.select_related("contact", "number__account").first()
    if conversation is None:
        raise NobodyWaits
    was = conversation.place
    conversation.assignee = agent
    conversation.save(update_fields=["assignee"])
    name, pk = agent.short_name, agent.pk
    line = activity.line(conversation, "assigned", at=at, by=agent, to=name, to_id=pk)
    live.publish("conversation.assigned", conversation, line, actor=agent, was=was, to=pk)
    return conversation
