"""Only what is a whole number in plain digits, and fits a column, is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp.numerals import MOST_DIGITS, whole


@given(st.integers(min_value=0, max_value=10**MOST_DIGITS - 1))
def test_a_number_is_read(number: int) -> None:
    assert whole(str(number)) == number


@given(st.text() | st.from_regex(r"\A\d{1,30}\Z"))
def test_nothing_raises_and_nothing_is_too_large_for_a_column(text: str) -> None:
    found = whole(text)
    assert found is None or 0 <= found < 2**63


@pytest.mark.parametrize(
    "text", ["", " 1", "1 ", "-1", "+1", "1_0", "²", "٣", "１", "1.0", "9" * 19, "9" * 5_000]
)
def test_what_is_no_such_number(text: str) -> None:
    assert whole(text) is None
