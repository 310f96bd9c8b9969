"""Free tiers: how many, counted over what, and when the month begins."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from billing.facts import Fact
from billing.tests.stories import Story, entries

MOSCOW = ZoneInfo("Europe/Moscow")


def contact(number: int) -> str:
    return f"+7921{number:07}"


def crowd(size: int, start: datetime) -> list[Fact]:
    """Half answer the company, half are written to first, over two numbers; a minute apart."""
    facts: list[Fact] = []
    for index in range(size):
        story = Story(start + timedelta(minutes=index), contact(index), number="AB"[index // 2 % 2])
        facts += (story.template(0) if index % 2 else story.writes(-1).reply(0)).facts
    return facts


def test_the_1001st_conversation_of_the_month_is_the_first_charged_whichever_kind_and_number():
    found = entries(crowd(1003, datetime(2022, 11, 1, 2, tzinfo=UTC)), "conversation-2022")
    assert [one.reason for one in found] == ["free_tier"] * 1000 + ["charged"] * 3
    assert [one.quota_position for one in found] == list(range(1, 1004))
    assert {one.kind for one in found[1000:]} == {"user_initiated", "business_initiated"}
    assert {one.fact.number for one in found[:1000]} == {"A", "B"}


def test_the_next_month_begins_again_at_midnight_of_the_account():
    last = Story(datetime(2022, 11, 30, 20, 59, 59, tzinfo=UTC), contact(1)).template(0)
    first = Story(datetime(2022, 11, 30, 21, 0, 0, tzinfo=UTC), contact(2)).template(0)
    facts = last.facts + first.facts
    in_moscow = entries(facts, "conversation-2022", zone=MOSCOW, free_used=1000)
    assert [one.reason for one in in_moscow] == ["charged", "free_tier"]
    assert [one.quota_position for one in in_moscow] == [1001, 1]
    in_utc = entries(facts, "conversation-2022", zone=ZoneInfo("UTC"), free_used=1000)
    assert [one.quota_position for one in in_utc] == [1001, 1002]


@pytest.mark.parametrize(
    ("zone", "midnight"),
    [
        # Clocks change on the last Sunday of March and October: 2024-03-31, 2027-10-31.
        ("Europe/Berlin", datetime(2024, 3, 31, 22, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2027, 10, 31, 23, tzinfo=UTC)),
        ("Asia/Beirut", datetime(2024, 3, 31, 21, tzinfo=UTC)),
        ("Pacific/Kiritimati", datetime(2024, 3, 31, 10, tzinfo=UTC)),
    ],
)
def test_months_end_at_local_midnight_on_days_when_clocks_change(zone, midnight):
    before = Story(midnight - timedelta(seconds=1), contact(1)).template(0)
    after = Story(midnight, contact(2)).template(0)
    found = entries(
        before.facts + after.facts, "conversation-2022", zone=ZoneInfo(zone), free_used=7
    )
    assert [one.quota_position for one in found] == [8, 1]


def test_a_conversation_over_the_change_of_clocks_lasts_24_hours_of_time_and_not_of_the_clock():
    story = Story(datetime(2024, 3, 30, 12, tzinfo=UTC)).template(0).template(23.9).template(24)
    found = entries(story.facts, "conversation-2022", zone=ZoneInfo("Europe/Berlin"))
    assert [one.opened_at - story.start for one in found] == [timedelta(0), timedelta(hours=24)]


def test_one_contact_may_hold_31_conversations_a_month():
    story = Story(datetime(2022, 10, 1, 0, tzinfo=UTC))
    for day in range(31):
        story.template(24 * day)
    assert len(entries(story.facts, "conversation-2022")) == 31


def test_first_opened_is_first_free_also_when_it_is_told_last():
    facts = crowd(1001, datetime(2022, 11, 1, 2, tzinfo=UTC))
    late = Story(datetime(2022, 11, 1, 0, tzinfo=UTC), contact(5000)).template(0).facts
    charged = [one for one in entries(facts + late, "conversation-2022") if one.reason == "charged"]
    assert [one.fact.contact for one in charged] == [contact(999), contact(1000)]


def test_paid_service_gives_each_number_its_own_free_tier():
    facts: list[Fact] = []
    for index in range(1001):
        for number in ("A", "B"):
            at = datetime(2026, 11, 2, tzinfo=UTC) + timedelta(minutes=index)
            facts += Story(at, contact(index), number).writes(0).reply(0.01).facts
    found = entries(facts, "per-message-2026")
    assert [(one.fact.number, one.reason) for one in found[-2:]] == [
        ("A", "charged"),
        ("B", "charged"),
    ]
    assert {one.reason for one in found[:-2]} == {"free_tier"}


def test_what_was_used_before_counts_in_the_month_of_the_first_fact_only():
    facts = [
        *Story(datetime(2022, 11, 20, tzinfo=UTC), contact(1)).writes(0).facts,
        *Story(datetime(2022, 12, 2, tzinfo=UTC), contact(2)).template(0).facts,
    ]
    [entry] = entries(facts, "conversation-2022", free_used=1000)
    assert entry.quota_position == 1


def test_free_entries_do_not_draw_on_the_free_tier():
    ad = Story(datetime(2022, 11, 2, tzinfo=UTC), contact(1)).comes_from_ad(0).reply(1)
    other = Story(datetime(2022, 11, 3, tzinfo=UTC), contact(2)).template(0)
    found = entries(ad.facts + other.facts, "conversation-2022")
    assert [one.quota_position for one in found] == [None, 1]
