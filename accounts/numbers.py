"""What Meta tells about a number or an account, written on its row. Called by webhooks/routing.py."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction

from accounts.models import BusinessAccount, PhoneNumber
from whatsapp.facts import (
    AccountAlert,
    AccountEvent,
    NumberName,
    NumberQuality,
    NumberSecurity,
)

HIGH_THROUGHPUT: Final = 1000  # messages a second, after Meta's upgrade
# How the older webhooks say that quality moved; the rating itself comes with the next look at the number.
FLAGS: Final = {"FLAGGED": "FLAGGED", "UNFLAGGED": "CONNECTED"}


@dataclass(frozen=True, slots=True)
class Change:
    """For the journal: what happened, with what it was before and is now."""

    kind: str
    facts: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def record(fact: NumberQuality | NumberName | NumberSecurity, number: PhoneNumber) -> Change:
    """Safe to repeat."""
    row = PhoneNumber.objects.select_for_update(no_key=True).get(pk=number.pk)
    match fact:
        case NumberQuality():
            return _quality(fact, row)
        case NumberName():
            return _name(fact, row)
        case NumberSecurity():
            return Change("number.secured", {"event": fact.event, "requester": fact.requester})


def _quality(fact: NumberQuality, row: PhoneNumber) -> Change:
    before = {"limit": row.messaging_limit, "status": row.status, "speed": row.messages_per_second}
    limit = fact.portfolio_limit or fact.current_limit
    if limit:
        row.messaging_limit = limit[:24]
    row.status = FLAGS.get(fact.event, row.status)
    if fact.event == "THROUGHPUT_UPGRADE":
        row.messages_per_second = HIGH_THROUGHPUT
    row.save(update_fields=["messaging_limit", "status", "messages_per_second"])
    after = {"limit": row.messaging_limit, "status": row.status, "speed": row.messages_per_second}
    return Change(
        "number.rated",
        {"event": fact.event, "before": before, "after": after, "old_limit": fact.old_limit},
    )


def _name(fact: NumberName, row: PhoneNumber) -> Change:
    before = row.verified_name
    if fact.decision == "APPROVED" and fact.requested_name and not fact.is_username:
        row.verified_name = fact.requested_name[:160]
        row.save(update_fields=["verified_name"])
    return Change(
        "number.named",
        {
            "decision": fact.decision,
            "requested": fact.requested_name,
            "reason": fact.rejection_reason,
            "is_username": fact.is_username,
            "before": before,
        },
    )


def record_account(fact: AccountEvent | AccountAlert, account: BusinessAccount) -> Change:
    """Kept in the journal as told; what stops sending shows itself in the answers to our calls."""
    if isinstance(fact, AccountAlert):
        return Change(
            "account.alerted",
            {
                "alert": fact.alert_type,
                "severity": fact.severity,
                "status": fact.status,
                "description": fact.description,
                "entity": f"{fact.entity_type}:{fact.entity_id}",
            },
        )
    return Change("account.updated", {"event": fact.event, "details": fact.details})
