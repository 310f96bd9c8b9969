"""What people type for “come back then”, in two languages, and what the clocks make of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.moments import FARTHEST, presets, understood

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 14, 30, tzinfo=BERLIN)  # a Monday


def said(text: str, now: datetime = NOW) -> str:
    found = understood(text, now=now)
    return found.strftime("%Y-%m-%d %H:%M") if found else ""


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("fri 15:00", "2026-11-27 15:00"),
        ("пт 15:00", "2026-11-27 15:00"),
        ("В пятницу в 15:00", "2026-11-27 15:00"),
        ("Friday at 3pm", "2026-11-27 15:00"),
        ("mon", "2026-11-30 09:00"),  # today is Monday: the next one is meant
        ("next week", "2026-11-30 09:00"),
        ("tomorrow", "2026-11-24 09:00"),
        ("завтра в 10", "2026-11-24 10:00"),
        ("послезавтра 8.30", "2026-11-25 08:30"),
        ("15:00", "2026-11-23 15:00"),
        ("14:00", "2026-11-24 14:00"),
        ("today 18:00", "2026-11-23 18:00"),
        ("2h", "2026-11-23 16:30"),
        ("in 1 hour 30 min", "2026-11-23 16:00"),
        ("через 2 часа", "2026-11-23 16:30"),
        ("3 days", "2026-11-26 14:30"),
        ("2 недели", "2026-12-07 14:30"),
        ("25 dec 10:00", "2026-12-25 10:00"),
        ("dec 25", "2026-12-25 09:00"),
        ("5 января", "2027-01-05 09:00"),
        ("25.12 10:00", "2026-12-25 10:00"),
        ("25.12.2026", "2026-12-25 09:00"),
        ("2026-12-25 10:15", "2026-12-25 10:15"),
        ("2026-12-25T10:15", "2026-12-25 10:15"),
        ("12am", "2026-11-24 00:00"),
    ],
)
def test_what_is_typed_is_understood(text, meant):
    assert said(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "fri 25:00",
        "today",
        "today 9:00",
        "31.02",
        "2025-01-01",
        "13pm",
        "0 h",
        "900 days",
        "fri fri",
        "%",
    ],
)
def test_what_is_no_moment_or_is_past_is_not_guessed(text):
    assert said(text) == ""


def test_the_menu_offers_mornings_of_the_agents_zone():
    offered = {name: at.strftime("%m-%d %H:%M") for name, at in presets(NOW).items()}
    assert offered == {
        "hour": "11-23 15:30", "tomorrow": "11-24 09:00", "monday": "11-30 09:00", "month": "12-23 09:00",
    }  # fmt: skip
    end_of_january = datetime(2027, 1, 31, 8, 0, tzinfo=BERLIN)
    assert presets(end_of_january)["month"].strftime("%m-%d") == "02-28"
    december = datetime(2026, 12, 31, 8, 0, tzinfo=BERLIN)
    assert presets(december)["month"].strftime("%Y-%m-%d") == "2027-01-31"


def test_nine_in_the_morning_is_nine_on_either_side_of_the_change_of_clocks():
    saturday = datetime(2026, 10, 24, 18, 0, tzinfo=BERLIN)
    monday = presets(saturday)["monday"]
    assert (monday.hour, monday.astimezone(UTC).hour) == (9, 8)
    assert presets(saturday - timedelta(days=7))["tomorrow"].astimezone(UTC).hour == 7


def test_hours_are_hours_across_the_change_of_clocks():
    before = datetime(2026, 10, 25, 1, 30, tzinfo=BERLIN)  # 3:00 becomes 2:00
    found = understood("2 h", now=before)
    assert found is not None
    assert found.astimezone(UTC) - before.astimezone(UTC) == timedelta(hours=2)
    assert said("2h", before) == "2026-10-25 02:30"


def test_a_time_that_the_clocks_skip_comes_an_hour_later():
    assert said("sun 2:30", datetime(2026, 3, 28, 12, 0, tzinfo=BERLIN)) == "2026-03-29 03:30"


@given(st.text(max_size=30))
def test_nothing_that_is_typed_breaks_it(text):
    found = understood(text, now=NOW)
    assert found is None or NOW < found < NOW + FARTHEST
