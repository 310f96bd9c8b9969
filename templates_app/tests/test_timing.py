"""When a template must go to Meta to be there in time; and that people hear of what happens, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Agent, BusinessAccount
from templates_app import alerts, approval, planning, reminding, timing
from templates_app.models import Draft, Template, TemplateAlert, TemplateEvent
from templates_app.timing import Basis, Forecast, Lateness, Review
from whatsapp.facts import TemplateQuality, TemplateStatus

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


@pytest.mark.django_db
def test_each_lateness_is_told_once(needed: Draft, cleo: Agent):
    assert reminding.remind(at=FRIDAY - 72 * HOUR) == 0
    for hours, kind in ((30, "needed_soon"), (20, "late"), (0, "missed")):
        assert reminding.remind(at=FRIDAY - hours * HOUR) == 1
        assert reminding.remind(at=FRIDAY - hours * HOUR) == 0
        assert TemplateAlert.objects.filter(kind=kind, draft=needed).count() == 1
    planning.need(needed.pk, at=FRIDAY + 96 * HOUR, by=cleo)
    assert reminding.remind(at=FRIDAY) == 0


def told(account: BusinessAccount, kind: Any, **over: Any) -> None:
    fields = {"template_id": "77", "name": "sale", "language": "ru", "field": "f"}
    approval.record(kind(waba_id=account.waba_id, **fields | over), account=account)


@pytest.mark.django_db
def test_people_hear_of_it_on_the_desk_and_by_mail(
    account: BusinessAccount, cleo: Agent, ana: Agent
):
    told(account, TemplateStatus, event="APPROVED")
    assert not TemplateAlert.objects.exists()
    told(account, TemplateStatus, event="REJECTED", reason="PROMOTIONAL")
    told(account, TemplateQuality, previous="GREEN", current="YELLOW")
    assert sorted(TemplateAlert.objects.values_list("kind", flat=True)) == ["quality", "rejected"]
    assert alerts.mail() == 2
    assert alerts.mail() == 0
    assert {m.to[0] for m in mail.outbox} == {cleo.email}  # those who write templates
    first = next(m for m in mail.outbox if "rejected" in m.subject)
    assert "sale (ru)" in first.subject
    assert "/templates/" in first.body
    alert = TemplateAlert.objects.first()
    assert alert is not None
    alerts.close(alert.pk, workspace=account.workspace, by=cleo)
    assert alerts.open_of(account.workspace).count() == 1


@pytest.mark.parametrize(
    ("kind", "before", "after", "rings"),
    [
        ("status", "PENDING", "APPROVED", False), ("status", "PENDING", "REJECTED", True),
        ("status", "APPROVED", "PAUSED", True), ("status", "PAUSED", "PAUSED", False),
        ("status", "PAUSED", "DISABLED", True), ("quality", "GREEN", "YELLOW", True),
        ("quality", "YELLOW", "GREEN", False), ("quality", "UNKNOWN", "GREEN", False),
        ("category", "UTILITY", "MARKETING", True), ("category", "", "MARKETING", False),
        ("category_due", "UTILITY", "MARKETING", True), ("components", "", "", False),
    ],
)  # fmt: skip
def test_what_is_worth_an_alert(kind: str, before: str, after: str, rings: bool):
    assert bool(alerts.kind_of(kind, before, after)) == rings
