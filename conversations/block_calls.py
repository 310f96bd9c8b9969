"""Tells Meta whom to block or let go, and notes its answer. To block twice is to block once: every call may repeat."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.graph import graph_for
from conversations import lanes, live
from conversations.models import Block, BlockState, Conversation
from conversations.outgoing import address_of
from whatsapp.failures import GraphFailure, GraphRefusal

LEASE: Final = timedelta(minutes=1)
PAUSE: Final = timedelta(seconds=20)
MOST_TRIES: Final = 30

logger = structlog.get_logger(__name__)


class _Refused(Exception):
    """Meta said no, in these words."""


def due(*, at: datetime) -> list[int]:
    return list(Block.objects.filter(next_try_at__lte=at).values_list("pk", flat=True)[:200])


def settle(block_id: int) -> None:
    """One call, if it is due and nobody else is at it."""
    now = timezone.now()
    taken = Block.objects.filter(pk=block_id, next_try_at__lte=now).update(
        next_try_at=now + LEASE, tries=F("tries") + 1
    )
    if not taken:
        return
    row = Block.objects.select_related("contact", "number__account__app").get(pk=block_id)
    try:
        _call(row)
    except _Refused as refusal:
        _note(row, refused=str(refusal))
    except GraphRefusal as refusal:
        _note(row, refused=refusal.reason)
    except GraphFailure as failure:
        logger.info("block not told yet", block=row.pk, reason=failure.reason)
        if row.tries >= MOST_TRIES:
            _note(row, refused=failure.reason)
        else:
            Block.objects.filter(pk=row.pk).update(next_try_at=now + PAUSE * row.tries)
    else:
        _note(row)


def _call(row: Block) -> None:
    graph, users = graph_for(row.number), [address_of(row.contact).as_user]
    number = row.number.phone_number_id
    if row.state == BlockState.UNBLOCKING:
        _check(graph.unblock_users(number, users))
    else:
        _check(graph.block_users(number, users))


def _check(answer: Any) -> None:
    """Each user is answered apart, under a 200."""
    said = answer.get("block_users") if isinstance(answer, dict) else None
    failed = said.get("failed_users") if isinstance(said, dict) else None
    if not failed:
        return
    errors = failed[0].get("errors") if isinstance(failed[0], dict) else None
    first = errors[0] if isinstance(errors, list) and errors else {}
    data = first.get("error_data")
    details = data.get("details") if isinstance(data, dict) else ""
    raise _Refused(details or first.get("message") or first.get("title") or "")


@transaction.atomic
def _note(row: Block, *, refused: str | None = None) -> None:
    """Unless somebody changed their mind while Meta was asked: then that is due already."""
    threads = Conversation.objects.filter(contact_id=row.contact_id, number_id=row.number_id)
    conversations = lanes.locked(threads.values_list("pk", flat=True))
    now = Block.objects.select_for_update().filter(pk=row.pk, asked_at=row.asked_at).first()
    if now is None:
        return
    is_blocked = _settled(now, refused)
    for conversation in conversations.values():
        conversation.blocked_at = (
            (conversation.blocked_at or timezone.now()) if is_blocked else None
        )
        conversation.save(update_fields=["blocked_at"])
        live.publish("contact.block_settled", conversation)


def _settled(row: Block, refused: str | None) -> bool:
    """Whether they are blocked now."""
    was_unblocking = row.state == BlockState.UNBLOCKING
    if refused is None and was_unblocking:
        row.delete()
        return False
    if refused is None:
        row.state = BlockState.BLOCKED
    else:
        row.state = BlockState.BLOCKED if was_unblocking else BlockState.REFUSED
        row.problem = refused[:300]
    row.next_try_at = None
    row.save(update_fields=["state", "problem", "next_try_at"])
    return row.state == BlockState.BLOCKED
