"""The sample is repeatable, fair and as large as said; a card gives the result that it says."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.sampling import Criterion, as_json, card_of, leanings, sample, score, week_of

WEEK = date(2026, 11, 2)
IDS = st.sets(st.integers(1, 10**9), max_size=60)


@given(IDS, st.integers(0, 2**31), st.integers(1, 100), st.integers(0, 5))
def test_the_sample_is_repeatable_and_as_large_as_said(ids, seed, percent, least):
    drawn = sample(ids, agent=1, week=WEEK, seed=seed, percent=percent, least=least)
    again = sample(sorted(ids, reverse=True), agent=1, week=WEEK, seed=seed, percent=percent, least=least)  # fmt: skip
    assert drawn == again
    assert set(drawn) <= ids
    assert len(drawn) == min(len(ids), max(math.ceil(len(ids) * percent / 100), least))


@given(IDS, st.integers(0, 1000))
def test_what_is_resolved_later_takes_no_drawn_one_away_from_a_larger_share(ids, seed):
    few = sample(ids, agent=1, week=WEEK, seed=seed, percent=10, least=0)
    more = sample(ids, agent=1, week=WEEK, seed=seed, percent=50, least=0)
    assert more[: len(few)] == few


def test_the_seed_the_agent_and_the_week_all_matter():
    def draw(*, agent: int = 1, week: date = WEEK, seed: int = 1):
        return sample(range(1, 500), agent=agent, week=week, seed=seed, percent=5, least=0)

    others = (draw(seed=2), draw(agent=2), draw(week=date(2026, 11, 9)))
    assert all(one != draw() for one in others)


def test_a_week_begins_on_monday():
    assert [week_of(date(2026, 11, day)) for day in (2, 8, 9)] == [WEEK, WEEK, date(2026, 11, 9)]


CARD = [Criterion("a", "Right", 3, 2), Criterion("b", "Kind", 1, 2)]


@pytest.mark.parametrize(
    ("answers", "wanted"),
    [
        ({"a": 2, "b": 2}, 100),
        ({"a": 2, "b": 0}, 75),
        ({"a": 0, "b": 2}, 25),
        ({"a": 1, "b": None}, 50),  # what does not apply counts for nothing
        ({"a": None, "b": None}, None),
        ({}, None),
    ],
)
def test_points_count_by_weight(answers, wanted):
    assert score(CARD, answers) == wanted


def test_points_that_the_card_lacks_are_refused():
    with pytest.raises(ValueError, match="a"):
        score(CARD, {"a": 3})


def test_a_card_is_read_back_as_written():
    assert card_of(as_json(CARD)) == CARD


def test_reviewers_are_compared_where_both_have_judged():
    found = leanings([(1, 10, 80), (1, 20, 60), (2, 10, 90), (3, 20, 50), (3, 10, None)])
    assert found == {10: (1, 20.0), 20: (1, -20.0)}
