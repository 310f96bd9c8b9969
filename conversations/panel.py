"""What the panel beside a thread shows of the contact and the conversation. The same for everybody who sees it."""

from __future__ import annotations

from typing import Any

from babel import Locale
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language

from accounts import hours
from accounts.hours import State
from accounts.models import Team
from conversations.models import Contact, Conversation, MediaFile, MediaState
from whatsapp import numbers

PICTURES = 8


def gallery(conversation: Conversation) -> list[MediaFile]:
    """The latest pictures of the thread."""
    found = MediaFile.objects.filter(
        messages__conversation=conversation, kind="image", state=MediaState.STORED
    )
    return list(found.order_by("-pk")[:PICTURES])


def source_of(conversation: Conversation) -> dict[str, Any] | None:
    """The advertisement or post that the contact last came from."""
    came = conversation.messages.exclude(referral=None).exclude(content__has_key="erased")
    latest = came.order_by("-at").only("referral").first()
    return latest.referral if latest else None


def teams_of(workspace_id: int) -> QuerySet[Team]:
    """To which the conversation can be moved."""
    return Team.objects.filter(workspace_id=workspace_id)


def country_of(contact: Contact) -> str:
    """“Germany”: of the phone number, else of the business-scoped id; empty if neither says."""
    code = numbers.country(contact.phone, contact.user_id)
    return Locale.parse(get_language() or "en").territories.get(code, "") if code else ""


def hours_now(conversation: Conversation) -> State | None:
    """Whether its number is answered just now; None if it has no hours."""
    kept = hours.read(conversation.number.hours)
    return kept.state(timezone.now()) if kept else None
