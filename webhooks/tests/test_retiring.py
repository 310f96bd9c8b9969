"""Old posts go, unless something of them is still waiting for somebody."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.utils import timezone

from webhooks import retiring
from webhooks.models import Envelope, Quarantined

NOW = timezone.now()


def post(number, n: int, *, days: int, is_read: bool = True) -> Envelope:
    at = NOW - timedelta(days=days)
    return Envelope.objects.create(
        app=number.account.app,
        digest=hashlib.sha256(bytes([n])).digest(),
        body=b"{}",
        received_at=at,
        processed_at=at if is_read else None,
    )


def held(envelope: Envelope, *, is_resolved: bool) -> None:
    Quarantined.objects.create(
        envelope=envelope,
        position=0,
        kind="InboundMessage",
        reason="for the test",
        resolved_at=NOW if is_resolved else None,
    )


@pytest.mark.parametrize("batch", [1, 5000])
def test_only_what_is_old_and_settled_goes(number, monkeypatch, batch: int):
    monkeypatch.setattr(retiring, "BATCH", batch)
    young, waiting = post(number, 1, days=5), post(number, 2, days=200, is_read=False)
    open_one, settled = post(number, 3, days=200), post(number, 4, days=200)
    held(open_one, is_resolved=False)
    held(settled, is_resolved=True)
    post(number, 5, days=200)
    assert retiring.retire(days=180, at=NOW) == 2
    assert set(Envelope.objects.all()) == {young, waiting, open_one}
    assert retiring.retire(days=180, at=NOW) == 0


def test_all_are_kept_unless_the_site_says_otherwise(number):
    post(number, 1, days=4000)
    assert retiring.retire(days=0, at=NOW) == 0
    assert Envelope.objects.count() == 1
