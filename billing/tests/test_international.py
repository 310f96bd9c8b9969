"""Authentication at Meta's international rate: announced by webhook, asked for, and priced from that moment on."""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from billing import booking, international, tariffs, tasks
from billing.models import InternationalNotice, InternationalRates
from billing.tests import books
from conversations import delivery, sending
from conversations.tests.conftest import shop  # noqa: F401  a fixture
from simulator import acts
from simulator.models import Template as MetaTemplate
from templates_app.models import Template
from tests import world
from webhooks import draining
from webhooks.models import Envelope
from whatsapp.facts import AccountEvent

OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)
DAY = timedelta(days=1)
HOME, ABROAD, RATE = "authentication", "authentication_international", Decimal("0.0304")


def told(start: datetime, **others: datetime) -> dict[str, Any]:
    exceptions = [
        {"country_code": code, "start_time": int(at.timestamp())} for code, at in others.items()
    ]
    return {"start_time": int(start.timestamp()), "exception_countries": exceptions}


@pytest.fixture
def codes(number):
    """A code to somebody in India on each of ten days."""
    contact = world.make_contact(number.workspace, phone="919812345678")
    thread = world.make_conversation(number, contact=contact)
    for n in range(10):
        books.sends_template(thread, OCTOBER + n * DAY, "AUTHENTICATION")
    booking.keep_books(number.workspace_id)
    return number.account


def abroad(account: Any) -> list[bool]:
    tasks.sweep_books()
    booking.keep_books(account.workspace_id)
    lines = books.standing(account.workspace_id)
    assert {line.cost for line in lines if line.category == ABROAD} <= {RATE}
    return [line.category == ABROAD for line in lines]


def test_what_meta_announces_is_priced_from_that_moment_on(codes):
    international.record(codes, rates=told(OCTOBER + 4 * DAY))
    assert abroad(codes) == [False] * 4 + [True] * 6
    international.record(codes, rates=told(OCTOBER + 4 * DAY, IN=OCTOBER + 7 * DAY))
    assert abroad(codes) == [False] * 7 + [True] * 3
    international.record(codes, country="IN")
    assert abroad(codes) == [False] * 10, "never at home"
    international.record(codes, country="SG")
    assert abroad(codes) == [False] * 7 + [True] * 3
    assert not InternationalNotice.objects.exclude(dirty_since=None).exists()


def test_telling_it_twice_or_without_it_changes_nothing(codes):
    international.record(codes, rates=told(OCTOBER + 4 * DAY), country="SG")
    abroad(codes)
    for again in (told(OCTOBER + 4 * DAY), None):
        international.record(codes, rates=again, country="SG" if again else None)
    row = InternationalNotice.objects.get()
    assert (row.country, row.starts_at, row.dirty_since) == ("SG", OCTOBER + 4 * DAY, None)


@pytest.mark.parametrize(
    "rates",
    [
        {"start_time": "soon", "exception_countries": {"IN": 1}},
        {"start_time": 10**18, "exception_countries": ["IN", {"country_code": 7}]},
        {"start_time": None, "exception_countries": [{"country_code": "India", "start_time": 1}]},
        ["IN"],
        {},
    ],
)
def test_what_cannot_be_read_is_left_alone(codes, rates):
    international.record(codes, rates=told(OCTOBER + 4 * DAY), country="SG")
    international.record(codes, rates=rates, country=["IN"])
    row = InternationalNotice.objects.get()
    assert (row.country, row.starts_at, row.exceptions) == ("SG", OCTOBER + 4 * DAY, {})


def test_what_begins_later_prices_nothing_anew(codes):
    international.record(codes, rates=told(timezone.now() + 30 * DAY))
    assert InternationalNotice.objects.get().dirty_since is None
    assert not any(abroad(codes))


def test_what_finance_enters_stands_before_it(codes, fay, client):
    international.record(codes, rates=told(OCTOBER, ID=OCTOBER + DAY), country="SG")
    client.force_login(fay)
    page = client.get(reverse("billing:plans")).content.decode()
    for words in (
        "International authentication from",
        "Indonesia from",
        "Singapore",
        "as Meta told",
    ):
        assert words in page
    form = reverse("billing:international", args=[codes.pk])
    assert "Singapore" in client.get(form).content.decode()
    said = {"begins": "2026-10-09", "home": "Russia"}
    assert client.post(form, said).status_code == 302
    assert InternationalRates.objects.get().home == "Russia"
    assert abroad(codes) == [False] * 8 + [True] * 2
    assert "entered by you" in client.get(reverse("billing:plans")).content.decode()
    assert client.post(form, {"begins": ""}).status_code == 302
    assert abroad(codes) == [True] * 10


def test_other_events_of_the_account_say_nothing_of_it(codes):
    event = AccountEvent(waba_id="1", field="account_update", raw={}, event="ACCOUNT_DELETED")
    international.heard(event, codes)
    assert not InternationalNotice.objects.exists()


def test_it_comes_by_webhook_and_the_ledger_agrees_with_meta(meta, shop, ana):  # noqa: F811
    """Announced by the simulator, which charges by it from then on; asked of it once more."""
    world.seat(ana, shop)
    account = shop.account
    posted: list[bytes] = []

    def hear(raw: bytes, _headers: Any) -> int:
        posted.append(raw)
        return 200

    def drain() -> None:
        meta.drain()
        while posted:
            raw = posted.pop(0)
            digest = hashlib.sha256(raw).digest()
            Envelope.objects.create(app=account.app, digest=digest, body=raw)
        draining.drain()
        booking.keep_books(shop.workspace_id)

    meta.set_webhook(hear)
    body = [{"type": "BODY", "text": "Your code is 1234."}]
    template = Template.objects.create(
        account=account, name="code", language="en", category="AUTHENTICATION",
        status="APPROVED", components=body,
    )  # fmt: skip
    meta.world.templates.keep(
        MetaTemplate(
            id="7", waba_id=account.waba_id, name="code", language="en",
            category="AUTHENTICATION", components=body,
        )
    )  # fmt: skip
    start = datetime.fromtimestamp(int(meta.world.clock.now()), tz=UTC) - DAY
    waba = meta.world.waba(account.waba_id)
    acts.waba_event(meta.world, waba, {"country": "DE", "international": told(start)})
    drain()
    for n, phone in enumerate(("919812345678", "4915112345678")):
        contact = world.make_contact(shop.workspace, phone=phone)
        thread = world.make_conversation(shop, contact=contact, last_inbound_at=None)
        sending.send_template(
            thread.pk, agent=ana, token=uuid.uuid4(), seen=0, override=True,
            template_id=template.pk, values={}, at=timezone.now() + timedelta(seconds=n),
        )  # fmt: skip
        delivery.deliver(thread.pk)
    drain()
    found = {line.country: line for line in books.standing(shop.workspace_id)}
    assert {code: line.category for code, line in found.items()} == {"IN": ABROAD, "DE": HOME}
    for line in found.values():
        assert (line.meta_pricing or {})["category"] == line.category
    InternationalNotice.objects.all().delete()
    international.ask(account)
    terms = tariffs.of_workspace(shop.workspace_id).accounts[str(account.pk)]
    assert terms.priced.international is not None
    assert terms.priced.international.home == "Germany"
    assert terms.priced.international.starts_at == start
