"""Business hours: what is open when, also where the clocks are changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.hours import DAY, Hours, NotSpans, Span, holidays_of, read, spans_of, words_of
from accounts.models import Agent, PhoneNumber

ZONES = ["UTC", "Europe/Moscow", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]
minutes = st.integers(0, 96).map(lambda n: n * 15)
spans = st.builds(
    lambda day, ends: Span(day, min(ends), max(ends)),
    st.integers(0, 6),
    st.tuples(minutes, minutes).filter(lambda pair: pair[0] != pair[1]),
)
days = st.dates(date(2026, 1, 1), date(2027, 12, 31))
weeks = st.builds(
    Hours,
    zone=st.sampled_from(ZONES),
    spans=st.lists(spans, max_size=8).map(tuple),
    holidays=st.lists(st.tuples(days, st.just("Day off")), max_size=2).map(tuple),
)
moments = st.integers(0, 1_000_000).map(
    lambda n: datetime(2026, 1, 5, tzinfo=UTC) + timedelta(minutes=n)
)


@settings(max_examples=80, deadline=None)
@given(weeks, moments, st.floats(0, 1))
def test_nothing_changes_before_it_is_said_to_and_then_it_does(
    week: Hours, at: datetime, part: float
) -> None:
    state = week.state(at)
    if state.until is None:
        return
    assert state.until > at
    between = at + (state.until - at) * part
    if between < state.until:
        assert week.is_open(between) == state.is_open
    assert week.is_open(state.until) != state.is_open


@settings(max_examples=80, deadline=None)
@given(weeks, moments)
def test_on_a_plain_day_the_clock_on_the_wall_decides(week: Hours, at: datetime) -> None:
    local = at.astimezone(ZoneInfo(week.zone))
    hours_around = {
        (at + timedelta(hours=h)).astimezone(local.tzinfo).utcoffset() for h in (-30, 30)
    }
    if len(hours_around) > 1:
        return  # the clocks are changed nearby
    minute = local.hour * 60 + local.minute
    is_off = local.date() in dict(week.holidays)
    wanted = not is_off and any(
        span.weekday == local.weekday() and span.opens <= minute < span.closes
        for span in week.spans
    )
    assert week.is_open(at) == wanted


BERLIN = Hours("Europe/Berlin", tuple(Span(day, 9 * 60, 18 * 60) for day in range(5)))


def test_it_says_when_it_opens_over_a_weekend_and_a_change_of_the_clocks() -> None:
    friday = datetime(2026, 3, 27, 20, tzinfo=ZoneInfo("Europe/Berlin"))
    state = BERLIN.state(friday)
    assert not state.is_open
    assert state.until == datetime(2026, 3, 30, 9, tzinfo=ZoneInfo("Europe/Berlin"))
    assert state.until == datetime(2026, 3, 30, 7, tzinfo=UTC)


@pytest.mark.parametrize(("day", "length"), [
    (date(2026, 3, 28), 24), (date(2026, 3, 29), 23), (date(2026, 10, 25), 25),
])  # fmt: skip
def test_a_day_open_round_the_clock_is_as_long_as_the_day(day: date, length: int) -> None:
    hours = Hours("Europe/Berlin", (Span(day.weekday(), 0, DAY),))
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("Europe/Berlin"))
    until = hours.state(midnight).until
    assert until is not None
    assert until - midnight.astimezone(UTC) == timedelta(hours=length)


def test_round_the_clock_and_never_do_not_change() -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    always = Hours("UTC", tuple(Span(day, 0, DAY) for day in range(7)))
    assert (always.state(now).is_open, always.state(now).until) == (True, None)
    assert (Hours("UTC", ()).state(now).is_open, Hours("UTC", ()).state(now).until) == (False, None)


def test_a_holiday_is_closed_all_day_and_has_its_name() -> None:
    hours = Hours(BERLIN.zone, BERLIN.spans, ((date(2027, 1, 1), "New Year"),))
    state = hours.state(datetime(2027, 1, 1, 10, tzinfo=UTC))
    assert (state.is_open, state.holiday) == (False, "New Year")
    assert state.until == datetime(2027, 1, 4, 8, tzinfo=UTC)


def test_it_is_read_as_people_write_it() -> None:
    assert spans_of("9–13, 14:30-18.00", weekday=1) == [Span(1, 540, 780), Span(1, 870, 1080)]
    assert spans_of("22-2", weekday=6) == [Span(6, 1320, DAY), Span(0, 0, 120)]
    assert spans_of(" ", weekday=0) == []
    assert (
        words_of(spans_of("9–13, 14:30-18.00", weekday=1), weekday=1) == "9:00–13:00, 14:30–18:00"
    )
    assert holidays_of("2027-01-01 New Year\n07.01.2027 Рождество\n") == [
        (date(2027, 1, 1), "New Year"), (date(2027, 1, 7), "Рождество"),
    ]  # fmt: skip
    for wrong in ("nine", "9-25", "9:70-10", "9-9", "25-26"):
        with pytest.raises(NotSpans):
            spans_of(wrong, weekday=0)
    with pytest.raises(NotSpans):
        holidays_of("1 January")


@given(weeks)
def test_what_is_kept_comes_back(week: Hours) -> None:
    assert read(week.as_json()) == week
    assert read(None) is None


def test_a_manager_sets_the_hours_of_a_number(
    cleo: Agent, number: PhoneNumber, client: Client
) -> None:
    client.force_login(cleo)
    page = f"/settings/numbers/{number.pk}/hours/"
    said = {
        "zone": "Europe/Berlin",
        "day0": "9-18",
        "day4": "9-12, 13-16",
        "holidays": "2027-01-01 New Year",
    }
    wrong = client.post(page, said | {"day2": "at nine"})
    assert wrong.status_code == 422
    assert "at nine" in wrong.content.decode()
    assert client.post(page, said).status_code == 302
    number.refresh_from_db()
    assert number.hours == {
        "zone": "Europe/Berlin",
        "spans": [[0, 540, 1080], [4, 540, 720], [4, 780, 960]],
        "holidays": [["2027-01-01", "New Year"]],
    }
    assert "9:00–12:00, 13:00–16:00" in client.get(page).content.decode()
    assert client.post(page, {"zone": "Europe/Berlin"}).status_code == 302
    number.refresh_from_db()
    assert number.hours is None
