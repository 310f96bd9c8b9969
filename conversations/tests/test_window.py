"""When a free-form reply is allowed (PRODUCT.md 2), under both plans."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.window import BUSINESS_INITIATED, USER_INITIATED, ServiceWindow

DAY_ONE = datetime(2022, 3, 1, tzinfo=UTC)
HOURS = timedelta(hours=1)
SECOND = timedelta(seconds=1)

hours = st.integers(0, 120).map(lambda n: DAY_ONE + n * HOURS)
maybe = st.none() | hours
origins = st.sampled_from([USER_INITIATED, BUSINESS_INITIATED, "referral_conversion", ""])
windows = st.builds(
    ServiceWindow,
    inbound_at=maybe,
    conversation_plan=st.booleans(),
    billed_until=maybe,
    billed_origin=origins,
    refused_at=maybe,
)


def at(day: int, clock: str) -> datetime:
    hour, minute = clock.split(":")
    return DAY_ONE + timedelta(days=day - 1, hours=int(hour), minutes=int(minute))


# --- the worked example, day by day ------------------------------------------------------------------


def test_the_worked_example_under_the_plan_of_2022() -> None:
    window = ServiceWindow(conversation_plan=True)
    charged: list[tuple[str, datetime]] = []

    def company_writes(when: datetime) -> None:
        nonlocal window
        fresh = window.after_outbound(when)
        if fresh != window:
            charged.append((fresh.billed_origin, when))
        window = fresh

    assert not window.is_open(at(1, "16:59"))
    company_writes(at(1, "17:00"))
    company_writes(at(1, "17:10"))
    company_writes(at(1, "17:10"))
    assert not window.is_open(at(1, "17:14"))  # until the customer answers, only templates
    window = window.after_inbound(at(1, "17:15"))
    assert window.is_open(at(1, "17:15"))
    window = window.after_inbound(at(1, "20:31"))
    company_writes(at(1, "21:00"))
    assert window.billed_until == at(2, "17:00")
    company_writes(at(2, "19:15"))  # the last customer message is younger than 24 h
    assert window.billed_until == at(3, "19:15")
    assert window.is_open(at(2, "20:30"))
    assert window.is_open(at(2, "20:31"))  # rule 2's second half
    assert window.is_open(at(3, "19:14"))
    assert window.closes_at == at(3, "19:15")
    assert not window.is_open(at(3, "19:15"))
    assert not window.is_open(at(3, "21:00"))
    company_writes(at(3, "21:00"))
    window = window.after_inbound(at(4, "09:00"))
    company_writes(at(4, "09:05"))
    company_writes(at(4, "20:59"))
    assert charged == [
        (BUSINESS_INITIATED, at(1, "17:00")),
        (USER_INITIATED, at(2, "19:15")),
        (BUSINESS_INITIATED, at(3, "21:00")),
    ]


def test_the_worked_example_under_the_current_plan_counts_the_service_window_only() -> None:
    window = ServiceWindow().after_outbound(at(1, "17:00"))
    assert not window.is_open(at(1, "17:14"))
    window = window.after_inbound(at(1, "17:15")).after_inbound(at(1, "20:31"))
    window = window.after_outbound(at(2, "19:15"))
    assert window.billed_origin == USER_INITIATED
    assert window.is_open(at(2, "20:30"))
    assert window.closes_at == at(2, "20:31")
    assert not window.is_open(at(2, "20:31"))


# --- the rules ----------------------------------------------------------------------------------------


def test_nobody_who_never_wrote_can_be_written_to_freely() -> None:
    window = ServiceWindow(
        conversation_plan=True, billed_until=at(9, "00:00"), billed_origin=USER_INITIATED
    )
    assert window.closes_at is None
    assert not window.is_open(at(1, "12:00"))
    assert window.left(at(1, "12:00")) == timedelta(0)


def test_a_business_initiated_conversation_opens_nothing() -> None:
    window = ServiceWindow(
        inbound_at=at(1, "08:00"),
        conversation_plan=True,
        billed_until=at(2, "17:00"),
        billed_origin=BUSINESS_INITIATED,
    )
    assert window.closes_at == at(2, "08:00")


@pytest.mark.parametrize("plan", [True, False])
def test_a_refusal_by_meta_beats_our_own_clock_until_the_customer_writes_again(plan: bool) -> None:
    window = ServiceWindow(
        inbound_at=at(1, "12:00"),
        conversation_plan=plan,
        billed_until=at(3, "00:00"),
        billed_origin=USER_INITIATED,
        refused_at=at(1, "15:00"),
    )
    assert not window.is_open(at(1, "15:00"))
    assert window.after_inbound(at(1, "16:00")).is_open(at(2, "15:59"))


@given(windows, hours)
def test_the_clock_the_state_and_the_time_left_agree(window: ServiceWindow, now: datetime) -> None:
    assert window.is_open(now) == (window.left(now) > timedelta(0))
    if window.closes_at:
        assert not window.is_open(window.closes_at)
        assert window.is_open(window.closes_at - SECOND) == (
            window.left(window.closes_at - SECOND) == SECOND
        )


@given(windows, hours)
def test_a_message_of_the_customer_opens_the_window_for_a_day(
    window: ServiceWindow, now: datetime
) -> None:
    fresh = replace(window, refused_at=None).after_inbound(now)
    assert fresh.is_open(now)
    assert fresh.is_open(now + 24 * HOURS - SECOND)


@given(windows)
def test_the_plan_of_2022_never_allows_less(window: ServiceWindow) -> None:
    here, there = (replace(window, conversation_plan=plan).closes_at for plan in (True, False))
    assert (here is None) == (there is None)
    assert here is None or there is None or here >= there


@given(windows, hours)
def test_a_billed_conversation_ends_after_exactly_a_day_whatever_is_said_in_it(
    window: ServiceWindow, now: datetime
) -> None:
    opened = replace(window, billed_until=None).after_outbound(now)
    assert opened.billed_until == now + 24 * HOURS
    for later in range(24):
        assert opened.after_outbound(now + later * HOURS) == opened
    assert opened.after_outbound(now + 24 * HOURS) != opened


@given(st.lists(hours, max_size=5), st.randoms(), windows)
def test_the_order_in_which_webhooks_come_does_not_matter(
    written: list[datetime], rng, window: ServiceWindow
) -> None:
    def told(those: list[datetime]) -> ServiceWindow:
        now = window
        for when in those:
            now = now.after_inbound(when)
        return now

    shuffled = [*written, *written]
    rng.shuffle(shuffled)
    assert told(shuffled) == told(sorted(written))
