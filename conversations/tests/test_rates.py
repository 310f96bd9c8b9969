"""The pair meter as a pure rule, and the throughput of a number with and without Redis."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import PhoneNumber
from conversations import claiming, rates
from conversations.models import Attempt
from conversations.rates import NO_WAIT, PAIR, Meter
from conversations.tests.outbox import say
from tests import world

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
pauses = st.lists(st.integers(min_value=0, max_value=30), min_size=1, max_size=150)
meters = st.builds(
    Meter,
    every=st.integers(min_value=1, max_value=10).map(lambda s: timedelta(seconds=s)),
    burst=st.integers(min_value=1, max_value=50),
)


def run(meter: Meter, gaps: list[int]) -> list[datetime]:
    """Try after each gap; the moments at which a place was taken."""
    at, free_at, taken = NOON, None, []
    for gap in gaps:
        at += timedelta(seconds=gap)
        free_at, wait = meter.take(free_at, at=at)
        if not wait:
            taken.append(at)
    return taken


def test_after_a_rest_45_go_at_once_and_the_next_one_six_seconds_later():
    taken = run(PAIR, [0] * 60)
    assert len(taken) == 45
    free_at = NOON + PAIR.every * 45
    assert PAIR.take(free_at, at=NOON).wait == timedelta(seconds=6)
    assert PAIR.take(free_at, at=NOON + timedelta(seconds=6)).wait == NO_WAIT


def test_a_burst_of_twenty_is_forgotten_after_two_minutes():
    free_at = None
    for _ in range(20):
        free_at, _wait = PAIR.take(free_at, at=NOON)
    assert free_at == NOON + timedelta(minutes=2)


@given(meters, pauses)
def test_no_stretch_of_time_ever_holds_more_than_the_burst_and_its_refill(meter, gaps):
    taken = run(meter, gaps)
    for i, start in enumerate(taken):
        for j in range(i, len(taken)):
            allowed = meter.burst + (taken[j] - start) / meter.every
            assert j - i + 1 <= allowed + 1e-9


@given(meters, pauses)
def test_the_wait_it_names_is_the_shortest_that_helps(meter, gaps):
    at, free_at = NOON, None
    for gap in gaps:
        at += timedelta(seconds=gap)
        before = free_at
        free_at, wait = meter.take(before, at=at)
        if wait:
            assert free_at == before
            assert not meter.take(before, at=at + wait).wait
            assert meter.take(before, at=at + wait - timedelta(microseconds=1)).wait


@given(meters)
def test_a_clock_that_steps_back_never_opens_the_meter(meter):
    free_at = None
    for _ in range(meter.burst):
        free_at, _wait = meter.take(free_at, at=NOON)
    assert meter.take(free_at, at=NOON - timedelta(seconds=5)).wait


@pytest.mark.django_db
def test_without_redis_the_attempts_are_counted(number, settings, monkeypatch):
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    monkeypatch.setattr(rates, "_redis_rests_until", 0.0)
    number.messages_per_second = 3
    message = world.make_message(world.make_conversation(number), direction="out")
    at = timezone.now()
    for n in range(3):
        assert rates.number_wait(number, at=at) == NO_WAIT
        Attempt.objects.create(message=message, number=number, n=n + 1, started_at=at)
    assert rates.number_wait(number, at=at + timedelta(seconds=0.4)) == timedelta(seconds=0.6)
    assert rates.number_wait(number, at=at + timedelta(seconds=1)) == NO_WAIT


@pytest.mark.django_db
def test_without_redis_those_claimed_in_one_go_are_counted_too(number, ana, settings, monkeypatch):
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    monkeypatch.setattr(rates, "_redis_rests_until", 0.0)
    PhoneNumber.objects.filter(pk=number.pk).update(messages_per_second=3)
    at = timezone.now()
    wanted = {}
    for n in range(5):
        person = world.make_contact(number.workspace, phone=f"44770090060{n}")
        thread = world.make_conversation(number, contact=person)
        say(thread, ana, "Hello")
        wanted[thread.pk] = (thread, at)
    steps = claiming.claim(wanted).values()
    assert [type(step) for step in steps].count(claiming.Call) == 3
    assert [step for step in steps if isinstance(step, claiming.Pause)] == [
        claiming.Pause(rates.ONE_SECOND)
    ] * 2


@pytest.mark.django_db
def test_a_redis_that_is_away_is_not_asked_again_at_once(number, settings, monkeypatch):
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    monkeypatch.setattr(rates, "_redis_rests_until", 0.0)
    rates.number_wait(number, at=timezone.now())
    rests_until = rates._redis_rests_until
    assert rests_until > 0
    rates.number_wait(number, at=timezone.now())
    assert rates._redis_rests_until == rests_until
    monkeypatch.setattr(rates, "_redis_rests_until", 0.0)
