"""The ledger beside Meta's own count: differences by day, market, category and type, down to the messages, accepted
into the ledger with a reason.
"""

from __future__ import annotations

import hashlib
import threading
import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import BusinessAccount
from billing import accepting, asking_meta, beside_meta, booking, card_files, figures
from billing.figures import Bucket, Figure
from billing.invoices import drafting, issuing
from billing.invoices.paper import LineKind, PaperKind
from billing.models import BillingPlan, LedgerEntry, MetaDay, MetaFigure, StoredFact
from billing.tests import books, invoiced
from conversations import delivery, sending
from conversations.tests.conftest import shop  # noqa: F401  a fixture
from simulator.models import Template as MetaTemplate
from templates_app.models import Template
from tests import world
from webhooks import draining
from webhooks.models import Envelope

DAY = date(2026, 10, 5)
NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
AGREED = {"pricing": {"type": "regular", "category": "marketing", "billable": True}}
WRONG = {"pricing": {"type": "regular", "category": "utility", "billable": True}}
MARKETING = Bucket(DAY, "Russia", "marketing", "charged")
UTILITY = Bucket(DAY, "Russia", "utility", "charged")


# --- Meta's words ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("point", "what", "basis"),
    [
        ({"pricing_category": "MARKETING", "pricing_type": "REGULAR"}, "marketing", "charged"),
        ({"pricing_category": "MARKETING_LITE", "pricing_type": "REGULAR"}, "marketing", "charged"),
        (
            {"pricing_category": "SERVICE", "pricing_type": "FREE_CUSTOMER_SERVICE"},
            "service",
            "free",
        ),
        ({"pricing_category": "UTILITY", "pricing_type": "FREE_ENTRY_POINT"}, "utility", "entry"),
        (
            {"pricing_category": "AUTHENTICATION-INTERNATIONAL", "pricing_type": "REGULAR"},
            "authentication_international",
            "charged",
        ),
    ],
)
def test_a_point_of_pricing_analytics(point, what, basis):
    found = figures.of_pricing(point | {"volume": 3, "cost": 0.2406, "country": "RU"})
    assert (found.what, found.basis) == (what, basis)
    assert (found.quantity, found.cost, found.country) == (3, Decimal("0.2406"), "RU")


@pytest.mark.parametrize(
    ("point", "what", "basis"),
    [
        (
            {"conversation_direction": "USER_INITIATED", "conversation_type": "FREE_TIER"},
            "user_initiated",
            "free",
        ),
        (
            {
                "conversation_category": "UNKNOWN",
                "conversation_direction": "BUSINESS_INITIATED",
                "conversation_type": "REGULAR",
            },
            "business_initiated",
            "charged",
        ),
        (
            {"conversation_category": "SERVICE", "conversation_type": "REGULAR"},
            "service",
            "charged",
        ),
        (
            {"conversation_category": "MARKETING", "conversation_type": "FREE_ENTRY"},
            "referral_conversion",
            "entry",
        ),
    ],
)
def test_a_point_of_conversation_analytics(point, what, basis):
    found = figures.of_conversations(point | {"conversation": 2})
    assert (found.what, found.basis, found.quantity, found.cost) == (what, basis, 2, None)


@pytest.mark.parametrize(
    "point",
    [
        {"pricing_category": "MARKETING", "volume": "many"},
        {"pricing_category": "MARKETING", "volume": -1},
        {"pricing_category": "MARKETING", "volume": 10**12},
        {"pricing_category": "MARKETING", "pricing_type": "HALF_PRICE", "volume": 1},
        {"volume": 1},
    ],
)
def test_what_says_nothing_that_can_be_counted_is_refused(point):
    with pytest.raises(figures.Unreadable):
        figures.of_pricing(point)


@pytest.mark.parametrize("cost", ["NaN", "x", 1e300, None, True])
def test_a_cost_that_is_no_amount_is_none(cost):
    point = {"pricing_category": "MARKETING", "volume": 1, "cost": cost}
    assert figures.of_pricing(point).cost is None


# --- side by side ------------------------------------------------------------------------------------


def _figure(what: str, quantity: int, cost: str | None, **over: Any) -> Figure:
    said = {"country": "RU", "basis": "charged", "tier": "0:MAX", "digits": ""}
    return Figure(
        what=what, quantity=quantity, cost=Decimal(cost) if cost else None, **{**said, **over}
    )


def _told(account: BusinessAccount, *found: Figure, day: date = DAY) -> None:
    asking_meta.keep(account, day, list(found), card_files.shipped().markets.on(day))


def _messages(number: Any, n: int, *, wrong: int = 0) -> set[str]:
    """That many marketing templates of one day; of the last `wrong` Meta says that they are utility."""
    ids = set()
    for at in range(n):
        is_wrong = at >= n - wrong
        message = books.sends_template(
            world.make_conversation(number),
            NOON + timedelta(minutes=at),
            "MARKETING",
            pricing=WRONG if is_wrong else AGREED,
        )
        if is_wrong:
            ids.add(message.wamid)
    booking.keep_books(number.workspace_id)
    return ids


