"""Closes a month of an account: it takes no more lines; what comes late is an adjustment of the next (booking.py)."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from accounts import audit
from accounts.models import Agent, BusinessAccount
from billing.booking import keep_books
from billing.gathering import locked_state
from billing.models import ClosedMonth


def close_month(account: BusinessAccount, *, month: date, by: Agent, address: str) -> ClosedMonth:
    """`month` is its first day. Everything known is booked before; closing it again changes nothing."""
    keep_books(account.workspace_id)
    with transaction.atomic():
        locked_state(account.workspace_id)  # nobody is booking into it meanwhile
        row, is_new = ClosedMonth.objects.get_or_create(
            account=account, month=month.replace(day=1), defaults={"closed_by": by}
        )
        if is_new:
            audit.record(by, "billing.month_closed", account.name, address, name=f"{month:%Y-%m}")
    return row
