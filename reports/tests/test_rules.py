"""The rules of the reports: spans of a thread, classes of durations, days as months."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import hours
from reports import buckets, spans
from reports.periods import DAY, MONTH, Period, named, pieces, steps
from reports.spans import (
    ANSWERED,
    ASKED,
    CALLED_FOR,
    EXCUSED,
    MOVED,
    REOPENED_BY_HAND,
    RESOLVED,
    Act,
    spans_of,
)

T = datetime(2026, 11, 2, 9, tzinfo=UTC)
ANA, BEN = 1, 2


def act(minutes: float, kind: str, *, n: int, agent: int | None = None, team: int | None = None):
    return Act(T + timedelta(minutes=minutes), n, kind, agent, team)


def told(*acts: Act):
    """(kind, minutes, whose) of each span."""
    return [
        (one.kind, (one.ended_at - one.began_at).total_seconds() / 60, one.agent)
        for one in spans_of(acts)
    ]


def test_a_question_answered_and_resolved():
    assert told(
        act(0, ASKED, n=1),
        act(2, ASKED, n=2),
        act(5, ANSWERED, n=3, agent=ANA),
        act(6, ANSWERED, n=4, agent=ANA),
        act(20, ASKED, n=5),
        act(21, ANSWERED, n=6, agent=BEN),
        act(60, RESOLVED, n=7, agent=BEN),
    ) == [
        ("first_reply", 5, ANA),
        ("reply", 5, ANA),
        ("reply", 1, BEN),
        ("resolution", 60, BEN),
    ]


def test_what_comes_back_counts_for_who_had_resolved_it():
    again = told(act(0, ASKED, n=1), act(5, RESOLVED, n=2, agent=ANA), act(65, ASKED, n=3))
    assert again == [("resolution", 5, ANA), ("reopened", 60, ANA)]


@pytest.mark.parametrize(("minutes", "count"), [(7 * 1440, 1), (7 * 1440 + 1, 0)])
def test_it_comes_back_within_seven_days_or_is_a_new_matter(minutes, count):
    found = told(act(0, ASKED, n=1), act(5, RESOLVED, n=2), act(5 + minutes, ASKED, n=3))
    assert [kind for kind, _minutes, _agent in found].count("reopened") == count


def test_a_colleague_who_reopens_it_begins_a_round_without_a_question():
    found = told(
        act(0, ASKED, n=1),
        act(5, RESOLVED, n=2, agent=ANA),
        act(10, REOPENED_BY_HAND, n=3, agent=BEN),
        act(12, ANSWERED, n=4, agent=BEN),
        act(20, RESOLVED, n=5, agent=BEN),
    )
    assert found == [("resolution", 5, ANA), ("reopened", 5, ANA), ("resolution", 10, BEN)]


def test_who_writes_first_ourselves_has_no_first_reply_and_no_reopening():
    found = told(
        act(0, ASKED, n=1),
        act(1, RESOLVED, n=2, agent=ANA),
        act(3, ANSWERED, n=3, agent=ANA),
        act(8, ASKED, n=4),
        act(10, ANSWERED, n=5, agent=ANA),
    )
    assert found == [("resolution", 1, ANA), ("reply", 2, ANA)]


def test_no_reply_needed_ends_the_wait_and_a_call_for_one_begins_it():
    found = told(
        act(0, ASKED, n=1),
        act(3, EXCUSED, n=2, agent=ANA),
        act(9, ANSWERED, n=3, agent=ANA),
        act(20, CALLED_FOR, n=4, agent=ANA),
        act(24, ANSWERED, n=5, agent=BEN),
    )
    assert found == [("reply", 4, BEN)]


def test_a_span_stands_for_the_team_that_had_it_then():
    found = spans_of(
        [
            act(0, ASKED, n=1),
            act(1, MOVED, n=2, team=7),
            act(2, ANSWERED, n=3, agent=ANA),
            act(3, MOVED, n=4, team=8),
            act(9, RESOLVED, n=5, agent=BEN),
        ]
    )
    assert [(one.kind, one.team) for one in found] == [
        ("first_reply", 7),
        ("reply", 7),
        ("resolution", 8),
    ]


KINDS = st.sampled_from([ASKED, ANSWERED, RESOLVED, REOPENED_BY_HAND, EXCUSED, CALLED_FOR, MOVED])
ACTS = st.lists(
    st.builds(act, st.integers(0, 20_000), KINDS, n=st.integers(1, 10**6), agent=st.integers(1, 3)),
    max_size=40,
    unique_by=lambda one: one.id,
)


@given(ACTS, st.randoms(use_true_random=False))
def test_order_and_repetition_never_matter(acts: list[Act], rng: random.Random):
    mixed = [*acts, *rng.choices(acts, k=len(acts) // 2)] if acts else []
    rng.shuffle(mixed)
    assert spans_of(mixed) == spans_of(acts)


@given(ACTS)
def test_spans_are_named_once_and_never_run_backwards(acts: list[Act]):
    found = spans_of(acts)
    assert len({(one.kind, one.id) for one in found}) == len(found)
    assert all(one.began_at <= one.ended_at for one in found)
    resolved = [one.id for one in found if one.kind == spans.RESOLUTION]
    assert set(resolved) <= {one.id for one in acts if one.kind == RESOLVED}
    # as many replies at most as there are answers, and first replies are replies
    replies = {one.id for one in found if one.kind == spans.REPLY}
    assert {one.id for one in found if one.kind == spans.FIRST_REPLY} <= replies


# --- classes -------------------------------------------------------------------------------------------


@given(st.integers(0, 40_000_000))
def test_every_duration_lies_in_its_class(seconds: int):
    bucket = buckets.bucket_of(seconds)
    low, high = buckets.edges(bucket)
    assert 0 <= bucket <= buckets.LAST
    assert low - 1e-6 <= seconds <= high + 1e-6


@given(st.lists(st.integers(1, 3_000_000), min_size=1, max_size=200), st.sampled_from([0.5, 0.9]))
def test_a_quantile_is_in_the_class_of_the_true_one(durations: list[int], share: float):
    counts: dict[int, int] = {}
    for seconds in durations:
        counts[buckets.bucket_of(seconds)] = counts.get(buckets.bucket_of(seconds), 0) + 1
    exact = sorted(durations)[max(-(-int(share * len(durations) * 10) // 10) - 1, 0)]
    found = buckets.quantile(counts, share)
    assert found is not None
    assert abs(buckets.bucket_of(found) - buckets.bucket_of(exact)) <= 1


def test_nothing_has_no_median():
    assert buckets.quantile({}, 0.5) is None


# --- periods -------------------------------------------------------------------------------------------

DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))


@given(DAYS, st.integers(0, 800))
def test_pieces_and_steps_hold_each_day_once(first: date, length: int):
    period = Period(first, first + timedelta(days=length))
    wanted = [first + timedelta(days=n) for n in range(length + 1)]
    for found in ([piece for _kind, piece in pieces(period)], steps(period)):
        days = [one.since + timedelta(days=n) for one in found for n in range(one.days)]
        assert days == wanted
    for kind, piece in pieces(period):
        if kind == MONTH:
            assert piece.since.day == 1
            assert (piece.until + timedelta(days=1)).day == 1
        else:
            assert kind == DAY


def test_the_names_of_periods():
    today = date(2026, 3, 15)
    assert named("7", today) == Period(date(2026, 3, 9), today)
    assert named("last-month", today) == Period(date(2026, 2, 1), date(2026, 2, 28))
    assert named("month", today) == Period(date(2026, 3, 1), today)
    assert named("own", today) is None
    assert Period(date(2026, 3, 9), today).before == Period(date(2026, 3, 2), date(2026, 3, 8))


# --- open hours ----------------------------------------------------------------------------------------

NINE_TO_SIX = hours.Hours(
    "Europe/Moscow", tuple(hours.Span(day, 9 * 60, 18 * 60) for day in range(5)),
    holidays=((date(2026, 11, 4), "Day of Unity"),),
)  # fmt: skip


@pytest.mark.parametrize(
    ("began", "ended", "wanted"),
    [
        ("2026-11-02T10:00+03:00", "2026-11-02T10:30+03:00", 0.5),
        ("2026-11-02T17:30+03:00", "2026-11-03T09:30+03:00", 1.0),  # over night
        ("2026-11-03T17:00+03:00", "2026-11-05T10:00+03:00", 2.0),  # the holiday between is closed
        ("2026-11-06T17:00+03:00", "2026-11-09T10:00+03:00", 2.0),  # the week-end too
        ("2026-11-07T10:00+03:00", "2026-11-07T20:00+03:00", 0.0),
        ("2026-11-02T10:00+03:00", "2026-11-02T09:00+03:00", 0.0),
    ],
)
def test_only_open_hours_count(began: str, ended: str, wanted: float):
    found = NINE_TO_SIX.open_between(datetime.fromisoformat(began), datetime.fromisoformat(ended))
    assert found == timedelta(hours=wanted)


@given(st.integers(0, 100_000), st.integers(0, 100_000), st.integers(0, 100_000))
def test_open_time_adds_up(a: int, b: int, c: int):
    first, second, third = sorted((a, b, c))
    at = [T + timedelta(minutes=n) for n in (first, second, third)]
    parts = NINE_TO_SIX.open_between(at[0], at[1]) + NINE_TO_SIX.open_between(at[1], at[2])
    assert parts == NINE_TO_SIX.open_between(at[0], at[2])
