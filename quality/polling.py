"""Asks Meta how numbers and accounts stand, every few minutes and at once after a webhook that only hints."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import structlog
from django.utils import timezone

from accounts.graph import graph_for, graph_with
from accounts.models import BusinessAccount, PhoneNumber
from quality import aspects
from quality.aspects import Aspect, Values
from quality.models import Source
from quality.observing import observe
from whatsapp.errors import Scope
from whatsapp.failures import GraphFailure

logger = structlog.get_logger(__name__)
Found = tuple[PhoneNumber | None, Values]


def ask(account: BusinessAccount) -> list[Found]:
    """What Meta says of the account (None) and of each of our numbers. A token that does not work is an answer too."""
    client = graph_for(account)
    try:
        raw = client.waba(account.waba_id)
        rows = {str(row.get("id")): row for row in client.phone_numbers(account.waba_id)}
        subscribed = client.subscribed_apps(account.waba_id)
    except GraphFailure as failure:
        logger.warning("quality not asked", account=str(account), reason=failure.reason)
        rule = failure.rule
        if rule and rule.scope == Scope.TOKEN:
            return [(None, {Aspect.TOKEN: "no"})]
        return []
    values = aspects.of_account(raw) | aspects.of_token(_token_ends(account), problem="")
    values[Aspect.SUBSCRIPTION] = "yes" if _is_ours(subscribed, account) else "no"
    found: list[Found] = [(None, values)]
    for number in PhoneNumber.objects.filter(account=account):
        row = rows.get(number.phone_number_id)
        gone: Values = {Aspect.STATUS: "DELETED"}
        found.append((number, aspects.of_number(row) if row else gone))
    return found


def _token_ends(account: BusinessAccount) -> datetime | None:
    """When the token ends, if it does; judged by the app's own credentials."""
    try:
        found = graph_with(f"{account.app.app_id}|{account.app.secret}").debug_token(account.token)
    except GraphFailure:
        return None
    ends = found.get("expires_at")
    return datetime.fromtimestamp(ends, tz=UTC) if isinstance(ends, int) and ends else None


def _is_ours(rows: list[dict[str, Any]], account: BusinessAccount) -> bool:
    ids = [row.get("whatsapp_business_api_data") for row in rows]
    return any(isinstance(one, dict) and str(one.get("id")) == account.app.app_id for one in ids)


def poll(account_id: int) -> int:
    """Ask and write down; gives how much had changed. Safe to run twice at once."""
    account = BusinessAccount.objects.select_related("app").get(pk=account_id)
    at = timezone.now()
    return sum(
        len(observe(account, values, number=number, source=Source.POLL, at=at))
        for number, values in ask(account)
    )
