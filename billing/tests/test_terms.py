"""Plans, prices and exchange rates as finance enters them, and what the ledger makes of it."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import AuditEntry, PricingPlan
from billing import booking, card_files, reading, tariffs
from billing.models import BillingPlan, BillingSettings, ExchangeRate, StoredCard
from billing.tests import books
from billing.tests.books import sends_template, standing
from tests import world

NOW = datetime(2026, 11, 10, 9, tzinfo=UTC)
PLAN = {
    "begins": "2026-11-01", "pricing": "by-date", "currency": "usd", "billing_currency": "RUB", "markup_percent": "20",
    "marketing_fixed": "0.5", "licence_fee": "4900", "tax_percent": "20",
}  # fmt: skip


@pytest.fixture
def finance(fay, client):
    client.force_login(fay)
    return client


def test_a_plan_with_its_rate_prices_what_was_sent_before_it_was_entered(
    finance, account, number, workspace
):
    sends_template(world.make_conversation(number), NOW, "MARKETING")
    sends_template(world.make_conversation(number), NOW, "UTILITY")
    booking.keep_books(workspace.pk)
    answer = finance.post(reverse("billing:plan_new", args=[account.pk]), PLAN)
    assert answer.status_code == 302
    booking.keep_books(workspace.pk)
    assert {line.reason for line in standing(workspace.pk)} == {"no_exchange_rate"}
    page = finance.get(reverse("billing:problems")).content.decode()
    assert "/billing/exchange-rates/?base=USD&amp;quote=RUB&amp;begins=2026-11-10" in page
    rate = {"begins": "2026-11-01", "base": "USD", "quote": "RUB", "rate": "90.5", "source": "Bank"}
    assert finance.post(reverse("billing:exchange"), rate).status_code == 302
    booking.keep_books(workspace.pk)
    marketing, utility = standing(workspace.pk)
    if marketing.category != "marketing":
        marketing, utility = utility, marketing
    assert marketing.price == Decimal("0.0802") * Decimal("90.5") + Decimal("0.5")
    assert utility.price == Decimal("0.0400") * Decimal("90.5") * Decimal("1.2")
    books.assert_totals_agree(workspace.pk)
    acts = set(AuditEntry.objects.values_list("act", flat=True))
    assert acts == {"billing.plan_saved", "billing.exchange_entered"}


def test_the_window_follows_the_plan_in_force(finance, account):
    plan = {**PLAN, "pricing": "conversation-2022", "begins": "2026-01-01"}
    finance.post(reverse("billing:plan_new", args=[account.pk]), plan)
    account.refresh_from_db()
    assert account.pricing_plan == PricingPlan.CONVERSATION_2022
    row = BillingPlan.objects.get()
    finance.post(reverse("billing:plan", args=[row.pk]), {**plan, "pricing": "by-date"})
    account.refresh_from_db()
    assert account.pricing_plan == PricingPlan.CURRENT


def test_two_plans_cannot_begin_on_one_day(finance, account):
    for expected in (302, 422):
        answer = finance.post(reverse("billing:plan_new", args=[account.pk]), PLAN)
        assert answer.status_code == expected


def test_a_missing_rate_is_settled_by_entering_it(finance, number, workspace):
    about = {"begins": date(2022, 2, 1), "pricing": "conversation-2022", "free_used": 1000}
    BillingPlan.objects.create(account=number.account, **about)
    oman = world.make_contact(workspace, phone="96890000001")
    sends_template(world.make_conversation(number, contact=oman), books.START)
    booking.keep_books(workspace.pk)
    (problem,) = reading.problems(workspace.pk)
    assert (problem.reason, problem.market) == ("no_rate", "Rest of Middle East")
    page = finance.get(reverse("billing:problems")).content.decode()
    link = page.partition('href="/billing/cards/rate/')[2].partition('"')[0].replace("&amp;", "&")
    form = finance.get(reverse("billing:rate") + link).context["form"]
    assert (
        finance.post(reverse("billing:rate"), {**form.initial, "rate": "0.0777"}).status_code == 302
    )
    booking.keep_books(workspace.pk)
    assert reading.problems(workspace.pk) == []
    (line,) = standing(workspace.pk)
    assert line.cost == Decimal("0.0777")
    assert line.card == f"own-{StoredCard.objects.get().pk}"


def test_an_own_card_leaves_the_map_of_markets_as_it_is(finance, workspace):
    rate = {"model": "pmp", "currency": "USD", "market": "Kazakhstan", "category": "utility"}
    finance.post(reverse("billing:rate"), {**rate, "rate": "0.01", "begins": "2026-10-01"})
    cards = tariffs.cards_of(workspace.pk)
    found = cards.in_force(model="pmp", currency="USD", on=date(2026, 11, 1))
    assert found
    assert found.bands("Kazakhstan", "utility")[0].rate == Decimal("0.01")
    assert found.bands("Russia", "utility")
    assert cards.markets.on(date(2026, 11, 1)).prefixes["7700"[:2]] == "Kazakhstan"


def wide(rate="0.0500"):
    rows = [
        ["Market", "Currency", "Marketing", "Utility", "Authentication", "Service"],
        ["Russia", "$US", "8.0E-2", rate, "0.04", "n/a"],
    ]
    return "\n".join(",".join(row) for row in rows).encode()


def sheet():
    book = openpyxl.Workbook()
    for row in [
        ["Market", "Currency", "Marketing"],
        ["Russia", "USD", 0.0008],
        ["India", "USD", 1],
    ]:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


LONG = b"model,effective_from,currency,market,country_codes,category,tier_from,tier_to,rate\n"
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
WIDE_ROWS = (
    SHEET
    + "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(1, 9))
    + "</sheetData></worksheet>"
)


def packed(words: str) -> bytes:
    """A workbook whose first sheet is this XML."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sheet())) as whole, zipfile.ZipFile(out, "w") as made:
        for name in whole.namelist():
            made.writestr(name, words if name.endswith("sheet1.xml") else whole.read(name))
    return out.getvalue()


