"""Old posts go, a month at a time, unless something of them is still waiting for somebody."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from webhooks import months, partitions, retiring
from webhooks.models import Envelope, Quarantined
from webhooks.retiring import Gone

NOW = timezone.now()


def post(number, n: int, *, days: int, is_read: bool = True) -> Envelope:
    at = NOW - timedelta(days=days)
    return Envelope.objects.create(
        app=number.account.app,
        digest=hashlib.sha256(bytes([n])).digest(),
        body=b"{}",
        received_at=at,
        month=months.first_of(at),
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
def test_of_posts_without_a_month_of_their_own_only_what_is_old_and_settled_goes(
    number, monkeypatch, batch: int
):
    monkeypatch.setattr(retiring, "BATCH", batch)
    young, waiting = post(number, 1, days=5), post(number, 2, days=200, is_read=False)
    open_one, settled = post(number, 3, days=200), post(number, 4, days=200)
    held(open_one, is_resolved=False)
    held(settled, is_resolved=True)
    post(number, 5, days=200)
    assert retiring.retire(days=180, at=NOW) == Gone(posts=2)
    assert set(Envelope.objects.all()) == {young, waiting, open_one}
    assert retiring.retire(days=180, at=NOW) == Gone()


def test_all_are_kept_unless_the_site_says_otherwise(number):
    post(number, 1, days=4000)
    assert retiring.retire(days=0, at=NOW) == Gone()
    assert Envelope.objects.count() == 1


@pytest.fixture
def old_month(number: Any) -> str:
    """The partition of the month 200 days ago, with posts in it that were astray; and one of today."""
    post(number, 1, days=0)
    for n in range(2, 6):
        post(number, n, days=200)
    connection.check_constraints()  # or PostgreSQL remembers them and moves no table
    (made,) = partitions.make_ready(at=NOW)
    assert partitions.astray() == {}
    return made


def is_there(name: str) -> bool:
    return name in connection.introspection.table_names()


def test_a_month_goes_as_a_whole_when_its_last_day_is_old(old_month: str):
    end = next(one.end for one in partitions.layout() if one.name == old_month)
    days = (NOW.date() - end).days
    assert retiring.retire(days=days + 1, at=NOW) == Gone()  # its last day is to be kept
    assert Envelope.objects.count() == 5
    assert retiring.retire(days=days, at=NOW) == Gone(whole=(old_month,))
    assert Envelope.objects.count() == 1
    assert not is_there(old_month)
    assert retiring.retire(days=days, at=NOW) == Gone()


def test_a_month_with_something_held_back_keeps_that_and_nothing_else(number: Any, old_month: str):
    open_one, settled, waiting = Envelope.objects.order_by("pk")[1:4]
    held(open_one, is_resolved=False)
    held(settled, is_resolved=True)
    Envelope.objects.filter(pk=waiting.pk).update(processed_at=None)
    assert retiring.retire(days=150, at=NOW) == Gone(posts=2)
    assert set(Envelope.objects.filter(received_at__lt=NOW - timedelta(days=150))) == {
        open_one,
        waiting,
    }
    assert Quarantined.objects.get().envelope == open_one
    # Once somebody has dealt with it, the rest goes, and what was held back of it.
    Quarantined.objects.update(resolved_at=NOW)
    Envelope.objects.update(processed_at=NOW)
    connection.check_constraints()
    assert retiring.retire(days=150, at=NOW) == Gone(whole=(old_month,))
    assert not Quarantined.objects.exists()


def test_a_month_for_the_archive_becomes_a_table_of_its_own(number: Any, old_month: str):
    astray = post(number, 6, days=400)
    connection.check_constraints()
    assert retiring.retire(days=150, at=NOW, detach=True) == Gone(whole=(old_month,))
    assert Envelope.objects.count() == 2
    assert Envelope.objects.filter(pk=astray.pk).exists()  # nothing is deleted
    assert is_there(old_month)
    # A late post of that month does not disturb it: the name is taken, so it stays astray.
    post(number, 7, days=200)
    connection.check_constraints()
    assert old_month not in partitions.make_ready(at=NOW)
