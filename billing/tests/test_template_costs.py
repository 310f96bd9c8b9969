"""What a template cost, and what Meta's announced change of its category would have made of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import PhoneNumber, Role
from billing import booking, template_costs
from billing.money import Money
from billing.tests.books import sends_template
from templates_app.models import Template
from tests import world

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_a_move_to_marketing_is_priced_on_what_was_sent(number: PhoneNumber):
    row = {"account": number.account, "name": "order_ready", "status": "APPROVED"}
    template = Template.objects.create(**row, language="en", category="UTILITY")
    other = Template.objects.create(**row, language="ru", category="UTILITY")
    for days in (1, 1, 2, 40):
        thread = world.make_conversation(number, open_window=False)
        sends_template(thread, NOW - timedelta(days=days), template=template)
    sends_template(world.make_conversation(number), NOW - timedelta(days=3), template=other)
    booking.keep_books(number.workspace_id)
    costs = template_costs.of(template, at=NOW)
    assert [len(sums) for _day, sums in costs.days] == [1, 1]
    assert [language for language, _pk, _sums in costs.languages] == ["en", "ru"]
    (total,) = costs.total
    assert total == Money(sum((s[0].amount for _d, s in costs.days), Decimal(0)), total.currency)

    move = template_costs.moved(template, to="MARKETING", at=NOW)
    assert (move.count, move.unpriced) == (3, 0)
    assert move.now == costs.total
    assert move.difference is not None
    assert move.difference.amount > 0
    same = template_costs.moved(template, to="UTILITY", at=NOW)
    assert same.then == costs.total


def test_what_it_costs_that_meta_has_another_category_than_was_asked_for(number: PhoneNumber):
    template = Template.objects.create(
        account=number.account, name="sale", language="en", category="MARKETING",
        asked_category="UTILITY",
    )  # fmt: skip
    client = Client()
    client.force_login(world.make_agent(number.workspace, "Cleo", Role.MANAGER))
    address = f"/billing/templates/{template.pk}/move/?since=asked"
    assert "it was not sent" in client.get(address).content.decode()
    sends_template(
        world.make_conversation(number), timezone.now(), category="MARKETING", template=template
    )
    booking.keep_books(number.workspace_id)
    move = template_costs.moved(template, to=template.asked_category, at=timezone.now())
    assert move.extra is not None
    assert move.extra.amount > 0
    page = client.get(address).content.decode()
    assert "as it was asked for:" in page
    assert "the change costs" in page
    same = template_costs.moved(template, to="MARKETING", at=timezone.now())
    assert same.extra is None


def test_who_writes_templates_sees_it_on_the_page(number: PhoneNumber):
    template = Template.objects.create(
        account=number.account, name="sale", language="en", category_due="MARKETING"
    )
    cleo = world.make_agent(number.workspace, "Cleo", Role.MANAGER)
    client = Client()
    client.force_login(cleo)
    assert (
        f"/billing/templates/{template.pk}/move/"
        in client.get(f"/templates/{template.pk}/").content.decode()
    )
    sends_template(world.make_conversation(number), timezone.now(), template=template)
    booking.keep_books(number.workspace_id)
    for piece in ("move", "costs"):
        page = client.get(f"/billing/templates/{template.pk}/{piece}/")
        assert page.status_code == 200
        assert "USD" in page.content.decode()


def test_a_draft_that_advertises_is_told_what_marketing_costs_more(number: PhoneNumber):
    assert template_costs.gap(number.account, since="utility", to="marketing", at=NOW) is None
    template = Template.objects.create(account=number.account, name="a", language="en")
    sends_template(world.make_conversation(number), timezone.now(), template=template)
    booking.keep_books(number.workspace_id)
    now = timezone.now()
    found = template_costs.gap(number.account, since="utility", to="marketing", at=now)
    assert found is not None
    assert found.difference.amount > 0
    client = Client()
    client.force_login(world.make_agent(number.workspace, "Cleo", Role.MANAGER))
    page = client.get(f"/billing/accounts/{number.account_id}/category-gap/").content.decode()
    assert found.market in page
    assert "+" in page
