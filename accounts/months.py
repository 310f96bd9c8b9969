"""Months by their first day, as the ledger books them and reports sum them up. Pure."""

from __future__ import annotations

from datetime import date


def moved(day: date, by: int) -> date:
    """The first day of the month so many months after that of `day`; before it, if `by` is below zero."""
    index = day.year * 12 + day.month - 1 + by
    return date(index // 12, index % 12 + 1, 1)
