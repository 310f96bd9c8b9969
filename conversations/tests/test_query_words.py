"""The search box taken apart. No text may fail to parse, and every piece knows where it stands."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from conversations import query_words
from conversations.query_words import name_words, parse, phone_forms

TODAY = date(2026, 11, 23)

pieces = st.sampled_from(
    ['"', "-", ":", "from:", "has:photo", "before:", "31.02", "до:вчера", " ", "слово", "\0", "+7 (921)", "٠٩", "«"]
)  # fmt: skip
typed = st.one_of(st.text(max_size=80), st.lists(pieces, max_size=12).map("".join))


def asked(text: str) -> query_words.Query:
    return parse(text, today=TODAY)


@given(typed)
@example("\ud800")
@example('-"')
def test_any_text_parses_and_every_piece_is_where_it_says(text: str):
    query = asked(text)
    spans = [
        *(term.span for term in query.terms),
        *(one.span for one in query.filters),
        *(problem.span for problem in query.problems),
    ]
    found = sorted((span.start, span.end) for span in spans)
    assert all(start < end <= len(query.text) for start, end in found)
    assert all(before[1] <= after[0] for before, after in pairwise(found))
    assert all(any(letter.isalnum() for letter in term.words) for term in query.terms)
    phone_forms(text)
    name_words(query)
    query.text.encode()  # PostgreSQL takes it


@given(typed)
def test_taking_a_piece_away_leaves_the_others(text: str):
    query = asked(text)
    for gone in query.filters:
        left = asked(query.without(gone.span))
        assert len(left.filters) == len(query.filters) - 1


@given(st.text(max_size=20))
def test_any_value_is_a_day_or_none(value: str):
    assert query_words.day(value, today=TODAY) is None or isinstance(
        query_words.day(value, today=TODAY), date
    )


def test_words_phrases_and_what_must_not_be_there():
    terms = asked('заказ "трек номер" -отмена').terms
    assert [(t.words, t.is_phrase, t.is_excluded) for t in terms] == [
        ("заказ", False, False),
        ("трек номер", True, False),
        ("отмена", False, True),
    ]


def test_only_the_last_plain_word_may_still_grow():
    assert [t.is_unfinished for t in asked("красный плат").terms] == [False, True]
    assert not any(t.is_unfinished for t in asked("красный ").terms)
    assert not any(t.is_unfinished for t in asked('"красный"').terms)


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("from:me", "from", "me"),
        ("FROM:Anna", "from", "Anna"),
        ('from:"Anna K"', "from", "Anna K"),
        ("label:«очень важно»", "label", "очень важно"),
        ("от:клиента", "from", "клиента"),
        ("команда:Склад", "team", "Склад"),
    ],
)
def test_filters_in_both_languages(text: str, key: str, value: str):
    [found] = asked(text).filters
    assert (found.key, found.value) == (key, value)


def test_what_is_no_filter_is_a_word():
    query = asked("12:30 https://a.example/x note:this")
    assert [t.words for t in query.terms] == ["12:30", "https://a.example/x", "note:this"]
    assert not query.filters


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("has:nothing", "has"),
        ("in:limbo", "state"),
        ("before:32.13", "day"),
        ("after:2026-02-31", "day"),
        ("from:", "empty"),
        ('label:""', "empty"),
    ],
)
def test_a_filter_without_meaning_is_a_problem_at_its_place(text: str, code: str):
    query = asked(f"платье {text} белое")
    [problem] = query.problems
    assert problem.code == code
    assert query.text[problem.span.start : problem.span.end] == text
    assert [t.words for t in query.terms] == ["платье", "белое"]


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026-11-05", date(2026, 11, 5)),
        ("2026-11", date(2026, 11, 1)),
        ("2025", date(2025, 1, 1)),
        ("05.11.2026", date(2026, 11, 5)),
        ("5.11.26", date(2026, 11, 5)),
        ("5.11", date(2026, 11, 5)),
        ("24.12", date(2025, 12, 24)),
        ("вчера", date(2026, 11, 22)),
        ("7d", date(2026, 11, 16)),
        ("2н", date(2026, 11, 9)),
    ],
)
def test_days(value: str, day: date):
    assert asked(f"after:{value}").filters[0].day == day


def test_not_before_is_from_then_on():
    [found] = asked("-before:2026-11-05").filters
    assert (found.key, found.day, found.is_excluded) == ("after", date(2026, 11, 5), False)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+7 (921) 123", "79211234567"),
        ("8921", "79211234567"),
        ("8 (921) 123-45-67", "79211234567"),
        ("921 123", "79211234567"),
        ("123-45-67", "79211234567"),
        ("٠٠٧٩٢١", "79211234567"),
        ("\u202a+7 921 123\u202c", "79211234567"),
        ("0151 1234", "4915112345678"),
        ("۱۲۳۴", "4915112345678"),
    ],
)
def test_a_fragment_in_any_spelling_is_found_in_the_number(text: str, number: str):
    assert any(form in number for form in phone_forms(text))


@pytest.mark.parametrize("text", ["12", "+7", "Anna", "заказ 123", "1" * 30, "", "()"])
def test_what_is_no_phone_number(text: str):
    assert phone_forms(text) == ()


def test_a_number_written_with_spaces_is_one_word():
    assert name_words(asked("мария +7 (921) 123 -злая")) == ["мария", "+7 (921) 123"]