def upload(client, content, **over: Any):
    file = SimpleUploadedFile("card.csv", content)
    about = {"file": file, "model": "pmp", "effective_from": "2026-12-01"}
    return client.post(reverse("billing:upload"), about | over)


def test_a_file_shows_what_it_changes_before_it_is_stored(finance, workspace):
    answer = upload(finance, wide())
    assert answer.status_code == 200
    assert not StoredCard.objects.exists()
    found = {(one.market, one.category): one for one in answer.context["differences"]}
    assert found["Russia", "utility"].after == Decimal("0.0500")
    assert found["Russia", "marketing"].before == Decimal("0.0802")
    assert found["India", "utility"].after is None
    confirmed = answer.context["confirm"].initial
    sent = {name: value for name, value in confirmed.items() if value is not None}
    assert finance.post(reverse("billing:card_import"), sent).status_code == 302
    (card,) = (c for c in tariffs.cards_of(workspace.pk).by_id.values() if c.id.startswith("own"))
    assert card.bands("Russia", "marketing")[0].rate == Decimal("0.08")
    assert card.effective_from == date(2026, 12, 1)


def test_a_workbook_is_read_exactly(finance):
    answer = upload(finance, sheet())
    found = {(one.market, one.category): one.after for one in answer.context["differences"]}
    assert found["Russia", "marketing"] == Decimal("0.0008")
    assert found["India", "marketing"] == Decimal(1)


