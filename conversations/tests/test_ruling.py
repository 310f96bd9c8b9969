"""Rules as data: which match, in what order, and what they do together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.ruling import (
    Actions,
    Conditions,
    Rule,
    Situation,
    actions_of,
    as_json,
    conditions_of,
    language_of,
    matching,
    says,
    together,
)

small = st.integers(1, 3)
several = st.lists(small, max_size=2).map(tuple)
words = st.sampled_from(["price", "delivery", "refund*", "вернуть"])
conditions = st.builds(
    Conditions,
    when=st.sampled_from(["", "new", "reopened"]),
    numbers=several,
    keywords=st.lists(words, max_size=2).map(tuple),
    languages=st.lists(st.sampled_from(["ru", "en"]), max_size=1).map(tuple),
    labels=several,
    hours=st.sampled_from(["", "inside", "outside"]),
    contact=st.sampled_from(["", "new", "known"]),
    source=st.sampled_from(["", "ad", "other"]),
)
actions = st.builds(
    Actions,
    team=st.none() | small,
    assignee=st.none() | small,
    labels=several,
    priority=st.none() | st.integers(0, 4),
    reply=st.sampled_from(["", "Thank you"]),
)
rules = st.lists(
    st.builds(
        Rule,
        id=small,
        name=st.just("r"),
        conditions=conditions,
        actions=actions,
        stops=st.booleans(),
    ),
    max_size=5,
)
situations = st.builds(
    Situation,
    number=small,
    text=st.sampled_from(["", "the price of delivery", "Refunds?", "хочу вернуть"]),
    language=st.sampled_from(["", "ru", "en"]),
    labels=st.frozensets(small, max_size=2),
    is_new=st.booleans(),
    is_open=st.booleans(),
    is_known=st.booleans(),
    from_ad=st.booleans(),
)


@given(rules, situations)
def test_those_that_hold_in_order_down_to_one_that_stops(all_: list[Rule], now: Situation) -> None:
    found = matching(all_, now)
    holding = [rule for rule in all_ if rule.conditions.hold(now)]
    assert found == holding[: len(found)]
    assert not any(rule.stops for rule in found[:-1])
    assert len(found) == len(holding) or found[-1].stops


@given(conditions, situations)
def test_a_condition_taken_away_never_makes_a_rule_match_less(one: Any, now: Situation) -> None:
    if one.hold(now):
        for name in ("when", "hours", "contact", "source"):
            assert replace(one, **{name: ""}).hold(now)
        for name in ("numbers", "keywords", "languages", "labels"):
            assert replace(one, **{name: ()}).hold(now)


@given(situations)
def test_a_rule_without_conditions_matches_everything(now: Situation) -> None:
    assert Conditions().hold(now)


@given(conditions, actions)
def test_what_is_kept_comes_back(one: Conditions, act: Actions) -> None:
    assert conditions_of(as_json(one)) == one
    assert actions_of(as_json(act)) == act


def test_the_upper_rule_wins_and_labels_add_up() -> None:
    upper = Rule(1, "a", actions=Actions(team=1, labels=(1, 2), priority=0))
    lower = Rule(2, "b", actions=Actions(team=2, assignee=5, labels=(2, 3), priority=4, reply="Hi"))
    assert together([upper, lower]) == Actions(1, 5, (1, 2, 3), 0, "Hi")


@pytest.mark.parametrize(("text", "keyword", "is_said"), [
    ("What is the PRICE?", "price", True),
    ("priceless", "price", False),
    ("priceless", "price*", True),
    ("Когда доставка?", "достав*", True),
    ("Ещё раз", "еще", True),
    ("I want my  money back now", "money back", True),
    ("anything", "*", False),
    ("a+b", "a+b", True),
])  # fmt: skip
def test_a_keyword_is_a_whole_word_or_a_stem(text: str, keyword: str, is_said: bool) -> None:
    assert says(text, keyword) is is_said


@pytest.mark.parametrize(("text", "language"), [
    ("Здравствуйте", "ru"), ("Привіт, як справи", "uk"), ("Сәлем қалай", "kk"), ("Hello", "en"),
    ("שלום", "he"), ("مرحبا", "ar"), ("👍 123", ""),
])  # fmt: skip
def test_the_letters_say_the_language(text: str, language: str) -> None:
    assert language_of(text) == language
