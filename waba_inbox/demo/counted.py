"""What Meta has counted of the demo's past: the same as its ledger, but for three messages that it puts in another
category, so that reconciliation has something to find.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from accounts.models import BusinessAccount, PhoneNumber, Workspace
from billing import asking_meta
from billing.models import LedgerEntry
from billing.models.ledger import Kind, LedgerQuerySet, Reason
from conversations.models import Message
from waba_inbox.demo.company import Company

DISAGREED: Final = 3
SETTLED: Final = timedelta(days=2)  # no day of today is compared
ASKED_DAYS: Final = 14
TYPES: Final = {Reason.FREE_TIER: "FREE_TIER", Reason.FREE_ENTRY_POINT: "FREE_ENTRY"}
FREE: Final = {
    Reason.FREE_TIER: "free_customer_service",
    Reason.FREE_SERVICE: "free_customer_service",
    Reason.FREE_ENTRY_POINT: "free_entry_point",
}


def disagree(made: Company, *, now: datetime) -> None:
    """Of the workshop's latest utility templates Meta says that they are marketing."""
    account = made.numbers["workshop"].account
    sent = Message.objects.filter(
        number__account=account, template__category="UTILITY", delivered_at__lt=now - SETTLED
    ).exclude(pricing=None)
    for message in sent.order_by("-delivered_at")[:DISAGREED]:
        assert message.pricing
        message.pricing["pricing"]["category"] = "marketing"
        message.save(update_fields=["pricing"])


def prices(number: PhoneNumber) -> dict[int, dict[str, Any]]:
    """Of each message that was counted by itself: as the simulator's history wants it."""
    found = {}
    for line in _lines(number).filter(kind=Kind.MESSAGE):
        told = (line.meta_pricing or {}) | {"type": FREE.get(Reason(line.reason), "regular")}
        if line.message_id and told.get("pricing_model") == "PMP":
            told["billable"] = told["type"] == "regular"
            found[line.message_id] = {
                "pricing": told,
                "delivered_at": line.opened_at.timestamp(),
            }
    return found


def conversations(number: PhoneNumber) -> Iterator[dict[str, Any]]:
    """Of the 2022 model."""
    rows = number.conversations.values_list("pk", "contact__phone", "contact__user_id")
    contacts = {pk: phone or user_id for pk, phone, user_id in rows}
    kinds = (Kind.BUSINESS_INITIATED, Kind.USER_INITIATED, Kind.REFERRAL)
    for line in _lines(number).filter(kind__in=kinds, party__isnull=False):
        who = contacts.get(line.party.conversation_id) if line.party else ""
        if who and line.expires_at:
            yield {
                "id": f"past-{line.key}",
                "customer": who,
                "kind": line.kind,
                "at": line.opened_at.timestamp(),
                "expires_at": line.expires_at.timestamp(),
                "type": TYPES.get(Reason(line.reason), "REGULAR"),
            }


def ask(workspace: Workspace) -> None:
    """Let the page of reconciliation be full from the start."""
    today = timezone.localdate()
    days = [today - timedelta(days=n) for n in range(1, ASKED_DAYS + 1)]
    for account in BusinessAccount.objects.filter(workspace=workspace):
        asking_meta.ask(account.pk, days)


def _lines(number: PhoneNumber) -> LedgerQuerySet:
    lines = LedgerEntry.objects.filter(number=number, is_estimated=False).standing()
    return lines.select_related("party").order_by("pk")
