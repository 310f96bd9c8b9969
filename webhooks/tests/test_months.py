"""The rule of the months: nothing overlaps, nothing is missed, nothing goes before its time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from webhooks import months
from webhooks.months import Partition

NOON = datetime(2026, 11, 15, 12, tzinfo=UTC)
INSTANTS = st.integers(min_value=-(10**9), max_value=10**9).map(
    lambda n: NOON + timedelta(seconds=n)
)
MONTHS = INSTANTS.map(months.first_of)


def as_partitions(made: list[date]) -> list[Partition]:
    return [Partition(f"{month}", month, months.later(month)) for month in made]


def layout(made: set[date], has_before: bool) -> list[Partition]:
    """As upkeep may have left them: perhaps all that was before, then months with gaps."""
    found = as_partitions(sorted(made))
    return [Partition("before", None, min(made)), *found] if made and has_before else found


LAYOUTS = st.builds(layout, st.sets(MONTHS, max_size=8), st.booleans())


def holders(there: list[Partition], month: date) -> int:
    return sum(one.holds(month) for one in there)


@given(LAYOUTS, INSTANTS, st.lists(MONTHS, max_size=4))
def test_each_month_that_comes_has_one_partition_and_making_them_twice_makes_none(
    have: list[Partition], at: datetime, astray: list[date]
):
    made = months.missing(have, at=at, astray=astray)
    after = have + as_partitions(made)
    now = months.first_of(at)
    coming = [months.later(now, n) for n in range(months.AHEAD + 1)]
    past = [month for month in astray if month < now]
    assert all(holders(after, month) == 1 for month in coming + past)
    assert months.missing(after, at=at, astray=astray) == []
    assert months.ahead(after, at=at) >= months.AHEAD


@given(LAYOUTS, INSTANTS)
def test_what_goes_is_old_to_its_last_second_and_what_stays_is_not(
    have: list[Partition], before: datetime
):
    gone = months.past(have, before=before)
    last = [datetime(one.end.year, one.end.month, 1, tzinfo=UTC) for one in have]
    assert all((end <= before) == (one in gone) for one, end in zip(have, last, strict=True))
    assert [one.end for one in gone] == sorted(one.end for one in gone)


@given(INSTANTS, st.integers(min_value=-600, max_value=600))
def test_months_add_up(at: datetime, by: int):
    month = months.first_of(at)
    assert months.later(months.later(month, by), -by) == month
    assert months.later(month) > month


def test_the_month_is_that_of_utc():
    at = datetime(2026, 12, 1, 1, 0, tzinfo=timezone(timedelta(hours=3)))
    assert months.first_of(at) == date(2026, 11, 1)


def test_a_gap_ends_what_is_ahead():
    have = as_partitions([date(2026, 12, 1), date(2027, 1, 1), date(2027, 3, 1)])
    assert months.ahead(have, at=datetime(2026, 11, 30, tzinfo=UTC)) == 2
    assert months.ahead([], at=datetime(2026, 11, 30, tzinfo=UTC)) == 0
