"""What Meta tells about a number or an account, written on its row. Called by webhooks/routing.py."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction

from accounts import sockets
from accounts.models import BusinessAccount, PhoneNumber
from whatsapp.facts import (
    AccountAlert,
    AccountEvent,
    NumberName,
    NumberQuality,
    NumberSecurity,
)

STANDARD_THROUGHPUT: Final = 80
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


def stand(number: PhoneNumber, **told: str | int) -> bool:
    """Write how Meta has the number: the only place that does. Gives whether anything changed; open pages hear of it.

    `told`: columns of the row. Words longer than a column are cut.
    """
    cut = {name: _fits(name, value) for name, value in told.items()}
    changed = PhoneNumber.objects.filter(pk=number.pk).exclude(**cut).update(**cut) if cut else 0
    for name, value in cut.items():
        setattr(number, name, value)
    if changed:
        sockets.tell_staff(number.workspace_id, kind="standing", number=number.pk)
    return bool(changed)


def _fits(name: str, value: str | int) -> str | int:
    longest = getattr(PhoneNumber._meta.get_field(name), "max_length", None)
    return value[:longest] if isinstance(value, str) and longest else value


def _quality(fact: NumberQuality, row: PhoneNumber) -> Change:
    before = {"limit": row.messaging_limit, "status": row.status, "speed": row.messages_per_second}
    told: dict[str, str | int] = {"status": FLAGS.get(fact.event, row.status)}
    if limit := fact.portfolio_limit or fact.current_limit:
        told["messaging_limit"] = limit
    if fact.event == "THROUGHPUT_UPGRADE":
        told["messages_per_second"] = HIGH_THROUGHPUT
    stand(row, **told)
    after = {"limit": row.messaging_limit, "status": row.status, "speed": row.messages_per_second}
    return Change(
        "number.rated",
        {"event": fact.event, "before": before, "after": after, "old_limit": fact.old_limit},
    )


def _name(fact: NumberName, row: PhoneNumber) -> Change:
    before = row.verified_name
    if fact.decision == "APPROVED" and fact.requested_name and not fact.is_username:
        stand(row, verified_name=fact.requested_name)
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
