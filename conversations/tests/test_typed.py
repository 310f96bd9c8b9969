"""What people type into custom fields."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations import typed


@pytest.mark.parametrize(
    ("kind", "words", "value"),
    [
        ("text", "  two   words ", "two words"),
        ("number", "1 234,5", Decimal("1234.5")),
        ("number", "1,234.50", Decimal("1234.5")),
        ("number", "-7", Decimal(-7)),
        ("date", "2026-12-25", date(2026, 12, 25)),
        ("date", "25.12.2026", date(2026, 12, 25)),
        ("flag", "Да", True),
        ("flag", "no", False),
        ("link", "example.com/a?b=1", "https://example.com/a?b=1"),
        ("choice", "xl", "XL"),
    ],
)
def test_values_are_understood(kind, words, value):
    assert typed.read(kind, words, choices=("M", "XL")) == value


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("number", "many"), ("number", "NaN"), ("number", "1e99"), ("number", "1.2.3"), ("date", "31.02.2026"),
        ("date", "soon"), ("flag", "maybe"), ("link", "javascript:alert(1)"), ("link", "https://[oops"),
        ("link", "nowhere"), ("choice", "XXL"), ("text", "x" * 1001),
    ],
)  # fmt: skip
def test_what_is_no_value_is_refused(kind, words):
    with pytest.raises(typed.Unclear) as unclear:
        typed.read(kind, words, choices=("M", "XL"))
    assert unclear.value.kind == kind


@given(st.sampled_from(typed.KINDS), st.text(max_size=60))
def test_anything_is_a_value_or_unclear(kind, words):
    try:
        value = typed.read(kind, words, choices=("M",))
    except typed.Unclear:
        return
    assert value is None or isinstance(value, str | Decimal | date | bool)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=3))
def test_a_number_comes_back_as_it_was_written(number):
    assert typed.read("number", str(number)) == number
