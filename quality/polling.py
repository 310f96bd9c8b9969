"""Asks Meta how numbers and accounts stand, every few minutes and at once after a webhook that only hints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
        rows = list(client.phone_numbers(account.waba_id))
        apps = client.subscribed_apps(account.waba_id)
    except GraphFailure as failure:
        logger.warning("quality not asked", account=str(account), reason=failure.reason)
        rule = failure.rule
        if rule and rule.scope == Scope.TOKEN:
            return [(None, {Aspect.TOKEN: "no"})]
        return []
    found = _found(account, raw=raw, rows=rows, apps=apps, token=_debugged(account))
    return [(None, _templates(account)), *found]


def _found(
    account: BusinessAccount,
    *,
    raw: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    apps: Sequence[Mapping[str, Any]],
    token: Mapping[str, Any],
) -> list[Found]:
    values = aspects.of_account(raw) | aspects.of_token(_ends(token), problem="")
    values[Aspect.NUMBERS] = str(len(rows))
    values[Aspect.SUBSCRIPTION] = "yes" if is_ours(apps, account) else "no"
    found: list[Found] = [(None, values)]
    by_id = {str(row.get("id")): row for row in rows}
    for number in PhoneNumber.objects.filter(account=account):
        row = by_id.get(number.phone_number_id)
        gone: Values = {Aspect.STATUS: "DELETED"}
        found.append((number, aspects.of_number(row) if row else gone))
    return found


def _templates(account: BusinessAccount) -> Values:
    """How many templates there are, and may be; nothing if Meta does not say."""
    try:
        return aspects.of_templates(graph_for(account).template_summary(account.waba_id))
    except GraphFailure:
        return {}


def _debugged(account: BusinessAccount) -> Mapping[str, Any]:
    """What the app's own credentials say of the token; nothing if they cannot say."""
    try:
        return graph_with(f"{account.app.app_id}|{account.app.secret}").debug_token(account.token)
    except GraphFailure:
        return {}


def _ends(token: Mapping[str, Any]) -> datetime | None:
    ends = token.get("expires_at")
    return datetime.fromtimestamp(ends, tz=UTC) if isinstance(ends, int) and ends else None


def is_ours(rows: Sequence[Mapping[str, Any]], account: BusinessAccount) -> bool:
    """Whether the account's webhooks go to our app."""
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


def write_down(account: BusinessAccount, *, at: datetime, **answers: Any) -> None:
    """The same with answers that Meta gave to somebody else: `raw`, `rows`, `apps`, `token`."""
    for number, values in _found(account, **answers):
        observe(account, values, number=number, source=Source.POLL, at=at)