@pytest.mark.parametrize(
    ("content", "cell"),
    [
        (wide("0,0500"), "row 2"),
        (wide("1,940").replace(b"1,940", b'"1,940"'), "row 2, utility"),
        (wide().replace(b"$US", b"dollars"), "row 2, currency"),
        (b"\xff\xfe\x00", "row 1, file"),
        (b"PK\x03\x04broken", "row 1, file"),
        (b"", "row 1"),
        (packed("<worksheet><sheetData><row"), "row 1, file"),
        (packed(WIDE_ROWS), "row 1"),
        (b"Market,Currency\n" + b"x" * 140_000 + b",USD", "row"),
        (LONG + b"foo,2026-01-01,USD,India,91,marketing,0,,0.1", "row 2, model"),
        (
            LONG + b"pmp,2026-01-01,USD,India,91,marketing," + b"1" * 5000 + b",,0.1",
            "row 2, tier_from",
        ),
        (LONG + b"pmp,2026-01-01,USD,India,91,marketing,0,," + b"9" * 20, "row 2, rate"),
        (LONG + b"pmp,2026-01-01,USD," + b"I" * 61 + b",91,marketing,0,,0.1", "row 2, market"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused_with_its_cell(finance, content, cell):
    answer = upload(finance, content or b" ")
    assert answer.status_code == 422
    assert cell in " ".join(answer.content.decode().replace("<strong>", "").split())


def test_every_card_that_ships_has_its_page(finance):
    for card in card_files.shipped().by_id:
        assert finance.get(reverse("billing:card", args=[card])).status_code == 200
    assert finance.get(reverse("billing:cards")).status_code == 200


def test_finance_decides_whether_agents_see_prices(finance, workspace):
    finance.post(reverse("billing:prices_shown"), {})
    assert BillingSettings.objects.get().agents_see_prices is False


def test_what_is_taken_away_is_priced_as_before(finance, number, workspace):
    sends_template(world.make_conversation(number), NOW, "UTILITY")
    row = ExchangeRate.objects.create(
        workspace=workspace, base="USD", quote="RUB", begins=date(2026, 1, 1), rate=90
    )
    plan = BillingPlan.objects.create(
        account=number.account, begins=date(2026, 1, 1), billing_currency="RUB"
    )
    booking.keep_books(workspace.pk)
    finance.post(reverse("billing:exchange_removal", args=[row.pk]))
    booking.keep_books(workspace.pk)
    assert standing(workspace.pk)[0].reason == "no_exchange_rate"
    finance.post(reverse("billing:plan_removal", args=[plan.pk]))
    booking.keep_books(workspace.pk)
    assert standing(workspace.pk)[0].price == Decimal("0.04")
    assert NOW - timedelta(days=1) < standing(workspace.pk)[0].opened_at


TIERS = """,,Utility,,,,,Authentication,,,,,Authentication-International,,,,
Market,Currency,From,To,Rate type,Rate,vs,From,To,Rate type,Rate,vs,From,To,Rate type,Rate,vs
Russia,$US,0,2,List rate,0.05,0%,n/a,n/a,n/a,n/a,n/a,n/a,n/a,n/a,n/a,n/a
,$US,3,--,Tier,0.03,-40%,n/a,n/a,n/a,n/a,n/a,n/a,n/a,n/a,n/a,n/a
"""


def test_volume_tiers_come_with_the_card_and_price_the_messages_of_their_bands(
    finance, workspace, number
):
    answer = upload(
        finance,
        wide(),
        effective_from="2026-10-01",
        tiers=SimpleUploadedFile("tiers.csv", TIERS.encode()),
    )
    found = {
        (one.market, one.category, one.band): one.after for one in answer.context["differences"]
    }
    assert found["Russia", "utility", "0:2"] == Decimal("0.05")
    assert found["Russia", "utility", "3:MAX"] == Decimal("0.03")
    confirmed = answer.context["confirm"].initial
    sent = {name: value for name, value in confirmed.items() if value is not None}
    assert finance.post(reverse("billing:card_import"), sent).status_code == 302
    for n in range(4):
        at = datetime(2026, 10, 5, 12 + n, tzinfo=UTC)
        books.sends_template(world.make_conversation(number), at)
    booking.keep_books(workspace.pk)
    lines = books.standing(workspace.pk)
    assert [f"{line.cost:.2f}" for line in lines] == ["0.05", "0.05", "0.03", "0.03"]
    assert [line.tier for line in lines] == ["0:2", "0:2", "3:MAX", "3:MAX"]


def test_tiers_that_do_not_fit_are_refused_with_their_cell(finance):
    tiers = SimpleUploadedFile("tiers.csv", TIERS.replace("0.03", '"0,03"').encode())
    answer = upload(finance, wide(), tiers=tiers)
    assert answer.status_code == 422
    assert "utility rate" in answer.content.decode()


def test_authentication_is_international_from_the_day_that_is_entered(finance, account, number):
    page = reverse("billing:international", args=[account.pk])
    conversation = world.make_conversation(
        number, contact=world.make_contact(account.workspace, phone="919812345678")
    )
    for day in (4, 6):
        at = datetime(2026, 10, day, 12, tzinfo=UTC)
        books.sends_template(conversation, at, "AUTHENTICATION")
    booking.keep_books(account.workspace_id)
    assert {line.category for line in books.standing(account.workspace_id)} == {"authentication"}
    said = {"begins": "2026-10-05", "home": "Russia", "exceptions": ""}
    assert finance.post(page, said).status_code == 302
    booking.keep_books(account.workspace_id)
    lines = books.standing(account.workspace_id)
    assert [line.category for line in lines] == ["authentication", "authentication_international"]
    assert lines[1].cost == Decimal("0.0304")
    assert finance.post(page, said | {"exceptions": "India 2026-10-07"}).status_code == 302
    booking.keep_books(account.workspace_id)
    assert {line.category for line in books.standing(account.workspace_id)} == {"authentication"}
    assert "India 2026-10-07" in finance.get(page).content.decode()
    assert finance.post(page, {"begins": ""}).status_code == 302
    assert account.workspace_id == number.workspace_id


@pytest.mark.parametrize(
    "said",
    [
        {"begins": "2026-10-05", "home": ""},
        {"begins": "soon", "home": "Russia"},
        {"begins": "2026-10-05", "home": "Atlantis"},
        {"begins": "2026-10-05", "home": "Russia", "exceptions": "Atlantis 2026-10-05"},
        {"begins": "2026-10-05", "home": "Russia", "exceptions": "India someday"},
    ],
)
def test_what_is_no_day_or_market_is_refused(finance, account, said):
    answer = finance.post(reverse("billing:international", args=[account.pk]), said)
    assert answer.status_code == 422