def _report(number: Any) -> beside_meta.Report:
    return beside_meta.report(number.workspace_id, month=DAY.replace(day=1))


def test_equal_figures_are_no_difference(number):
    _messages(number, 5)
    assert _report(number).asked == 0
    _told(number.account, _figure("marketing", 5, "0.401"))
    found = _report(number)
    assert (found.asked, found.agreed, found.charges, found.differences) == (1, 1, 5, [])


def test_a_day_that_meta_was_not_asked_about_is_not_compared(number):
    _messages(number, 5)
    _told(number.account, day=DAY + timedelta(days=1))
    assert _report(number).differences == []


def test_three_injected_mismatches_are_two_differences_and_open_down_to_the_messages(
    client, number, fay
):
    ids = _messages(number, 20, wrong=3)
    _told(
        number.account,
        _figure("marketing", 17, "1.3634"),
        _figure("utility", 3, "0.12"),
    )
    found = _report(number)
    assert [(one.bucket, one.quantity, one.cost) for one in found.differences] == [
        (MARKETING, -3, Decimal("-0.2406")),
        (UTILITY, 3, Decimal("0.12")),
    ]
    gone, come = (beside_meta.suspects(one) for one in found.differences)
    assert {one.wamid for one in gone.elsewhere} == ids
    assert {one.wamid for one in come.from_elsewhere} == ids
    assert (gone.explained, come.explained) == (-3, 3)
    client.force_login(fay)
    page = client.get("/billing/reconciliation/?month=2026-10").content.decode()
    assert "what=utility" in page
    page = client.get(
        f"/billing/reconciliation/difference/?account={number.account_id}&day=2026-10-05"
        "&market=Russia&what=utility&basis=charged"
    ).content.decode()
    assert all(wamid[-24:] in page for wamid in ids)


def test_what_meta_does_not_price_or_prices_by_another_card_is_compared_by_count(number):
    _messages(number, 2)
    _told(number.account, _figure("marketing", 2, None))
    assert _report(number).differences == []
    BillingPlan.objects.create(
        account=number.account, begins=date(2026, 1, 1), price_list="ours", currency="USD",
        billing_currency="USD",
    )  # fmt: skip
    _told(number.account, _figure("marketing", 2, "99"))
    assert _report(number).differences == []


# --- accepted ------------------------------------------------------------------------------------------


def _accept(number: Any, fay: Any, bucket: Bucket, **over: Any) -> LedgerEntry:
    about: dict[str, Any] = {"why": "Meta reclassified three", "at": timezone.now(), "address": ""}
    return accepting.accept(number.account, bucket, by=fay, **about | over)


def test_an_accepted_difference_is_a_line_with_its_reason_and_settles_the_day(number, fay):
    BillingPlan.objects.create(
        account=number.account, begins=date(2026, 1, 1), currency="USD", billing_currency="USD",
        markup_percent=Decimal(10), markup_fixed=Decimal("0.001"),
    )  # fmt: skip
    _messages(number, 20, wrong=3)
    _told(number.account, _figure("marketing", 17, "1.3634"), _figure("utility", 3, "0.12"))
    line = _accept(number, fay, UTILITY)
    assert (line.quantity, line.cost, line.price) == (3, Decimal("0.12"), Decimal("0.135"))
    assert (line.note, line.is_adjustment, line.agent_name) == (
        "Meta reclassified three",
        True,
        fay.name,
    )
    back = _accept(number, fay, MARKETING)
    assert (back.quantity, back.cost) == (-3, Decimal("-0.2406"))
    assert back.price == Decimal("-0.2406") * Decimal("1.1") - Decimal("0.003")
    assert _report(number).differences == []
    books.assert_totals_agree(number.workspace_id)
    with pytest.raises(accepting.Settled):
        _accept(number, fay, UTILITY)
    booking.reprice(number.workspace_id, since=NOON - timedelta(days=1))
    booking.keep_books(number.workspace_id)
    assert _report(number).differences == []  # pricing again does not take it back


def test_it_can_be_taken_back_by_a_line_of_its_own_once(number, fay):
    _messages(number, 2)
    _told(number.account, _figure("marketing", 3, "0.2406"))
    line = _accept(number, fay, MARKETING)
    accepting.take_back(line.pk, by=fay, address="")
    assert [one.quantity for one in _report(number).differences] == [1]
    books.assert_totals_agree(number.workspace_id)
    with pytest.raises(accepting.NotAccepted):
        accepting.take_back(line.pk, by=fay, address="")
    ours = LedgerEntry.objects.exclude(pk=line.pk).exclude(reverses=line).first()
    assert ours
    with pytest.raises(accepting.NotAccepted):
        accepting.take_back(ours.pk, by=fay, address="")


def test_without_an_amount_nothing_is_accepted(number, fay):
    _messages(number, 2)
    _told(number.account, _figure("marketing", 3, None))
    with pytest.raises(accepting.NoCost):
        _accept(number, fay, MARKETING)
    assert _report(number).differences[0].quantity == 1


