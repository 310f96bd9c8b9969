"""Closes a month of an account: it takes no more lines; what comes late is an adjustment of the next (booking.py).

A closed month has no estimates, so that its sums are what was invoiced: those that stand move on to the next open
month, and are charged there once WhatsApp confirms them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from django.db import transaction

from accounts import audit
from accounts.models import Agent, BusinessAccount
from billing import totals
from billing.booking import REVERSED, Closed, reversal
from billing.gathering import locked_state
from billing.models import ClosedMonth, LedgerEntry
from billing.models.ledger import Cause

PIECE = 1000


@transaction.atomic
def close_month(
    account: BusinessAccount, *, month: date, by: Agent, at: datetime, address: str
) -> ClosedMonth:
    """`month` is its first day. Closing it again changes nothing.

    It closes as the books stand. Booking what is still to come would put lines into the month that are on no
    invoice; left out, they are adjusted in the next month, and billed there.
    """
    locked_state(account.workspace_id)  # nobody is booking into it meanwhile
    month = month.replace(day=1)
    before = Closed(account.workspace_id)
    row, is_new = ClosedMonth.objects.get_or_create(
        account=account,
        month=month,
        defaults={"closed_by": by, "closed_at": at},
    )
    if is_new:
        _move_estimates(account, month=month, before=before)
        audit.record(by, "billing.month_closed", account.name, address, name=f"{month:%Y-%m}")
    return row


def _move_estimates(account: BusinessAccount, *, month: date, before: Closed) -> None:
    """`before`: which months were closed when this one was still open."""
    stands = LedgerEntry.objects.filter(
        workspace_id=account.workspace_id, account=account, month=month, is_estimated=True
    ).standing()
    after = Closed(account.workspace_id)
    while lines := [
        line
        for estimate in stands.order_by("pk")[:PIECE]
        for line in _moved(estimate, before=before, after=after)
    ]:
        LedgerEntry.objects.bulk_create(lines, batch_size=500)
        totals.add(lines)


def _moved(estimate: LedgerEntry, *, before: Closed, after: Closed) -> Iterator[LedgerEntry]:
    """Taken back where it stands, and the same again where lines may still be written."""
    yield reversal(estimate, cause=Cause.MOVED, closed=before)
    same = {name: getattr(estimate, name) for name in REVERSED}
    month, _is_late = after.month_for(estimate.account_id, estimate.month)
    yield LedgerEntry(
        **same, quantity=estimate.quantity, cause=Cause.MOVED, month=month, is_adjustment=True
    )
