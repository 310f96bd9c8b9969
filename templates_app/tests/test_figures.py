"""Meta's own figures of a template, asked of the simulator and laid beside ours."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import BusinessAccount, Workspace
from conversations import template_results
from simulator import defaults
from simulator.faults import Fault
from simulator.models import Message
from templates_app import figures, syncing
from templates_app.models import Template, TemplateDay
from templates_app.tests.test_syncing import put, shop_account  # noqa: F401
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(meta: Any, shop_account: BusinessAccount) -> Template:  # noqa: F811
    """One template that Meta has sent once, and that a customer tapped."""
    put(meta)
    syncing.sync(shop_account)
    now, customer = meta.world.clock.now(), meta.world.ensure_customer("+4915112345678")
    about = {"number_id": defaults.NUMBER_ID, "customer_id": customer.id, "at": now}
    content = {"name": "order_ready", "language": {"code": "en_US"}}
    with meta.world.lock:
        meta.world.keep_message(
            Message(
                id="wamid.out", direction="out", type="template", content=content, category="UTILITY",
                times={"sent": now, "delivered": now}, status="delivered", **about,
            )
        )  # fmt: skip
        tap = {"text": "I come", "payload": "I come"}
        meta.world.keep_message(
            Message(
                id="wamid.in", direction="in", type="button", content=tap,
                context={"id": "wamid.out"}, **about,
            )
        )  # fmt: skip
    return Template.objects.get()


def test_meta_is_asked_at_most_hourly_and_its_days_are_kept(meta: Any, sent: Template):
    at = timezone.now()
    assert figures.refresh(sent, at=at + timedelta(seconds=1)) == ""
    day = TemplateDay.objects.get()
    assert (day.template, day.sent, day.delivered, day.read, day.clicked) == (sent, 1, 1, 0, 1)
    assert day.cost is not None
    assert day.cost > 0
    (row,) = template_results.beside(sent, at=at)
    assert (row.ours.sent, row.theirs) == (0, day)

    sent.refresh_from_db()
    meta.faults.switch_on(Fault(name="error_500"))
    assert figures.refresh(sent, at=at + timedelta(minutes=50)) == ""  # nobody is asked
    assert figures.refresh(sent, at=at + timedelta(hours=2)) != ""
    assert TemplateDay.objects.count() == 1


def test_a_day_without_reads_is_not_a_day_of_none(workspace: Workspace):
    account = world.make_account(workspace)
    template = Template.objects.create(account=account, name="sale", language="en", meta_id="7")
    point = {"template_id": "7", "start": 1_763_000_000, "sent": 5, "delivered": 4}
    day = figures._day(template, point | {"cost": [{"type": "amount_spent", "value": 0.4}]})
    assert day is not None
    assert (day.sent, day.read, day.clicked, str(day.cost)) == (5, None, None, "0.400000")
    assert figures._day(template, point | {"template_id": "8"}) is None
    assert figures._day(template, {"template_id": "7", "start": "x"}) is None
