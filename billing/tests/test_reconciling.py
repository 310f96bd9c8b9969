"""What Meta says of a price beside what we booked: differences are found, and only those."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from billing import booking
from billing.comparing import Difference, Ours, compare
from billing.reconciling import reconcile
from billing.tests import books
from tests import world

CHARGED = Ours("message", "marketing", is_free=False, reason="charged")
FREE = Ours("message", "utility", is_free=True, reason="free_customer_service")
TIER = Ours("business_initiated", "", is_free=True, reason="free_tier")


@pytest.mark.parametrize(
    ("ours", "meta", "difference"),
    [
        (CHARGED, {"type": "regular", "category": "marketing", "billable": False}, None),
        (CHARGED, {"category": "marketing_lite", "billable": True}, None),
        (CHARGED, {"type": "free_entry_point", "category": "marketing"}, Difference.META_FREE),
        (CHARGED, {"type": "regular", "category": "utility"}, Difference.CATEGORY),
        (CHARGED, {}, None),
        (FREE, {"type": "free_customer_service", "category": "utility"}, None),
        (FREE, {"billable": True, "category": "utility"}, Difference.META_CHARGES),
        (TIER, {"billable": True, "category": "business_initiated"}, None),
        (TIER, {"billable": True, "category": "user_initiated"}, Difference.CATEGORY),
    ],
)
def test_each_difference(ours, meta, difference):
    assert compare(ours, meta) is difference


def test_three_injected_mismatches_are_found_with_their_messages(client, number, fay):
    at = datetime(2026, 10, 5, 12, tzinfo=UTC)
    agreed = {"pricing": {"type": "regular", "category": "marketing", "billable": True}}
    wrong = [
        {"pricing": {"type": "regular", "category": "utility", "billable": True}},
        {"pricing": {"type": "free_entry_point", "category": "marketing"}},
        {"pricing": {"category": "marketing", "billable": False}},
    ]
    ids = set()
    for n in range(20):
        told = wrong[n - 10] if 10 <= n < 13 else agreed
        message = books.sends_template(
            world.make_conversation(number), at + timedelta(minutes=n), "MARKETING", pricing=told
        )
        if told in wrong:
            ids.add(message.wamid)
    booking.keep_books(number.workspace_id)
    found = reconcile(number.workspace_id, month=date(2026, 10, 1))
    assert (found.compared, found.differing, found.silent) == (20, 3, 0)
    assert {row.wamid for row in found.rows} == ids
    client.force_login(fay)
    page = client.get("/billing/reconciliation/?month=2026-10").content.decode()
    assert all(wamid[-24:] in page for wamid in ids)
