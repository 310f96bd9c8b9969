"""Meta's webhooks about numbers and accounts, written down and followed up. Called by webhooks/routing.py."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from accounts.models import BusinessAccount, PhoneNumber
from events.committing import afterwards
from quality import aspects, observing, tasks
from quality.alarms import Kind
from quality.models import Source
from whatsapp.facts import (
    AccountAlert,
    AccountEvent,
    NumberName,
    NumberQuality,
    NumberSecurity,
)

CAPABILITY: Final = "BUSINESS_CAPABILITY_UPDATE"


def heard_of_number(fact: NumberQuality | NumberName | NumberSecurity, number: PhoneNumber) -> None:
    """Safe to repeat. What the webhook only hints at is asked for at once."""
    account, at = number.account, timezone.now()
    match fact:
        case NumberQuality():
            limit = fact.portfolio_limit or fact.current_limit
            values = aspects.of_quality_webhook(fact.event, limit=limit)
            observing.observe(account, values, number=number, source=Source.WEBHOOK, at=at,
                              details={"event": fact.event})  # fmt: skip
            _ask_soon(account)
        case NumberName() if not fact.is_username:
            values = aspects.of_name_webhook(fact.decision, requested=fact.requested_name)
            observing.observe(account, values, number=number, source=Source.WEBHOOK, at=at,
                              details={"requested": fact.requested_name, "reason": fact.rejection_reason})  # fmt: skip
        case NumberSecurity():
            observing.note(account, Kind.SECURITY, fact.event, number=number, at=at,
                           details={"requester": fact.requester})  # fmt: skip


def _ask_soon(account: BusinessAccount) -> None:
    """Robust: without Redis the next poll by the clock finds it."""
    afterwards(tasks.poll.apply_async, (account.pk,), retry=False)


def heard_of_account(fact: AccountEvent | AccountAlert, account: BusinessAccount) -> None:
    """Safe to repeat."""
    at = timezone.now()
    if isinstance(fact, AccountAlert):
        details = {
            "severity": fact.severity,
            "description": fact.description,
            "entity": f"{fact.entity_type}:{fact.entity_id}",
        }
        observing.note(
            account, Kind.META_ALERT, fact.alert_type, number=None, at=at, details=details
        )
        return
    if fact.event == CAPABILITY:
        _capability(fact, account, at)
        return
    values = aspects.of_account_webhook(fact.event, fact.details)
    observing.observe(account, values, source=Source.WEBHOOK, at=at, details={"event": fact.event})
    _ask_soon(account)


def _capability(fact: AccountEvent, account: BusinessAccount, at: datetime) -> None:
    """How many people, numbers and templates Meta allows. The limit of people stands at each number."""
    values, of_each = aspects.of_capability_webhook(fact.details)
    told: dict[str, Any] = {"source": Source.WEBHOOK, "at": at, "details": {"event": fact.event}}
    observing.observe(account, values, **told)
    if of_each:
        for number in PhoneNumber.objects.filter(account=account).order_by("pk"):
            observing.observe(account, of_each, number=number, **told)
    _ask_soon(account)
