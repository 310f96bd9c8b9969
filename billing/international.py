"""Since when Meta charges an account its international rate of authentication, as it tells by webhook and when asked.

Meta names one moment for all countries with such a rate and, for some, one of their own; and where it thinks that the
company is at home, where the rate is never charged. It may tell the two apart and twice; what was told stays until
something else is told, since an account that was found eligible remains so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from django.db import transaction
from django.utils import timezone

from accounts.graph import graph_for
from accounts.models import BusinessAccount
from billing.models import InternationalNotice
from whatsapp.facts import AccountEvent
from whatsapp.failures import GraphFailure

logger = structlog.get_logger(__name__)

ELIGIBLE: Final = "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE"
AT_HOME: Final = "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE"
RATES: Final = "auth_international_rate_eligibility"
LOCATION: Final = "primary_business_location"
YEARS: Final = range(2024, 2100)  # such rates begin in 2024


def heard(fact: AccountEvent, account: BusinessAccount) -> None:
    """Safe to repeat; other events tell nothing of it."""
    if fact.event == ELIGIBLE:
        record(account, rates=fact.details.get(RATES))
    elif fact.event == AT_HOME:
        record(account, country=fact.details.get("country"))


def ask(account: BusinessAccount) -> None:
    """What the account says now. Where Meta does not answer, what is known stays."""
    try:
        told = graph_for(account).waba(account.waba_id, fields=f"id,{RATES},{LOCATION}")
    except GraphFailure as failure:
        logger.warning("rates not told", account=str(account), reason=failure.reason)
        return
    record(account, rates=told.get(RATES), country=told.get(LOCATION))


@transaction.atomic
def record(account: BusinessAccount, *, rates: Any = None, country: Any = None) -> None:
    """Keep what can be read of it, and from when on the books must follow. None says nothing."""
    InternationalNotice.objects.get_or_create(account=account)
    row = InternationalNotice.objects.select_for_update().get(account=account)
    before = (row.country, row.starts_at, dict(row.exceptions))
    since = _starts(row)
    if isinstance(country, str) and len(country) == 2 and country.isalpha():
        row.country = country.upper()
    if isinstance(rates, Mapping):
        row.starts_at = _moment(rates.get("start_time")) or row.starts_at
        row.exceptions = _exceptions(rates.get("exception_countries"))
    if before == (row.country, row.starts_at, row.exceptions):
        return
    row.told_at = timezone.now()
    begun = [at for at in (*since, *_starts(row), row.dirty_since) if at and at <= row.told_at]
    row.dirty_since = min(begun, default=None)
    row.save(update_fields=["country", "starts_at", "exceptions", "told_at", "dirty_since"])


def _starts(row: InternationalNotice) -> list[datetime]:
    """Every moment from which it matters."""
    if row.starts_at is None:
        return []
    return [row.starts_at, *map(datetime.fromisoformat, row.exceptions.values())]


def _exceptions(told: Any) -> dict[str, str]:
    found = {}
    for one in told if isinstance(told, list) else []:
        country = one.get("country_code") if isinstance(one, Mapping) else None
        at = _moment(one.get("start_time")) if isinstance(one, Mapping) else None
        if not isinstance(country, str) or len(country) != 2 or at is None:
            logger.warning("exception unreadable", told=str(one)[:200])
            continue
        found[country.upper()] = at.isoformat()
    return found


def _moment(told: Any) -> datetime | None:
    """Unix seconds, as a number or as text."""
    try:
        at = datetime.fromtimestamp(int(told), tz=UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        at = None
    if at is None or at.year not in YEARS:
        logger.warning("start unreadable", told=str(told)[:40])
        return None
    return at
