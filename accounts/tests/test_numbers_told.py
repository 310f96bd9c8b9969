"""What Meta tells about a number stands on its row."""

from __future__ import annotations

from typing import Any

from accounts import numbers
from accounts.models import PhoneNumber
from whatsapp.facts import AccountEvent, NumberName, NumberQuality, NumberSecurity


def of(number: PhoneNumber) -> dict[str, Any]:
    return {"waba_id": number.account.waba_id, "field": "f"}


def test_a_new_limit_is_kept_with_the_old_one(number):
    fact = NumberQuality(**of(number), event="ONBOARDING", portfolio_limit="TIER_10K")
    change = numbers.record(fact, number)
    number.refresh_from_db()
    assert number.messaging_limit == "TIER_10K"
    assert change.facts["before"]["limit"] == ""
    assert change.facts["after"]["limit"] == "TIER_10K"


def test_an_upgrade_lets_the_number_send_faster(number):
    numbers.record(NumberQuality(**of(number), event="THROUGHPUT_UPGRADE"), number)
    number.refresh_from_db()
    assert number.messages_per_second == 1000


def test_an_approved_name_is_the_name(number):
    asked: dict[str, Any] = {"requested_name": "Northern Shop"}
    numbers.record(NumberName(**of(number), decision="REJECTED", **asked), number)
    number.refresh_from_db()
    assert number.verified_name == "Shop"
    change = numbers.record(NumberName(**of(number), decision="APPROVED", **asked), number)
    number.refresh_from_db()
    assert number.verified_name == "Northern Shop"
    assert change.facts["before"] == "Shop"


def test_a_changed_pin_is_told(number):
    change = numbers.record(NumberSecurity(**of(number), event="PIN_CHANGED"), number)
    assert (change.kind, change.facts["event"]) == ("number.secured", "PIN_CHANGED")


def test_an_event_of_the_account_keeps_its_details(number):
    fact = AccountEvent(**of(number), event="ACCOUNT_VIOLATION", details={"violation_info": {}})
    change = numbers.record_account(fact, number.account)
    assert change.facts == {"event": "ACCOUNT_VIOLATION", "details": {"violation_info": {}}}
