"""The overview, budgets and what-if."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core import mail
from django.urls import reverse

from billing import booking, budgeting, overview, replaying
from billing.models import BillingPlan, Budget, BudgetAlert, LedgerEntry
from billing.tests.books import assert_totals_agree, sends, sends_template, settles, writes
from conversations import admission
from conversations.models import BulkRow, Job, JobKind, Message
from conversations.refusals import BudgetSpent
from templates_app.models import Template
from tests import world

NOW = datetime(2026, 11, 10, 9, tzinfo=UTC)
NOVEMBER = date(2026, 11, 1)
DAY = timedelta(days=1)


@pytest.fixture
def busy(number, ana):
    """Ten days of one marketing template a day and one answer; some of October."""
    BillingPlan.objects.create(
        account=number.account, begins=date(2026, 1, 1), markup_percent=Decimal(50)
    )
    thread = world.make_conversation(number)
    for n in range(12):
        at = NOW - n * DAY
        sends_template(thread, at, "MARKETING", author=ana)
        writes(thread, at + timedelta(hours=1))
        sends(thread, at + timedelta(hours=2), after=timedelta(seconds=1))
    with time_machine.travel(NOW + timedelta(hours=3), tick=False):
        booking.keep_books(number.workspace_id)
    return number.workspace


def test_what_is_spent_and_what_will_be(busy):
    today = NOW.date()
    found = overview.spend(busy.pk, month=NOVEMBER, today=today, currency="USD")
    one = Decimal("0.0802") * Decimal("1.5")
    assert found.today.amount == one
    assert found.month.amount == 10 * one
    assert found.cost
    assert found.cost.amount == 10 * Decimal("0.0802")
    assert found.forecast
    assert found.forecast.amount == 30 * one
    assert len(found.days) == 30


def test_the_free_tier_says_when_it_runs_out(busy, number):
    (tier,) = overview.tiers(busy.pk, at=NOW)
    assert (tier.used, tier.limit, tier.gone_on) == (10, 1000, None)
    BillingPlan.objects.create(account=number.account, begins=NOVEMBER, free_used=985)
    (tier,) = overview.tiers(busy.pk, at=NOW)
    assert (tier.used, tier.gone_on) == (995, date(2026, 11, 15))


@pytest.mark.parametrize("by", sorted(overview.BY))
def test_every_dimension_adds_up(busy, by):
    found = overview.shares(busy.pk, month=NOVEMBER, currency="USD", by=by)
    assert sum(share.quantity for share in found) == 20
    assert sum(share.price for share in found) == 10 * Decimal("0.0802") * Decimal("1.5")


def test_people_are_told_once_at_each_step_and_marketing_stops(busy, number, fay, ada, account):
    with time_machine.travel(NOW, tick=False):
        budget = Budget(
            workspace=busy, amount=Decimal("1.50"), currency="USD", category="marketing"
        )
        budget.stops_marketing = True
        budgeting.save(budget, by=fay, address="127.0.0.1", at=NOW)
        assert sorted(BudgetAlert.objects.values_list("percent", flat=True)) == [50, 80]
        assert sorted(message.to[0] for message in mail.outbox) == sorted([fay.email, ada.email])
        assert "80 %" in mail.outbox[0].subject
        budgeting.watch(busy.pk, at=NOW)
        assert len(mail.outbox) == 2
        for _n in range(3):
            sends_template(world.make_conversation(number), NOW, "MARKETING")
        booking.keep_books(busy.pk)
    account.refresh_from_db()
    assert account.marketing_budget_spent_at == NOW
    assert len(mail.outbox) == 4
    sale = Template.objects.create(
        account=account, name="sale", language="en", category="MARKETING", status="APPROVED"
    )
    thread = world.make_conversation(number)
    thread.number.account.refresh_from_db()
    with pytest.raises(BudgetSpent):
        admission.check_again(sale, thread)
    budgeting.watch(busy.pk, at=NOW + 25 * DAY)
    account.refresh_from_db()
    assert account.marketing_budget_spent_at is None


def test_a_month_under_another_plan_stands_beside_what_was_billed(busy, fay, client):
    lines = LedgerEntry.objects.count()
    found = replaying.replay(busy.pk, month=NOVEMBER, plan="conversation-2022", currency="USD")
    assert found.quantity == found.free == 10
    same = replaying.replay(busy.pk, month=NOVEMBER, plan="by-date", currency="USD")
    assert same.cost == 10 * Decimal("0.0802")
    assert LedgerEntry.objects.count() == lines
    client.force_login(fay)
    query = {"month": "2026-11", "plan": "conversation-2023", "currency": "USD"}
    page = client.get(reverse("billing:what_if"), query)
    assert page.context["found"].cost == 10 * Decimal("0.0802")
    assert "As it was billed" in page.content.decode()


def test_finance_opens_the_overview(busy, fay, client):
    client.force_login(fay)
    with time_machine.travel(NOW, tick=False):
        page = client.get(reverse("billing:overview"), {"by": "agent"}).content.decode()
    assert "Ana" in page
    assert 'class="bars"' in page
    for query in ("month=x", "by=x&currency=zz", "month=2020-01"):
        assert client.get(f"{reverse('billing:overview')}?{query}").status_code == 200


def test_finance_lands_in_billing_and_agents_in_the_inbox(fay, ana, client):
    for agent, page in ((fay, "/billing/"), (ana, "/inbox/")):
        client.force_login(agent)
        assert client.get("/")["Location"] == page


def test_a_budget_is_entered_and_removed(busy, fay, client):
    client.force_login(fay)
    said = {"amount": "100", "currency": "usd", "account": "", "category": ""}
    assert client.post(reverse("billing:budgets"), said).status_code == 302
    assert "100" in client.get(reverse("billing:budgets")).content.decode()
    client.post(reverse("billing:budget_removal", args=[Budget.objects.get().pk]))
    assert not Budget.objects.exists()
    assert client.post(reverse("billing:budgets"), {"amount": "0"}).status_code == 422


def test_what_was_sent_to_many_is_counted_by_campaign(number, ana, fay, client):
    BillingPlan.objects.create(account=number.account, begins=date(2026, 1, 1))
    threads = [world.make_conversation(number) for _ in range(3)]
    job = Job.objects.create(
        workspace=number.workspace, owner=ana, kind=JobKind.BULK, title="Send the template sale",
        created_at=NOW,
    )  # fmt: skip
    for thread in threads:
        row = BulkRow.objects.create(job=job, conversation=thread)
        sends_template(thread, NOW, "MARKETING", author=ana, token=row.token)
    sends_template(world.make_conversation(number), NOW, "MARKETING", author=ana)  # by hand
    with time_machine.travel(NOW + timedelta(hours=3), tick=False):
        booking.keep_books(number.workspace_id)
        pk = job.pk
        job.delete()  # jobs are kept for some months, books for years
        for message in Message.objects.filter(conversation=threads[0]):
            settles(message, "read", NOW + timedelta(hours=2))
        booking.keep_books(number.workspace_id)
        client.force_login(fay)
        page = client.get("/billing/?month=2026-11&by=campaign").content.decode()
        csv = b"".join(client.get("/billing/ledger/lines.csv?month=2026-11")).decode()
    (share,) = overview.shares(number.workspace_id, month=NOVEMBER, currency="USD", by="campaign")
    assert (share.key, share.name, share.quantity) == (str(pk), "Send the template sale", 3)
    assert share.price == 3 * Decimal("0.0802")
    assert "Send the template sale" in page
    assert f"{ana.name} · Nov 10, 2026" in page
    assert csv.count("Send the template sale · Ana · 2026-11-10") == 3
    assert_totals_agree(number.workspace_id)
    whole = Budget(workspace=number.workspace, amount=Decimal(1), currency="USD")
    many = Budget(
        workspace=number.workspace, amount=Decimal(1), currency="USD", is_of_campaigns=True
    )
    for budget in (whole, many):
        budgeting.save(budget, by=fay, address="127.0.0.1", at=NOW)
    standing = budgeting.standings(number.workspace_id, month=NOVEMBER)
    assert [one.spent for one in standing] == [4 * Decimal("0.0802"), 3 * Decimal("0.0802")]
