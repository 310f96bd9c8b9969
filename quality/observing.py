"""Writes down what is known of a number or an account: only what changed becomes history. Safe to repeat."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import numbers
from accounts.models import BusinessAccount, PhoneNumber
from quality import alerting, showing
from quality.aspects import Aspect
from quality.models import Gauge, Observation, Source

# Meters move all day: their history would be noise.
METERS = frozenset({Aspect.LIMIT_USED, Aspect.NUMBERS, Aspect.TEMPLATES})
# What a row of accounts repeats, because sending asks for it.
ON_NUMBER = {
    Aspect.RATING: "quality_rating",
    Aspect.STATUS: "status",
    Aspect.LIMIT: "messaging_limit",
    Aspect.NAME: "verified_name",
}


SPEEDS = {"STANDARD": numbers.STANDARD_THROUGHPUT, "HIGH": numbers.HIGH_THROUGHPUT}


@transaction.atomic
def observe(
    account: BusinessAccount,
    values: Mapping[Aspect, str],
    *,
    number: PhoneNumber | None = None,
    source: Source,
    at: datetime,
    details: Mapping[str, Any] | None = None,
) -> list[Observation]:
    """Store these values and give what changed. Alerts follow by themselves."""
    _lock(account)
    known = {gauge.aspect: gauge for gauge in Gauge.objects.filter(account=account, number=number)}
    told_at = at if source == Source.WEBHOOK else None
    found: list[Observation] = []
    fresh: list[Gauge] = []
    has_moved = False
    for aspect, value in values.items():
        gauge = known.get(aspect.value)
        if gauge is None:
            fresh.append(
                Gauge(account=account, number=number, aspect=aspect.value, value=value,
                      since=at, checked_at=at, told_at=told_at)
            )  # fmt: skip
        if aspect in METERS or (gauge is not None and gauge.value == value):
            continue
        before = gauge.value if gauge else ""
        found.append(
            Observation(account=account, number=number, aspect=aspect.value, before=before, after=value,
                        details=dict(details or {}), source=source, at=at)
        )  # fmt: skip
    Gauge.objects.bulk_create(fresh)
    for gauge in known.values():
        new = values.get(Aspect(gauge.aspect))
        if new is None:
            continue
        if new != gauge.value:
            gauge.value, gauge.since, gauge.told_at = new, at, None
            has_moved = True
        gauge.checked_at, gauge.told_at = at, told_at or gauge.told_at
    Gauge.objects.bulk_update(known.values(), ["value", "since", "checked_at", "told_at"])
    Observation.objects.bulk_create(found)
    if number is not None:
        _write_through(number, values)
    elif Aspect.RESTRICTION in values:
        BusinessAccount.objects.filter(pk=account.pk).update(restriction=values[Aspect.RESTRICTION])
    alerting.reconcile(account, at=at)
    if found or has_moved:
        showing.changed(account.workspace_id)
    return found


@transaction.atomic
def note(
    account: BusinessAccount,
    aspect: str,
    what: str,
    *,
    number: PhoneNumber | None,
    at: datetime,
    details: Mapping[str, Any],
) -> Observation | None:
    """Something that happened and is no state: a changed PIN, an alert of Meta's. The same within a day is one."""
    _lock(account)
    same = Observation.objects.filter(
        account=account, number=number, aspect=aspect, after=what[:120], details=dict(details)
    )
    if same.filter(at__gt=at - alerting.SAME_WITHIN).exists():
        return None
    found = Observation.objects.create(
        account=account, number=number, aspect=aspect, after=what[:120], details=dict(details),
        source=Source.WEBHOOK, at=at,
    )  # fmt: skip
    alerting.happened(account, number, kind=aspect, facts={"what": what, **details}, at=at)
    return found


def _lock(account: BusinessAccount) -> None:
    BusinessAccount.objects.select_for_update(no_key=True).only("pk").get(pk=account.pk)


def _write_through(number: PhoneNumber, values: Mapping[Aspect, str]) -> None:
    """What the row repeats, because sending asks for it."""
    told: dict[str, str | int] = {
        column: values[aspect] for aspect, column in ON_NUMBER.items() if aspect in values
    }
    if speed := SPEEDS.get(values.get(Aspect.THROUGHPUT, "")):
        told["messages_per_second"] = speed
    numbers.stand(number, **told)
