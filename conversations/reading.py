"""How far an agent has read. It changes what this agent's own tabs show, and nobody else's."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.core.cache import cache
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from accounts.models import Agent
from conversations import tasks
from conversations.models import Conversation, Mention, ReadMark
from events import live

TYPING_AGAIN: Final = 20  # seconds; Meta shows it for 25
READ_AGAIN: Final = 7 * 24 * 3600


def mark_read(conversation: Conversation, *, agent: Agent, at: datetime) -> int:
    """All that has come is read by this agent, notes that name them too. Safe to repeat, never goes back.

    Gives the count of what has come.
    """
    seen = conversation.inbound_count
    named = Mention.objects.filter(
        agent=agent, message__conversation=conversation, read_at=None
    ).update(read_at=at)
    mark, is_new = ReadMark.objects.get_or_create(
        agent=agent, conversation=conversation, defaults={"seen_count": seen, "seen_at": at}
    )
    if not is_new:
        if mark.seen_count >= seen and not named:
            return mark.seen_count
        ReadMark.objects.filter(pk=mark.pk).update(
            seen_count=Greatest(F("seen_count"), seen), seen_at=at
        )
    note = {"kind": "read", "conversation": conversation.pk, "seen": seen}
    transaction.on_commit(lambda: live.tell(f"agent.{agent.pk}", **note), robust=True)
    return seen


def show_to_contact(conversation: Conversation, *, typing: bool = False) -> None:
    """The blue ticks on the contact's phone, and "typing…" for up to 25 s. As often as it says something new.

    The cache only spares Meta: wiped, the same is told once more.
    """
    wamid = conversation.last_inbound_wamid
    if not wamid:
        return
    name, again = ("typing", TYPING_AGAIN) if typing else ("read", READ_AGAIN)
    if not cache.add(f"shown:{name}:{conversation.pk}:{wamid}", True, again):
        return
    pk = conversation.pk
    transaction.on_commit(lambda: _tell_meta_soon(pk, typing=typing), robust=True)


def _tell_meta_soon(conversation_id: int, *, typing: bool) -> None:
    tasks.show_read.delay(conversation_id, typing=typing)
