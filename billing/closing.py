"""Closes a month of an account: it takes no more lines; what comes late is an adjustment of the next (booking.py)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from accounts import audit
from accounts.models import Agent, BusinessAccount
from billing.gathering import locked_state
from billing.models import ClosedMonth


@transaction.atomic
def close_month(
    account: BusinessAccount, *, month: date, by: Agent, at: datetime, address: str
) -> ClosedMonth:
    """`month` is its first day. Closing it again changes nothing.

    It closes as the books stand. Booking what is still to come would put lines into the month that are on no
    invoice; left out, they are adjusted in the next month, and billed there.
    """
    locked_state(account.workspace_id)  # nobody is booking into it meanwhile
    row, is_new = ClosedMonth.objects.get_or_create(
        account=account,
        month=month.replace(day=1),
        defaults={"closed_by": by, "closed_at": at},
    )
    if is_new:
        audit.record(by, "billing.month_closed", account.name, address, name=f"{month:%Y-%m}")
    return row
