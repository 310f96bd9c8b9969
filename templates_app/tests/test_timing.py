"""When a template must go to Meta to be there in time; and that people hear of what happens, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Agent, BusinessAccount
from templates_app import planning, ringing, timing
from templates_app.models import Draft, Template, TemplateEvent
from templates_app.timing import Basis, Forecast, Lateness, Review

FRIDAY = datetime(2026, 11, 27, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def of_hours(*hours: float, category: str = "UTILITY", language: str = "ru") -> list[Review]:
    return [Review(category, language, timedelta(hours=h)) for h in hours]


def test_by_thursday_14_to_be_safe_for_friday_10():
    expected = Forecast(HOUR, timedelta(hours=20), 9, Basis.CLOSE)
    assert timing.submit_by(FRIDAY, expected) == datetime(2026, 11, 26, 14, tzinfo=UTC)
    with_word = timing.submit_by(FRIDAY, expected, asks_colleague=True)
    assert with_word == datetime(2026, 11, 26, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("known", "basis", "p90"),
    [
        ([], Basis.DEFAULT, 24),
        (of_hours(1, 2, 3, 4), Basis.DEFAULT, 24),
        (of_hours(1, 2, 3, 4, 5), Basis.CLOSE, 5),
        (of_hours(1, 2, 3, 4, 5, language="en"), Basis.CATEGORY, 5),
        (of_hours(1, 2, 3, 4, 5, category="MARKETING"), Basis.ACCOUNT, 5),
        ([*of_hours(*range(1, 21)), *of_hours(99, language="en")], Basis.CLOSE, 18),
    ],
)
def test_the_closest_reviews_count(known: list[Review], basis: Basis, p90: int):
    found = timing.forecast(known, category="UTILITY", language="ru")
    assert (found.basis, found.p90) == (basis, p90 * HOUR)


@given(
    minutes=st.lists(st.integers(0, 5000), min_size=5, max_size=60),
    needed=st.integers(0, 600_000).map(lambda m: FRIDAY + timedelta(minutes=m)),
)
def test_it_is_never_told_too_late(minutes: list[int], needed: datetime):
    known = [Review("UTILITY", "ru", timedelta(minutes=m)) for m in minutes]
    found = timing.forecast(known, category="UTILITY", language="ru")
    assert found.median <= found.p90 <= timedelta(minutes=max(minutes))
    in_time = sum(timedelta(minutes=m) <= found.p90 for m in minutes)
    assert in_time >= 0.9 * len(minutes)
    by = timing.submit_by(needed, found)
    assert timedelta(0) <= needed - found.p90 - by < timedelta(minutes=15)


@pytest.mark.parametrize(
    ("at", "is_submitted", "how"),
    [
        (FRIDAY, False, Lateness.MISSED),
        (FRIDAY, True, Lateness.MISSED),
        (FRIDAY - HOUR, False, Lateness.LATE),
        (FRIDAY - HOUR, True, Lateness.IN_TIME),
        (FRIDAY - 20 * HOUR, False, Lateness.LATE),
        (FRIDAY - 21 * HOUR, False, Lateness.SOON),
        (FRIDAY - 44 * HOUR, False, Lateness.SOON),
        (FRIDAY - 45 * HOUR, False, Lateness.IN_TIME),
    ],
)
def test_lateness(at: datetime, is_submitted: bool, how: Lateness):
    by = FRIDAY - 20 * HOUR
    assert timing.lateness(FRIDAY, by, is_submitted=is_submitted, at=at) == how


@pytest.mark.django_db
def test_the_accounts_own_reviews_are_read(account: BusinessAccount):
    at = datetime.now(UTC)
    for n in range(5):
        made = Template.objects.create(
            account=account, name=f"t{n}", language="ru", category="UTILITY", status="APPROVED"
        )
        began = at - timedelta(days=2)
        for kind, after, when in (
            ("submitted", "PENDING", began),
            ("status", "PENDING", began + timedelta(seconds=1)),
            ("status", "APPROVED", began + timedelta(minutes=n + 1)),
            ("status", "APPROVED", began + timedelta(days=1)),  # after a pause: no review
        ):
            TemplateEvent.objects.create(template=made, kind=kind, after=after, at=when)
    found = planning.reviews([account.pk], at=at)
    assert len(found) == 5
    assert max(review.took for review in found) < timedelta(minutes=6)


@pytest.fixture
def needed(account: BusinessAccount, cleo: Agent) -> Draft:
    return Draft.objects.create(
        account=account, author=cleo, name="promo", language="ru", needed_at=FRIDAY
    )


@pytest.mark.parametrize(
    ("kind", "before", "after", "rings"),
    [
        ("status", "PENDING", "APPROVED", False), ("status", "PENDING", "REJECTED", True),
        ("status", "APPROVED", "PAUSED", True), ("status", "PAUSED", "PAUSED", False),
        ("status", "PAUSED", "DISABLED", True), ("quality", "GREEN", "YELLOW", True),
        ("status", "", "PAUSED", True), ("status", "", "REJECTED", False), ("status", "", "DISABLED", False),
        ("quality", "YELLOW", "GREEN", False), ("quality", "UNKNOWN", "GREEN", False),
        ("category", "UTILITY", "MARKETING", True), ("category", "", "MARKETING", False),
        ("category_due", "UTILITY", "MARKETING", True), ("category_due", "UTILITY", "", False),
        ("components", "", "", False),
    ],
)  # fmt: skip
def test_what_is_worth_an_alert(kind: str, before: str, after: str, rings: bool):
    assert bool(ringing.kind_of(kind, before, after)) == rings


def test_what_rings_does_not_end_itself():
    for kind, after in (("status", "PAUSED"), ("quality", "RED"), ("category", "MARKETING")):
        assert ringing.kind_of(kind, "-", after) not in ringing.ended_by(kind, after)
    assert ringing.ended_by("status", "APPROVED") == frozenset(ringing.OF_STATE.values())
