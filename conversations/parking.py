"""Statuses that came before their attempts were known: kept, found again, told again. Called by settling.py."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import PhoneNumber
from conversations.arrivals import Arrival
from conversations.models import Attempt, Outcome, ParkedStatus
from whatsapp.facts import StatusUpdate
from whatsapp.webhooks.messages import Place
from whatsapp.webhooks.statuses import status as read_status

KEPT_FOR: Final = timedelta(days=8)  # Meta tries for 7
SWEPT_AT_ONCE: Final = 1000


def park(arrivals: Sequence[Arrival[StatusUpdate]]) -> None:
    """Keep them. Told twice, one is kept once."""
    rows = [
        ParkedStatus(
            number=arrival.number,
            wamid=arrival.fact.wamid[:160],
            status=arrival.fact.status,
            callback_data=arrival.fact.callback_data[:64],
            body=arrival.fact.raw,
        )
        for arrival in arrivals
    ]
    if rows:
        ParkedStatus.objects.bulk_create(rows, ignore_conflicts=True)


def of(attempts: Sequence[Attempt]) -> list[ParkedStatus]:
    """What is kept for these attempts, by our keys or by Meta's ids. Most often nothing; one question says so."""
    told = Q(callback_data__in=[str(attempt.key) for attempt in attempts]) | Q(
        wamid__in=[attempt.wamid for attempt in attempts if attempt.wamid]
    )
    numbers = {attempt.number_id for attempt in attempts}
    return list(ParkedStatus.objects.filter(told, number_id__in=numbers).order_by("pk"))


def ready() -> list[ParkedStatus]:
    """Those whose attempt has its answer by now."""
    answered = Attempt.objects.exclude(outcome=Outcome.CALLING)
    same = answered.filter(number=OuterRef("number"), wamid=OuterRef("wamid"))
    rows = list(ParkedStatus.objects.filter(Exists(same)).order_by("arrived_at")[:SWEPT_AT_ONCE])
    keyed = list(
        ParkedStatus.objects.exclude(callback_data="").order_by("arrived_at")[:SWEPT_AT_ONCE]
    )
    keys = {row.pk: key for row in keyed if (key := key_of(row.callback_data))}
    known = set(answered.filter(key__in=set(keys.values())).values_list("key", flat=True))
    return rows + [row for row in keyed if keys.get(row.pk) in known and row not in rows]


def take(rows: Sequence[ParkedStatus]) -> list[Arrival[StatusUpdate]]:
    """Read them again, and keep them no longer."""
    numbers = PhoneNumber.objects.select_related("account").in_bulk({row.number_id for row in rows})
    found = [Arrival(_fact(row, numbers[row.number_id]), numbers[row.number_id]) for row in rows]
    ParkedStatus.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return found


def keep_age(rows: Sequence[ParkedStatus]) -> None:
    """What was parked anew is as old as it was."""
    ages = {(row.number_id, row.wamid, row.status): row.arrived_at for row in rows}
    for anew in ParkedStatus.objects.filter(wamid__in={row.wamid for row in rows}):
        if age := ages.get((anew.number_id, anew.wamid, anew.status)):
            ParkedStatus.objects.filter(pk=anew.pk).update(arrived_at=age)


def forget(*, at: datetime | None = None) -> None:
    """Of messages that were sent before us, or from the phone app: nobody will ever ask for these."""
    ParkedStatus.objects.filter(arrived_at__lt=(at or timezone.now()) - KEPT_FOR).delete()


def key_of(callback_data: str) -> UUID | None:
    """Our own id of an attempt, if Meta sends one back."""
    try:
        return UUID(callback_data)
    except ValueError:
        return None


def _fact(row: ParkedStatus, number: PhoneNumber) -> StatusUpdate:
    place = Place(
        waba_id=number.account.waba_id,
        field="messages",
        phone_number_id=number.phone_number_id,
        display_phone_number=number.display_phone_number,
    )
    fact = read_status(row.body, place=place)
    assert isinstance(fact, StatusUpdate)
    return fact
