"""The rules of the five models, one row each: a story, and what the ledger says of it (reference 6.1 to 6.5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from billing.tests.stories import Story, entries, said

OLD = datetime(2021, 6, 1, 9, tzinfo=UTC)
Y2022 = datetime(2022, 11, 10, 9, tzinfo=UTC)
Y2023 = datetime(2024, 11, 5, 9, tzinfo=UTC)
TIERED = datetime(2023, 7, 5, 9, tzinfo=UTC)
Y2025 = datetime(2026, 8, 5, 9, tzinfo=UTC)
Y2026 = datetime(2026, 11, 5, 9, tzinfo=UTC)
INDIA = "+919810000001"

NOTIFICATION = [
    pytest.param(
        Story(OLD).template(0), ["0 notification no_rate"], id="outside a session it is charged"
    ),
    pytest.param(
        Story(OLD).writes(0).template(1).reply(2),
        ["1 utility free_customer_service", "2  free_customer_service"],
        id="inside a session all is free",
    ),
    pytest.param(Story(OLD).writes(0).reply(24), ["24 refused"], id="a session is 24 h"),
]

INITIATOR = [
    pytest.param(
        Story(Y2022).template(0),
        ["0 business_initiated 0.0663"],
        id="a template outside the window",
    ),
    pytest.param(
        Story(Y2022).writes(0).reply(23.9),
        ["23.9 user_initiated 0.0398"],
        id="a reply in the window",
    ),
    pytest.param(
        Story(Y2022).writes(0).template(23.9),
        ["23.9 user_initiated 0.0398"],
        id="a template in the window is a reply too",
    ),
    pytest.param(
        Story(Y2022).writes(0).template(24),
        ["24 business_initiated 0.0663"],
        id="the window ends after exactly 24 h",
    ),
    pytest.param(Story(Y2022).writes(0).writes(5), [], id="an unanswered contact costs nothing"),
    pytest.param(
        Story(Y2022).template(0).template(1).writes(2).reply(3).template(23.9),
        ["0 business_initiated 0.0663", "1 joins 0", "3 joins 0", "23.9 joins 0"],
        id="any number of messages in 24 h",
    ),
    pytest.param(
        Story(Y2022).template(0).template(24),
        ["0 business_initiated 0.0663", "24 business_initiated 0.0663"],
        id="it ends after exactly 24 h",
    ),
    pytest.param(
        Story(Y2022).writes(0).reply(20).reply(30).reply(43.9).reply(44),
        ["20 user_initiated 0.0398", "30 joins 20", "43.9 joins 20", "44 refused"],
        id="free-form goes on inside a user-initiated conversation",
    ),
    pytest.param(
        Story(Y2022).template(0).reply(1),
        ["0 business_initiated 0.0663", "1 refused"],
        id="but not inside a business-initiated one",
    ),
    pytest.param(
        Story(Y2022).template(0, status="failed").template(2),
        ["2 business_initiated 0.0663"],
        id="a failed message opens nothing",
    ),
    pytest.param(
        Story(Y2022).comes_from_ad(0).reply(1).template(72.9).template(73),
        ["1 referral_conversion free_entry_point", "72.9 joins 1", "73 business_initiated 0.0663"],
        id="from an advertisement it is free, for 72 h",
    ),
    pytest.param(
        Story(Y2022).comes_from_ad(0).template(24),
        ["24 business_initiated 0.0663"],
        id="an advertisement answered too late gives nothing",
    ),
    pytest.param(
        Story(Y2022).writes(0).reply(20).reply(43.9, delivered=45),
        ["20 user_initiated 0.0398", "45 user_initiated 0.0398"],
        id="a reply that arrives when the conversation is over opens the next, user-initiated",
    ),
    pytest.param(
        Story(Y2022).template(0, delivered=2).comes_from_ad(1),
        ["2 business_initiated 0.0663"],
        id="what was sent before the advertisement does not answer it",
    ),
    pytest.param(
        Story(Y2022).template(0, delivered=30).template(1),
        ["1 business_initiated 0.0663", "30 business_initiated 0.0663"],
        id="a conversation starts at delivery",
    ),
    pytest.param(
        Story(Y2022).writes(0).reply(23, delivered=26),
        ["26 user_initiated 0.0398"],
        id="what was a reply when sent is a reply when delivered",
    ),
]

CATEGORY = [
    pytest.param(
        Story(Y2023).template(0, "marketing").writes(4).reply(5).reply(25).reply(26),
        ["0 marketing 0.0802", "5 joins 0", "25 service free_customer_service", "26 joins 25"],
        id="the worked example of Meta",
    ),
    pytest.param(
        Story(Y2023).template(0, "marketing").template(1, "utility").template(2, "marketing"),
        ["0 marketing 0.0802", "1 utility 0.0400", "2 joins 0"],
        id="a template joins only its own category",
    ),
    pytest.param(
        Story(Y2023).writes(0).reply(1).template(2, "utility"),
        ["1 service free_customer_service", "2 utility 0.0400"],
        id="a template beside a service conversation opens a second",
    ),
    pytest.param(
        Story(Y2023).template(0, "authentication").template(24, "authentication"),
        ["0 authentication 0.0429", "24 authentication 0.0429"],
        id="each ends after exactly 24 h",
    ),
    pytest.param(
        Story(Y2023).writes(0).reply(24),
        ["24 refused"],
        id="only the window counts for free-form",
    ),
    pytest.param(
        Story(Y2023).writes(0).reply(20).reply(25),
        ["20 service free_customer_service", "25 refused"],
        id="an open service conversation does not lengthen the window",
    ),
    pytest.param(
        Story(Y2023)
        .template(0, "marketing").comes_from_ad(1).reply(2).template(3, "marketing")
        .template(73, "utility").template(74, "marketing"),
        ["0 marketing 0.0802", "2 referral_conversion free_entry_point", "3 joins 2", "73 joins 2",
         "74 marketing 0.0802"],
        id="a free entry point closes all others and lets none open",
    ),
    pytest.param(
        Story(Y2023).comes_from_ad(0).template(24, "utility"),
        ["24 utility 0.0400"],
        id="an advertisement unanswered for 24 h gives no free entry",
    ),
    pytest.param(
        Story(Y2023).comes_from_ad(0).reply(1).comes_from_ad(60).reply(61).template(73, "utility"),
        ["1 referral_conversion free_entry_point", "61 joins 1", "73 utility 0.0400"],
        id="an advertisement answered inside a free entry opens no second",
    ),
]  # fmt: skip

PER_MESSAGE = [
    pytest.param(
        Story(Y2025).template(0, "utility", delivered=5).writes(5),
        ["5 utility free_customer_service"],
        id="at one instant the contact is heard first",
    ),
    pytest.param(
        Story(Y2025).template(0, "marketing").template(1, "marketing"),
        ["0 marketing 0.0802", "1 marketing 0.0802"],
        id="each delivered template is charged",
    ),
    pytest.param(
        Story(Y2025).writes(0).template(1, "marketing").template(2, "authentication"),
        ["1 marketing 0.0802", "2 authentication 0.0400"],
        id="marketing and authentication in the window too",
    ),
    pytest.param(
        Story(Y2025).writes(0).template(1, "utility").template(24, "utility"),
        ["1 utility free_customer_service", "24 utility 0.0400"],
        id="utility is free in the window",
    ),
    pytest.param(
        Story(Y2025).writes(0).template(23, "utility", delivered=25),
        ["25 utility 0.0400"],
        id="the window counts at delivery",
    ),
    pytest.param(
        Story(Y2025).writes(0).reply(1).reply(25),
        ["1 service free_customer_service", "25 refused"],
        id="replies are free",
    ),
    pytest.param(
        Story(Y2025).comes_from_ad(0).reply(1).template(40, "marketing").template(73, "marketing"),
        ["1 service free_entry_point", "40 marketing free_entry_point", "73 marketing 0.0802"],
        id="a free entry point frees all for 72 h from the answer",
    ),
    pytest.param(
        Story(Y2025)
        .comes_from_ad(0)
        .reply(1, delivered=20)
        .template(72.9, "marketing")
        .template(73, "marketing"),
        ["20 service free_entry_point", "72.9 marketing free_entry_point", "73 marketing 0.0802"],
        id="the 72 h run from the answer and not from its delivery",
    ),
    pytest.param(
        Story(Y2025).comes_from_ad(0).template(24, "marketing"),
        ["24 marketing 0.0802"],
        id="an advertisement answered after 24 h frees nothing",
    ),
    pytest.param(
        Story(Y2025).writes(0).template(1, "authentication").template(30, "authentication"),
        ["1 authentication 0.0400", "30 authentication 0.0400"],
        id="authentication is charged inside the window and outside",
    ),
    pytest.param(
        Story(Y2025).comes_from_ad(0).template(2, "marketing").reply(30),
        ["2 marketing free_entry_point", "30 refused"],
        id="a template answers too, and the window is no longer for it",
    ),
    pytest.param(
        Story(Y2025).template(0, "marketing", status="failed"), [], id="a failed one costs nothing"
    ),
]

PAID_SERVICE = [
    pytest.param(
        Story(Y2026).writes(0).template(1, "utility"),
        ["1 utility 0.0400"],
        id="utility in the window",
    ),
    pytest.param(
        Story(Y2026).writes(0).reply(1).reply(24),
        ["1 service free_tier", "24 refused"],
        id="replies draw on the free tier",
    ),
    pytest.param(
        Story(Y2026).template(0, "utility").template(1, "authentication").template(2, "marketing"),
        ["0 utility 0.0400", "1 authentication 0.0400", "2 marketing 0.0802"],
        id="each template is charged",
    ),
    pytest.param(
        Story(Y2026).writes(0).reply(23, delivered=30),
        ["30 service free_tier"],
        id="a reply that arrives after the window closed is a reply still",
    ),
    pytest.param(
        Story(Y2026).comes_from_ad(0).reply(1).template(2, "marketing"),
        ["1 service free_entry_point", "2 marketing free_entry_point"],
        id="a free entry point stays free",
    ),
]


@pytest.mark.parametrize(("story", "expected"), NOTIFICATION)
def test_notifications_before_2022(story, expected):
    assert said(story, "notification") == expected


@pytest.mark.parametrize(("story", "expected"), INITIATOR)
def test_conversations_by_initiator(story, expected):
    assert said(story, "conversation-2022", free_used=1000) == expected


@pytest.mark.parametrize(("story", "expected"), CATEGORY)
def test_conversations_by_category(story, expected):
    assert said(story, "conversation-2023") == expected


@pytest.mark.parametrize(("story", "expected"), PER_MESSAGE)
def test_messages(story, expected):
    assert said(story, "per-message-2025") == expected


@pytest.mark.parametrize(("story", "expected"), PAID_SERVICE)
def test_messages_with_paid_service(story, expected):
    assert said(story, "per-message-2026") == expected


def test_replies_above_the_free_tier_cost_the_service_rate():
    story = Story(Y2026).writes(0).reply(1)
    assert said(story, "per-message-2026", free_used=1000) == ["1 service 0.0400"]


def test_the_category_model_counts_only_service_conversations_against_its_free_tier():
    story = Story(TIERED, contact=INDIA).template(0, "utility").writes(25).reply(26).reply(30)
    [utility, service] = entries(story.facts, "conversation-2023", free_used=999)
    assert (utility.reason, utility.quota_position) == ("charged", None)
    assert (service.reason, service.quota_position) == ("free_tier", 1000)
    story.writes(80).reply(81)
    [*_before, charged] = entries(story.facts, "conversation-2023", free_used=999)
    assert (charged.reason, charged.quota_position) == ("charged", 1001)


def test_service_conversations_are_free_from_november_2024_in_the_zone_of_the_account():
    midnight = datetime(2024, 10, 31, 18, 30, tzinfo=UTC)  # in Kolkata
    told = [
        *Story(midnight - timedelta(seconds=1), contact=INDIA).writes(-1).reply(0).facts,
        *Story(midnight, contact=INDIA, number="B").writes(-1).reply(0).facts,
    ]
    kolkata = ZoneInfo("Asia/Kolkata")
    found = entries(told, "conversation-2023", zone=kolkata, free_used=1000)
    assert [(one.reason, one.quota_position) for one in found] == [
        ("charged", 1001), ("free_customer_service", None),
    ]  # fmt: skip


def test_each_day_has_its_own_model():
    """A plan by date: the same template is charged by the rules of its day, in the zone of the account."""
    days = [
        (datetime(2022, 1, 31, 12, tzinfo=UTC), "notification"),
        (datetime(2022, 2, 1, 12, tzinfo=UTC), "conversation-2022"),
        (datetime(2023, 6, 1, 12, tzinfo=UTC), "conversation-2023"),
        (datetime(2025, 6, 30, 12, tzinfo=UTC), "conversation-2023"),
        (datetime(2025, 7, 1, 12, tzinfo=UTC), "per-message-2025"),
        (datetime(2026, 9, 30, 12, tzinfo=UTC), "per-message-2025"),
        (datetime(2026, 10, 1, 12, tzinfo=UTC), "per-message-2026"),
    ]
    facts = [
        fact for day, _model in days for fact in Story(day).template(0, "authentication").facts
    ]
    assert [(one.opened_at, one.model) for one in entries(facts, "by-date")] == days


def test_a_utility_conversation_that_is_open_when_the_model_changes_runs_to_its_end():
    story = Story(datetime(2025, 6, 30, 20, tzinfo=UTC)).template(0).template(10).template(24)
    assert said(story, "by-date") == ["0 utility 0.0400", "10 joins 0", "24 utility no_rate"]
