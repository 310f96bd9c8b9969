"""Snoozed conversations come back by themselves. Beat rings every few seconds; running it twice changes nothing."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from accounts import masking
from conversations import activity
from conversations import live as threads
from conversations.models import Conversation, ConversationStatus
from events import live
from events.committing import afterwards

BATCH = 200


def wake_due(*, at: datetime) -> int:
    """Open all whose moment has come. One short transaction each: nobody waits for the others."""
    due = Conversation.objects.filter(status=ConversationStatus.SNOOZED, snoozed_until__lte=at)
    ids = list(due.order_by("snoozed_until").values_list("pk", flat=True)[:BATCH])
    return sum(_wake(pk, at=at) for pk in ids)


@transaction.atomic
def _wake(conversation_id: int, *, at: datetime) -> bool:
    rows = Conversation.objects.select_for_update(no_key=True, of=("self",), skip_locked=True)
    asleep = rows.filter(status=ConversationStatus.SNOOZED, snoozed_until__lte=at)
    found = asleep.select_related("number__account", "contact", "assignee")
    conversation = found.filter(pk=conversation_id).first()
    if conversation is None:  # somebody opened it meanwhile, or has it in hand: next time
        return False
    conversation.status, conversation.snoozed_until = ConversationStatus.OPEN, None
    conversation.woke_at = at  # so it stands at the top, where somebody sees it
    conversation.save(update_fields=["status", "snoozed_until", "woke_at"])
    threads.publish("conversation.woke", conversation, activity.line(conversation, "woke", at=at))
    afterwards(_tell, conversation)
    return True


def _tell(conversation: Conversation) -> None:
    """The assignee hears of it wherever they are."""
    agent = conversation.assignee
    if agent is None:
        return
    with translation.override(agent.language), masking.shown(agent.phones):
        words = gettext("Back from snooze: %(contact)s") % {
            "contact": conversation.contact.shown_name
        }
    live.tell(f"agent.{agent.pk}", kind="said", conversation=conversation.pk, text=words)
