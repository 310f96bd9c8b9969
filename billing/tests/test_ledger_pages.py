"""What finance sees of the ledger, and who else does not."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.models import PricingPlan
from billing import booking, reading
from billing.explaining import explain
from billing.models import BillingPlan, LedgerEntry
from billing.reading import Filters
from billing.tests import books
from billing.tests.books import START, sends, sends_template, standing, writes
from conversations import statuses
from tests import world

H = timedelta(hours=1)
NOVEMBER = {"month": "2022-11"}


@pytest.fixture
def plan(account):
    account.time_zone, account.pricing_plan = "Europe/Moscow", PricingPlan.CONVERSATION_2022
    account.save(update_fields=["time_zone", "pricing_plan"])
    return BillingPlan.objects.create(
        account=account, begins=date(2022, 2, 1), pricing="conversation-2022", free_used=999,
        markup_percent=Decimal(10),
    )  # fmt: skip


@pytest.fixture
def booked(number, plan, ana):
    """One free, two charged, one taken back, one estimated, one without a rate."""
    thread = world.make_conversation(number)
    writes(thread, START - 40 * H)
    sends_template(world.make_conversation(number), START - 9 * H)
    sends_template(thread, START - H, author=ana)
    writes(thread, START + H)
    sends(thread, START + 24 * H, author=ana)
    lost = sends_template(world.make_conversation(number), START + 2 * H, status=statuses.SENT)
    sends_template(world.make_conversation(number), START + 3 * H, status=statuses.SENT)
    oman = world.make_contact(number.workspace, phone="96890000001")
    sends_template(world.make_conversation(number, contact=oman), START + 5 * H)
    booking.keep_books(number.workspace_id)
    books.settles(lost, statuses.FAILED, START + 30 * H)
    booking.keep_books(number.workspace_id)
    return number.workspace


def test_the_sums_of_any_filter_are_those_of_its_lines(booked, number):
    for about in ({}, {"paid": "free"}, {"paid": "charged"}, {"kind": "user_initiated"},
                  {"market": "Russia"}, {"category": "utility"}, {"number": number.pk},
                  {"paid": "problem"}, {"month": date(2022, 11, 1)}):  # fmt: skip
        filters = Filters(booked.pk, **about)
        lines, sums = list(reading.uncancelled(filters)), reading.sums(filters)
        assert sums.quantity == sum(line.quantity for line in lines), about
        assert sum(one.amount for one in sums.costs) == sum(line.cost or 0 for line in lines), about
        assert sum(one.amount for one in sums.prices) == sum(line.price or 0 for line in lines), (
            about
        )
    sums = reading.sums(Filters(booked.pk))
    assert (sums.quantity, sums.free, sums.estimated, sums.problems) == (5, 1, 1, 1)
    assert sums.margin is not None
    assert sums.margin.amount == sums.costs[0].amount / 10


def test_finance_reads_the_page_and_no_word_of_any_chat(booked, fay, client):
    client.force_login(fay)
    page = client.get(reverse("billing:ledger"), NOVEMBER).content.decode()
    assert "+7 921…" in page
    assert "order_ready" in page
    assert "Hello" not in page
    assert page.count("<tr") - 1 == 5, "what cancels out inside a month is not shown"


def test_pages_follow_each_other_without_a_gap(booked, fay, client, monkeypatch):
    monkeypatch.setattr(reading, "PAGE", 2)
    client.force_login(fay)
    seen, query = [], "month=2022-11"
    while query:
        page = client.get(f"{reverse('billing:ledger')}?{query}")
        seen += [line.pk for line in page.context["lines"]]
        query = page.context["older"]
    assert seen == [line.pk for line in reversed(list(reading.uncancelled(Filters(booked.pk))))]


def test_the_file_holds_the_same_lines_and_no_formula(booked, fay, client):
    client.force_login(fay)
    answer = client.get(reverse("billing:ledger_csv"), NOVEMBER)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 5
    total = sum(Decimal(row["price"] or 0) for row in rows)
    assert total == reading.sums(Filters(booked.pk)).prices[0].amount
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row.values())


def test_a_charge_is_explained_in_a_sentence(booked, fay, client):
    line = standing(booked.pk)[1]
    assert line.reason == "charged"
    with translation.override("en"):
        assert explain(line).sentence == (
            "Business-initiated conversation with +7 921…: the customer had not written for 39 h; "
            "template order_ready sent by Ana on 10 November 2022, 4:00 PM; Russia, card of Feb. 1, 2022, "
            "0.0663 USD; the 1000 free ones of the month were used up on 10 November 2022."
        )
    client.force_login(fay)
    page = client.get(reverse("billing:entry", args=[line.pk])).content.decode()
    assert "The facts behind it" in page
    assert "Open the conversation" not in page


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_line_has_its_sentence(booked, language):
    with translation.override(language):
        for line in LedgerEntry.objects.all():
            assert explain(line).sentence.endswith(".")


def test_an_agent_who_sees_the_thread_may_go_there(booked, ada, client):
    client.force_login(ada)
    line = standing(booked.pk)[0]
    page = client.get(reverse("billing:entry", args=[line.pk])).content.decode()
    assert line.party
    assert f"/inbox/{line.party.conversation_id}/" in page


def test_what_has_no_amount_is_listed_once_a_reason(booked, fay, client):
    (one,) = reading.problems(booked.pk)
    assert (one.reason, one.market, one.quantity) == ("no_rate", "Rest of Middle East", 1)
    client.force_login(fay)
    page = client.get(reverse("billing:problems")).content.decode()
    assert "Rest of Middle East" in page


def test_neither_agents_nor_managers_open_the_books(booked, ana, cleo, client):
    for agent in (ana, cleo):
        client.force_login(agent)
        for name in ("ledger", "ledger_csv", "problems"):
            assert client.get(reverse(f"billing:{name}")).status_code == 403


@pytest.mark.parametrize("query", ["month=2022-13", "month=x&number=9x", "before=x|y", "kind=<b>"])
def test_a_made_up_filter_is_left_out(booked, fay, client, query):
    client.force_login(fay)
    assert client.get(f"{reverse('billing:ledger')}?{query}").status_code == 200
