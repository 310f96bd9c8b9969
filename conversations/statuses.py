"""The ladder a message climbs. A join, so order and repetition of Meta's webhooks cannot matter."""

from __future__ import annotations

from typing import Final

QUEUED, SENDING, UNKNOWN, ACCEPTED = "queued", "sending", "unknown", "accepted"
SENT, FAILED, DELIVERED, READ = "sent", "failed", "delivered", "read"
RECEIVED = "received"  # inbound: not on the ladder

LADDER: Final = (QUEUED, SENDING, UNKNOWN, ACCEPTED, SENT, FAILED, DELIVERED, READ)
# Meta may tell of failure and delivery both (field note 4, error 131026): what reached the phone has reached it.
WAITING: Final = frozenset({QUEUED, SENDING})
FROM_META: Final = {
    "sent": SENT,
    "delivered": DELIVERED,
    "read": READ,
    "played": READ,
    "failed": FAILED,
}


def settled(*seen: str) -> str:
    """The highest rung ever seen; late and repeated webhooks change nothing."""
    return max(seen, key=LADDER.index)
