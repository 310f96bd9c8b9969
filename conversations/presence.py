"""Who is at a conversation right now, for colleagues who see it: looking, typing, gone. Told, never stored.

A browser repeats itself every few seconds; what it said is forgotten soon after (static/js/presence.js).
"""

from __future__ import annotations

from typing import Final

from accounts.models import Agent
from accounts.seats import groups_for
from conversations.live import audiences
from conversations.models import Conversation
from events import live

DOINGS: Final = ("viewing", "typing", "gone")


def tell(conversation: Conversation, *, agent: Agent, doing: str) -> None:
    """To the audience of the place where the conversation stands, and to nobody else."""
    known = audiences({conversation.workspace_id})
    places = (f"{group}.{one.name}" for group in groups_for(conversation.place) for one in known)
    groups = [name for place in places for name in live.lists_of(place)]
    live.tell_all(
        groups,
        kind="here",
        conversation=conversation.pk,
        doing=doing,
        agent=agent.pk,
        name=agent.short_name,
        initials=agent.initials,
        hue=agent.hue,
    )
