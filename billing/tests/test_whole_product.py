"""The worked example of PRODUCT.md through the whole product: verbs, the worker, Meta as the simulator plays it
with its clock moved, its signed statuses and the customer's messages through the drain, and the ledger at the end.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Agent, PricingPlan
from billing import booking, quoting
from billing.explaining import explain
from billing.models import BillingPlan
from billing.quoting import Recipient
from billing.tests.books import standing
from conversations import delivery, sending
from conversations.models import Conversation
from conversations.refusals import WindowClosed
from conversations.tests.conftest import shop  # noqa: F401  a fixture
from simulator.models import Template as MetaTemplate
from templates_app.models import Template
from tests import world
from webhooks import draining
from webhooks.models import Envelope

PHONE = "79215550101"
BODY = [{"type": "BODY", "text": "Your order is ready."}]


class Story:
    """Time, the company and the customer; `at` counts from day 1, 17:00."""

    def __init__(self, meta: Any, number: Any, agent: Agent, currency: str) -> None:
        self.meta, self.shop, self.agent = meta, number, agent
        account = number.account
        account.pricing_plan = PricingPlan.CONVERSATION_2022
        account.save(update_fields=["pricing_plan"])
        self.start = self.now()
        for begins in (self.start, self.start + timedelta(days=15)):  # whichever month it falls in
            BillingPlan.objects.get_or_create(
                account=account, begins=begins.date().replace(day=1),
                defaults={
                    "pricing": "conversation-2022", "currency": currency,
                    "billing_currency": currency, "free_used": 1000,
                },
            )  # fmt: skip
        self.posted: list[bytes] = []
        meta.set_webhook(self._receive)
        waba = meta.world.wabas[account.waba_id]
        meta.world.wabas[account.waba_id] = replace(waba, pricing_model="CBP-I")
        contact = world.make_contact(number.workspace, phone=PHONE)
        self.thread = world.make_conversation(number, contact=contact, last_inbound_at=None)
        self.customer = meta.world.customer(f"+{PHONE}", number_id=number.phone_number_id)
        self.template = Template.objects.create(
            account=account, name="order_ready", language="en", category="UTILITY",
            status="APPROVED", components=BODY,
        )  # fmt: skip
        meta.world.templates["77"] = MetaTemplate(
            id="77", waba_id=account.waba_id, name="order_ready", language="en",
            category="UTILITY", components=BODY,
        )  # fmt: skip

    def _receive(self, body: bytes, headers: Any) -> int:
        self.posted.append(body)
        return 200

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.meta.world.clock.now(), tz=UTC)

    def at(self, *, days: int = 0, hours: int = 0, minutes: int = 0) -> None:
        """Until then, time passes for everybody."""
        moment = self.start + timedelta(days=days, hours=hours, minutes=minutes)
        self.meta.world.time_passes(seconds=(moment - self.now()).total_seconds())

    def listen(self) -> None:
        self.meta.drain()
        for body in self.posted:
            digest = hashlib.sha256(body).digest()
            Envelope.objects.create(app=self.shop.account.app, digest=digest, body=body)
        self.posted.clear()
        draining.drain()
        booking.keep_books(self.shop.workspace_id)
        self.thread = Conversation.objects.get(pk=self.thread.pk)

    def _send(self, verb: Callable[..., Any], **about: Any) -> None:
        how = {"agent": self.agent, "token": uuid.uuid4(), "seen": 0, "override": True}
        verb(self.thread.pk, **how, **about, at=self.now())
        delivery.deliver(self.thread.pk)
        self.listen()

    def sends_template(self) -> None:
        self._send(sending.send_template, template_id=self.template.pk, values={})

    def replies(self) -> None:
        self._send(sending.reply, text="Yes, of course")

    def may_not_reply(self) -> bool:
        with pytest.raises(WindowClosed):
            self._send(sending.reply, text="Hello?")
        return True

    def customer_writes(self) -> None:
        self.customer.writes("Thank you")
        self.listen()

    def quoted(self, kind: str) -> quoting.Quote:
        thread = Conversation.objects.select_related("contact", "number__account").get(
            pk=self.thread.pk
        )
        return quoting.quote(
            Recipient(thread), number=self.shop, kind=kind, category="utility", at=self.now()
        )


@pytest.mark.parametrize(
    ("currency", "prices"),
    [("USD", ["0.0663", "0.0398", "0.0663"]), ("RUB", ["5.10", "3.05", "5.10"])],
)
@pytest.mark.django_db
def test_the_worked_example_through_the_whole_product(meta, shop, ana, currency, prices):  # noqa: F811
    world.seat(ana, shop)
    story = Story(meta, shop, ana, currency)
    assert story.may_not_reply()
    assert story.quoted("template").verdict == "opens"
    story.sends_template()  # day 1, 17:00: opens conversation 1
    story.at(minutes=10)
    assert story.quoted("template").verdict == "joins"
    story.sends_template()
    story.sends_template()
    assert story.may_not_reply()
    story.at(minutes=15)
    story.customer_writes()
    story.replies()
    story.at(hours=3, minutes=31)  # 20:31
    story.customer_writes()
    story.at(days=1, hours=2, minutes=15)  # day 2, 19:15: conversation 1 has ended
    assert str(story.quoted("free_form").price) == f"{prices[1]} {currency}"
    story.replies()  # opens conversation 2
    story.at(days=2, hours=2, minutes=14)  # day 3, 19:14: beyond 24 h, inside conversation 2
    story.replies()
    story.at(days=2, hours=2, minutes=16)
    assert story.may_not_reply()
    story.at(days=2, hours=4)  # day 3, 21:00
    assert story.may_not_reply()
    story.sends_template()  # opens conversation 3
    story.at(days=3, hours=1)
    story.customer_writes()
    story.replies()
    found = standing(shop.workspace_id)
    assert [line.kind for line in found] == [
        "business_initiated",
        "user_initiated",
        "business_initiated",
    ]
    assert [line.price for line in found] == [Decimal(price) for price in prices]
    total = sum(line.price or 0 for line in found)
    assert total == {"USD": Decimal("0.1724"), "RUB": Decimal("13.25")}[currency]
    assert not any(line.is_estimated for line in found)
    assert all(line.meta_pricing["category"] == line.kind for line in found if line.meta_pricing)
    assert "Ana" in explain(found[0]).sentence
