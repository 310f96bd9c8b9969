"""Prices by model: which conversation a message opens or joins, and what Meta says of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from simulator.models import Conversation
from simulator.pricing import Facts, model_for, price

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()
PLAIN = Facts(
    at=NOW,
    model="PMP-2",
    zone="UTC",
    category="",
    window_open=True,
    from_ad=False,
    used_free=0,
    free_tier_type="free_customer_service",
    webhook_version=25,
    open=(),
)


def conversation(kind: str) -> Conversation:
    return Conversation(
        id="c", number_id="n", customer_id="p", kind=kind, at=NOW, expires_at=NOW + 9
    )


@pytest.mark.parametrize(
    ("day", "zone", "model"),
    [
        ((2022, 6, 1), "UTC", "CBP-I"),
        ((2023, 5, 31), "UTC", "CBP-I"),
        ((2023, 6, 1), "UTC", "CBP-C"),
        ((2025, 7, 1), "UTC", "PMP-1"),
        ((2026, 9, 30), "UTC", "PMP-1"),
        ((2026, 10, 1), "UTC", "PMP-2"),
        ((2026, 10, 1), "America/New_York", "PMP-1"),  # midnight UTC is still September there
    ],
)
def test_the_model_follows_the_local_date(day: Any, zone: str, model: str):
    year, month, date = day
    at = datetime(year, month, date, tzinfo=UTC).timestamp()
    assert model_for("auto", at=at, zone=zone) == model


def test_an_account_can_stay_on_an_old_model():
    assert model_for("CBP-I", at=NOW, zone="UTC") == "CBP-I"


@pytest.mark.parametrize(
    ("changes", "kind", "billable"),
    [
        ({"category": ""}, "free_customer_service", False),
        ({"category": "", "used_free": 1000}, "regular", True),
        ({"category": "UTILITY"}, "regular", True),
        ({"category": "MARKETING"}, "regular", True),
        ({"category": "MARKETING", "from_ad": True}, "free_entry_point", False),
        ({"category": "UTILITY", "model": "PMP-1"}, "free_customer_service", False),
        ({"category": "UTILITY", "model": "PMP-1", "window_open": False}, "regular", True),
        ({"category": "", "model": "PMP-1", "used_free": 9999}, "free_customer_service", False),
    ],
)
def test_by_message(changes: dict[str, Any], kind: str, billable: bool):
    pricing = price(replace(PLAIN, **changes)).pricing
    assert (pricing["type"], pricing["billable"]) == (kind, billable)
    assert pricing["pricing_model"] == "PMP"


def test_new_webhooks_leave_the_conversation_out_and_old_ones_do_not():
    assert not price(PLAIN).shows_conversation
    assert price(replace(PLAIN, webhook_version=23)).shows_conversation
    assert price(replace(PLAIN, from_ad=True)).shows_conversation


def test_in_2022_an_answer_opens_a_user_initiated_conversation_and_the_next_joins_it():
    old = replace(PLAIN, model="CBP-I")
    assert price(old).opens == "user_initiated"
    assert price(replace(old, window_open=False, category="UTILITY")).opens == "business_initiated"
    joined = price(replace(old, category="MARKETING", open=(conversation("user_initiated"),)))
    assert joined.joins
    assert not joined.opens


def test_in_2023_a_template_joins_only_its_own_category():
    middle = replace(PLAIN, model="CBP-C", open=(conversation("service"),))
    assert price(replace(middle, category="MARKETING")).opens == "marketing"
    assert price(middle).joins
    marketing = replace(middle, open=(conversation("marketing"),))
    assert price(marketing).pricing["category"] == "marketing"
    assert price(replace(marketing, category="MARKETING")).joins


def test_a_free_entry_point_swallows_everything_while_it_lasts():
    entry = (conversation("referral_conversion"),)
    for model in ("CBP-I", "CBP-C", "PMP-1", "PMP-2"):
        result = price(replace(PLAIN, model=model, category="MARKETING", open=entry))
        assert result.joins
        assert result.pricing["billable"] is False
