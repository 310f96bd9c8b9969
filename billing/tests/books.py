"""Messages as conversations leave them, numbered as the journal numbers them, for the books to take over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from billing import booking
from billing.models import DayTotal, LedgerEntry, ShareTotal
from billing.totals import ALIKE
from conversations import statuses
from conversations.models import Conversation, Direction, Message
from tests import world

START = datetime(2022, 11, 10, 14, tzinfo=UTC)  # 17:00 in Moscow


def numbered(message: Message) -> Message:
    message.seq = message.workspace.take_numbers(1)
    message.save(update_fields=["seq"])
    return message


def writes(conversation: Conversation, at: datetime, **over: Any) -> Message:
    return numbered(world.make_message(conversation, at=at, **over))


def sends(
    conversation: Conversation,
    at: datetime,
    *,
    status: str = statuses.DELIVERED,
    after: timedelta = timedelta(seconds=2),
    **over: Any,
) -> Message:
    """A free-form message of ours, delivered `after` it was sent."""
    times = {"sent_at": at} if status != statuses.ACCEPTED else {}
    if status in (statuses.DELIVERED, statuses.READ):
        times["delivered_at"] = at + after
    fields: dict[str, Any] = {"direction": Direction.OUT, "at": at, "status": status, **times}
    return numbered(world.make_message(conversation, **fields | over))


def sends_template(
    conversation: Conversation, at: datetime, category: str = "UTILITY", **over: Any
) -> Message:
    content = {"name": "order_ready", "language": "en", "category": category}
    return sends(conversation, at, kind="template", content=content, **over)


def settles(message: Message, status: str, at: datetime, **over: Any) -> Message:
    """A status of Meta's for a message that went out."""
    message.status = status
    if status == statuses.FAILED:
        message.failed_at = at
    elif status == statuses.SENT:
        message.sent_at = at
    else:
        message.delivered_at = message.delivered_at or at
    for name, value in over.items():
        setattr(message, name, value)
    message.save()
    return numbered(message)


def standing(workspace_id: int) -> list[LedgerEntry]:
    lines = LedgerEntry.objects.filter(workspace_id=workspace_id).standing()
    return list(lines.order_by("opened_at", "key"))


def said(lines: list[LedgerEntry], since: datetime = START) -> list[str]:
    """“29.25 user_initiated 0.0398”: hours after `since`, kind, cost or why there is none."""
    return [
        f"{(line.opened_at - since) / timedelta(hours=1):.4g} {line.kind} "
        f"{line.cost.normalize():f}" if line.cost is not None else f"{line.kind} {line.reason}"
        for line in lines
    ]  # fmt: skip


def snapshot(workspace_id: int) -> list[tuple[Any, ...]]:
    """The standing lines, in all that makes two lines the same."""
    return [
        (line.key, *(_plain(getattr(line, name)) for name in booking.COMPARED))
        for line in standing(workspace_id)
    ]


def assert_totals_agree(workspace_id: int) -> None:
    """The sums beside the ledger are the sums of its lines."""
    summed: dict[Any, list[Any]] = {}
    for line in LedgerEntry.objects.filter(workspace_id=workspace_id):
        key = (line.day, line.month, line.kind, line.category, line.reason, line.is_estimated)
        of = summed.setdefault(key, [0, Decimal(0), Decimal(0)])
        of[0] += line.quantity
        of[1] += line.cost or 0
        of[2] += line.price or 0
    kept: dict[Any, list[Any]] = {}
    for row in DayTotal.objects.filter(workspace_id=workspace_id):
        key = (row.day, row.month, row.kind, row.category, row.reason, row.is_estimated)
        of = kept.setdefault(key, [0, Decimal(0), Decimal(0)])
        of[0] += row.quantity
        of[1] += row.cost
        of[2] += row.price
    assert kept == summed
    shared: dict[str, list[Any]] = {}
    for share in ShareTotal.objects.filter(workspace_id=workspace_id):
        of = shared.setdefault(share.by, [0, Decimal(0), Decimal(0)])
        for n, amount in enumerate((share.quantity, share.cost, share.price)):
            of[n] += amount
    shared.pop("campaign", None)  # of what was sent to many only
    whole = [sum(of[n] for of in summed.values()) for n in range(3)] if summed else []
    assert all(of == whole for of in shared.values())
    assert len(ALIKE) == 17


def _plain(value: Any) -> Any:
    return value.normalize() if isinstance(value, Decimal) else value
