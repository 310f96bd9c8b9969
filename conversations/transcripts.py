"""A conversation as a paper: its messages between two days, oldest first, with or without what colleagues wrote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone

from accounts.zones import midnight
from conversations.models import Conversation, Direction, Message

MOST: Final = 2000  # messages of one paper: some 100 pages


@dataclass(frozen=True, slots=True)
class Transcript:
    """`is_cut`: there were more; the paper holds the latest."""

    messages: list[Message]
    is_cut: bool


def of(
    conversation: Conversation, *, since: date | None, until: date | None, with_notes: bool
) -> Transcript:
    """Days are the reader's, both included."""
    found = conversation.messages.for_thread().exclude(kind="reaction")
    if not with_notes:
        found = found.exclude(Q(direction=Direction.SYSTEM))
    if since:
        found = found.filter(at__gte=midnight(since, timezone.get_current_timezone()))
    if until:
        found = found.filter(
            at__lt=midnight(until + timedelta(days=1), timezone.get_current_timezone())
        )
    rows = list(found.order_by("-at", "-arrival", "-pk")[: MOST + 1])
    return Transcript(rows[:MOST][::-1], len(rows) > MOST)
