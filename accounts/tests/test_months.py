"""Months by their first day, over the ends of years."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.months import moved

DAYS = st.dates(date(1990, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("day", "by", "first"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 1)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 1, 1), -1, date(2025, 12, 1)),
        (date(2026, 3, 15), 0, date(2026, 3, 1)),
    ],
)
def test_a_month_is_moved(day, by, first):
    assert moved(day, by) == first


@given(DAYS, st.integers(-200, 200))
def test_there_and_back_is_the_same_month(day, by):
    assert moved(moved(day, by), -by) == day.replace(day=1)
