"""The ledger as rows: what is written, taken back, corrected and left alone; and that PostgreSQL guards it."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import IntegrityError

from accounts.models import PricingPlan
from billing import booking, totals
from billing.closing import close_month
from billing.models import (
    BillingPlan,
    Checkpoint,
    DayTotal,
    ExchangeRate,
    LedgerEntry,
    LedgerState,
    Party,
    StoredFact,
)
from billing.tests import books
from billing.tests.books import START, said, sends, sends_template, settles, standing, writes
from conversations import statuses
from tests import world

H = timedelta(hours=1)


@pytest.fixture
def plan(account):
    account.time_zone = "Europe/Moscow"
    account.pricing_plan = PricingPlan.CONVERSATION_2022
    account.save(update_fields=["time_zone", "pricing_plan"])
    return BillingPlan.objects.create(
        account=account, begins=date(2022, 2, 1), pricing="conversation-2022", free_used=1000
    )


@pytest.fixture
def thread(number, plan):
    return world.make_conversation(number)


def test_the_worked_example_is_three_lines(thread):
    sends_template(thread, START)
    sends_template(thread, START + timedelta(minutes=10))
    writes(thread, START + timedelta(minutes=15))
    writes(thread, START + timedelta(hours=3, minutes=31))
    sends(thread, START + timedelta(hours=26, minutes=15))
    sends_template(thread, START + 52 * H)
    writes(thread, START + 60 * H)
    sends(thread, START + 61 * H)
    booking.keep_books(thread.workspace_id)
    assert said(standing(thread.workspace_id)) == [
        "0.0005556 business_initiated 0.0663",
        "26.25 user_initiated 0.0398",
        "52 business_initiated 0.0663",
    ]
    assert sum(line.cost or 0 for line in standing(thread.workspace_id)) == Decimal("0.1724")
    books.assert_totals_agree(thread.workspace_id)


def test_an_estimate_is_confirmed_or_taken_back_by_new_lines(thread):
    first = sends_template(thread, START, status=statuses.SENT)
    second = sends_template(world.make_conversation(thread.number), START, status=statuses.SENT)
    booking.keep_books(thread.workspace_id)
    assert [line.is_estimated for line in standing(thread.workspace_id)] == [True, True]
    settles(first, statuses.DELIVERED, START + timedelta(seconds=5))
    settles(second, statuses.FAILED, START + timedelta(seconds=5))
    booking.keep_books(thread.workspace_id)
    (line,) = standing(thread.workspace_id)
    assert (line.is_estimated, line.cause, line.opened_at) == (
        False,
        "confirmed",
        START + timedelta(seconds=5),
    )
    assert sorted(LedgerEntry.objects.values_list("quantity", "cause")) == [
        (-1, "confirmed"),
        (-1, "void"),
        (1, "confirmed"),
        (1, "estimated"),
        (1, "estimated"),
    ]
    books.assert_totals_agree(thread.workspace_id)


def test_telling_it_again_writes_nothing(thread):
    message = sends_template(thread, START)
    booking.keep_books(thread.workspace_id)
    books.numbered(message)
    booking.keep_books(thread.workspace_id)
    LedgerState.objects.update(seq=0, last_id=0)
    booking.keep_books(thread.workspace_id)
    assert LedgerEntry.objects.count() == 1


PRICED_BY_META = {"pricing": {"billable": True, "category": "business_initiated"}}


def test_a_price_that_meta_tells_late_stands_beside_ours(thread):
    """`delivered` came before `sent`, of the same second, and only `sent` has the price."""
    message = sends_template(thread, START)
    booking.keep_books(thread.workspace_id)
    message.pricing = PRICED_BY_META
    message.save(update_fields=["pricing"])
    books.numbered(message)
    booking.keep_books(thread.workspace_id)
    (line,) = standing(thread.workspace_id)
    assert (line.meta_pricing, line.cost) == (PRICED_BY_META["pricing"], Decimal("0.0663"))
    assert LedgerEntry.objects.count() == 3
    message.pricing = {"pricing": {**PRICED_BY_META["pricing"], "type": "regular"}}
    message.save(update_fields=["pricing"])
    books.numbered(message)
    booking.keep_books(thread.workspace_id)
    assert LedgerEntry.objects.count() == 3  # he who told more said nothing else
    books.assert_totals_agree(thread.workspace_id)


def test_a_price_that_meta_tells_after_the_month_was_closed_moves_nothing(thread, account, fay):
    message = sends_template(thread, START)
    booking.keep_books(thread.workspace_id)
    month = START.date().replace(day=1)
    close_month(account, month=month, by=fay, at=START, address="127.0.0.1")
    message.pricing = PRICED_BY_META
    message.save(update_fields=["pricing"])
    books.numbered(message)
    booking.keep_books(thread.workspace_id)
    assert LedgerEntry.objects.count() == 1


def test_a_late_fact_is_corrected_in_its_month_and_adjusted_after_it_is_closed(
    thread, account, fay
):
    sends(thread, START + 5 * H, wamid="late")  # no customer message known yet
    booking.keep_books(thread.workspace_id)
    (line,) = standing(thread.workspace_id)
    assert (line.reason, line.cost) == ("no_open_window", None)
    writes(thread, START + 4 * H)
    booking.keep_books(thread.workspace_id)
    assert said(standing(thread.workspace_id)) == ["5.001 user_initiated 0.0398"]
    for month in (date(2022, 11, 1), date(2022, 11, 1), date(2022, 12, 1)):
        close_month(account, month=month, by=fay, at=START, address="127.0.0.1")
    before = LedgerEntry.objects.filter(month=date(2022, 11, 1)).count()
    sends_template(thread, START)  # opened everything, and is told of only now
    booking.keep_books(thread.workspace_id)
    assert said(standing(thread.workspace_id)) == ["0.0005556 business_initiated 0.0663"]
    assert LedgerEntry.objects.filter(month=date(2022, 11, 1)).count() == before
    late = LedgerEntry.objects.filter(month=date(2023, 1, 1)).order_by("quantity")
    assert [(line.quantity, line.is_adjustment, line.cost) for line in late] == [
        (-1, True, Decimal("-0.0398")),
        (1, True, Decimal("0.0663")),
    ]
    books.assert_totals_agree(thread.workspace_id)


def test_the_1001st_of_the_month_is_the_first_charged_over_all_numbers(account, number, plan):
    plan.free_used = 998
    plan.save(update_fields=["free_used"])
    other = world.make_number(account, label="Clinic")
    for n in range(4):
        thread = world.make_conversation((number, other)[n % 2])
        writes(thread, START + n * H)
        sends(thread, START + n * H + timedelta(minutes=5))
    december = datetime(2022, 11, 30, 21, tzinfo=UTC)  # midnight in Moscow
    writes(thread, december - timedelta(minutes=2))
    sends(thread, december - timedelta(minutes=1), after=timedelta(minutes=1))
    booking.keep_books(number.workspace_id)
    found = standing(number.workspace_id)
    assert [(line.quota_position, line.reason) for line in found] == [
        (999, "free_tier"),
        (1000, "free_tier"),
        (1001, "charged"),
        (1002, "charged"),
        (1, "free_tier"),
    ]
    assert found[-1].day == date(2022, 12, 1)


def test_resale_adds_exchange_and_mark_up_exactly(thread, plan, workspace):
    plan.billing_currency, plan.markup_percent = "RUB", Decimal("12.5")
    plan.markups = {"user_initiated": {"fixed": "0.10"}}
    plan.save()
    sends_template(thread, START)
    writes(thread, START + 2 * H)
    sends(thread, START + 25 * H)
    booking.keep_books(workspace.pk)
    assert {(line.price, line.reason) for line in standing(workspace.pk)} == {
        (None, "no_exchange_rate")
    }
    ExchangeRate.objects.create(
        workspace=workspace, base="USD", quote="RUB", begins=date(2022, 11, 1), rate="61.2345"
    )
    booking.reprice(workspace.pk, since=START)
    booking.keep_books(workspace.pk)
    first, second = standing(workspace.pk)
    assert first.price == Decimal("0.0663") * Decimal("61.2345") * Decimal("1.125")
    assert first.terms == {"rate": "61.2345", "rate_day": "2022-11-01", "percent": "12.5"}
    assert second.price == Decimal("0.0398") * Decimal("61.2345") + Decimal("0.10")
    assert second.price_currency == "RUB"
    books.assert_totals_agree(workspace.pk)


def test_erasing_a_person_leaves_the_books_and_says_nothing_of_them(thread):
    sends_template(thread, START, text="Dear Maria, your order")
    booking.keep_books(thread.workspace_id)
    before = books.snapshot(thread.workspace_id)
    thread.contact.delete()
    booking.reprice(thread.workspace_id, since=START)
    booking.keep_books(thread.workspace_id)
    assert books.snapshot(thread.workspace_id) == before
    party = Party.objects.get()
    assert party.shown == "+7 921…"
    assert thread.contact.phone not in str(StoredFact.objects.values().get())


def test_the_books_do_not_depend_on_how_facts_came(number, plan, monkeypatch):
    """In any order, at any pace, with statuses late and threads merged: as if all had been known at once."""
    monkeypatch.setattr(booking, "SEGMENT", 7)
    rng = random.Random(5)
    threads = [world.make_conversation(number) for _ in range(4)]
    waiting = []
    for n in range(60):
        thread, at = rng.choice(threads), START + n * 2 * H + timedelta(minutes=rng.randrange(60))
        waiting.append((rng.choice((writes, sends, sends_template)), thread, at))
    rng.shuffle(waiting)
    late = []
    for n, (act, thread, at) in enumerate(waiting):
        if act is writes:
            act(thread, at)
        else:
            late.append((act(thread, at, status=statuses.SENT), at))
        if n % 9 == 0:
            booking.keep_books(number.workspace_id)
        if late and n % 3 == 0:
            message, at = late.pop(rng.randrange(len(late)))
            status = rng.choice((statuses.DELIVERED, statuses.READ, statuses.FAILED))
            settles(message, status, at + timedelta(minutes=rng.randrange(900)))
    booking.keep_books(number.workspace_id)
    kept = books.snapshot(number.workspace_id)
    assert Checkpoint.objects.exists()
    books.assert_totals_agree(number.workspace_id)
    Checkpoint.objects.all().delete()
    lines = LedgerEntry.objects.count()
    booking.reprice(number.workspace_id, since=datetime(2020, 1, 1, tzinfo=UTC))
    booking.keep_books(number.workspace_id)
    assert LedgerEntry.objects.count() == lines, "rebuilding found nothing to correct"
    assert books.snapshot(number.workspace_id) == kept
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE billing_ledgerentry DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM billing_ledgerentry")
        cursor.execute("ALTER TABLE billing_ledgerentry ENABLE TRIGGER USER")
    DayTotal.objects.all().delete()
    booking.reprice(number.workspace_id, since=datetime(2020, 1, 1, tzinfo=UTC))
    booking.keep_books(number.workspace_id)
    assert books.snapshot(number.workspace_id) == kept


def test_the_sums_can_be_made_anew(thread):
    sends_template(thread, START, status=statuses.SENT)
    booking.keep_books(thread.workspace_id)
    DayTotal.objects.all().delete()
    totals.rebuild(thread.workspace_id)
    books.assert_totals_agree(thread.workspace_id)


def test_what_never_arrived_costs_nothing_in_the_end(thread):
    sends_template(thread, START, status=statuses.SENT)
    booking.keep_books(thread.workspace_id)
    booking.expire(thread.workspace_id, at=START + timedelta(days=30))
    booking.keep_books(thread.workspace_id)
    assert standing(thread.workspace_id)
    booking.expire(thread.workspace_id, at=START + timedelta(days=32))
    booking.keep_books(thread.workspace_id)
    assert not standing(thread.workspace_id)


@pytest.mark.parametrize(
    "act",
    [
        "UPDATE billing_ledgerentry SET cost = 0",
        "DELETE FROM billing_ledgerentry",
        "TRUNCATE billing_ledgerentry",
    ],
)
def test_postgresql_itself_refuses_to_change_the_ledger(thread, act):
    sends_template(thread, START)
    booking.keep_books(thread.workspace_id)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL billing.may_empty = 'off'")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with (
            pytest.raises((IntegrityError, InternalError), match="append-only"),
            transaction.atomic(),
        ):
            cursor.execute(act)
    assert LedgerEntry.objects.count() == 1