def test_in_a_closed_month_it_is_on_the_invoice_of_the_next_with_its_reason(client, number, fay):
    invoiced.parties(number.workspace)
    _messages(number, 20, wrong=3)
    common: dict[str, Any] = {"by": fay, "address": ""}
    (october,) = drafting.draft(
        DAY.replace(day=1), account=number.account, kind=PaperKind.INVOICE, **common
    )
    issuing.review(october.pk, **common)
    issuing.issue(october.pk, at=timezone.now(), **common)
    _told(number.account, _figure("marketing", 17, "1.3634"), _figure("utility", 3, "0.12"))
    client.force_login(fay)
    for what in ("marketing", "utility"):
        answer = client.post(
            f"/billing/reconciliation/difference/?account={number.account_id}&day=2026-10-05"
            f"&market=Russia&what={what}&basis=charged",
            {"why": "three reclassified by Meta"},
        )
        assert answer.status_code == 302
        assert "three reclassified" in client.get(answer["Location"]).content.decode()
    assert "three reclassified" in client.get("/billing/ledger/?month=2026-11").content.decode()
    csv = b"".join(client.get("/billing/ledger/lines.csv?month=2026-11").streaming_content)
    assert b"three reclassified" in csv
    (november,) = drafting.draft(
        date(2026, 11, 1), account=number.account, kind=PaperKind.INVOICE, **common
    )
    lines = november.as_paper.lines
    assert [line.kind for line in lines] == [LineKind.ADJUSTMENT] * 2
    assert all("three reclassified by Meta" in line.words for line in lines)
    assert november.total == Decimal("-0.12")  # 0.12 - 0.2406, a line rounded each


@pytest.mark.django_db(transaction=True)
def test_accepted_twice_at_once_it_is_one_line(number, fay):
    _messages(number, 2)
    _told(number.account, _figure("marketing", 3, "0.2406"))
    done: list[str] = []

    def accept() -> None:
        try:
            _accept(number, fay, MARKETING)
            done.append("line")
        except accepting.Settled:
            done.append("settled")
        finally:
            connection.close()

    both = [threading.Thread(target=accept) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(timeout=60)
    assert sorted(done) == ["line", "settled"]


# --- asked -----------------------------------------------------------------------------------------------


def test_meta_that_does_not_answer_is_said_and_nothing_is_lost(client, shop, fay):  # noqa: F811
    _messages(shop, 1)
    _told(shop.account, _figure("marketing", 3, "0.2406"))
    shop.account.token = "expired"
    shop.account.save(update_fields=["token"])
    asking_meta.ask(shop.account_id, [DAY])
    assert MetaDay.objects.get().problem
    assert MetaFigure.objects.count() == 1
    client.force_login(fay)
    page = client.get("/billing/reconciliation/?month=2026-10").content.decode()
    assert MetaDay.objects.get().problem.split("'")[0] in page


def test_three_messages_that_meta_prices_otherwise_are_found_through_the_whole_product(
    meta,
    shop,  # noqa: F811
    ana,
):
    """Sent by the worker, told by the simulator's statuses, counted by its analytics."""
    world.seat(ana, shop)
    body = [{"type": "BODY", "text": "Everything half price."}]
    template = Template.objects.create(
        account=shop.account, name="sale", language="en", category="MARKETING", status="APPROVED",
        components=body,
    )  # fmt: skip
    meta.world.templates.keep(
        MetaTemplate(
            id="7", waba_id=shop.account.waba_id, name="sale", language="en", category="MARKETING",
            components=body,
        )
    )  # fmt: skip
    posted: list[bytes] = []

    def hear(raw: bytes, _headers: Any) -> int:
        posted.append(raw)
        return 200

    meta.set_webhook(hear)
    for n in range(8):
        phone = f"7921555010{n}"
        contact = world.make_contact(shop.workspace, phone=phone)
        thread = world.make_conversation(shop, contact=contact, last_inbound_at=None)
        if n >= 5:
            meta.world.ensure_customer(phone, priced_as={"category": "utility"})
        sending.send_template(
            thread.pk, agent=ana, token=uuid.uuid4(), seen=0, override=True,
            template_id=template.pk, values={}, at=timezone.now(),
        )  # fmt: skip
        delivery.deliver(thread.pk)
    meta.drain()
    for raw in posted:
        digest = hashlib.sha256(raw).digest()
        Envelope.objects.create(app=shop.account.app, digest=digest, body=raw)
    draining.drain()
    booking.keep_books(shop.workspace_id)
    today = datetime.fromtimestamp(meta.world.clock.now(), tz=UTC).date()
    asking_meta.ask(shop.account_id, [today])
    found = beside_meta.report(shop.workspace_id, month=today.replace(day=1))
    assert {(one.bucket.what, one.quantity) for one in found.differences} == {
        ("marketing", -3),
        ("utility", 3),
    }
    wrong = StoredFact.objects.order_by("pk").values_list("wamid", flat=True)[5:]
    for one in found.differences:
        behind = beside_meta.suspects(one)
        assert {row.wamid for row in (*behind.elsewhere, *behind.from_elsewhere)} == set(wrong)
