"""Invoices: sums that agree in every form, numbers without a gap, and nothing that changes once issued."""

from __future__ import annotations

import csv
import io
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from accounts.models import AuditEntry, Role
from billing import booking, exports
from billing.invoices import drafting, issuing, mailing, sheets, words
from billing.invoices.paper import Line, LineKind, PaperKind, from_json, to_json
from billing.invoices.pdf import data_of, pdf
from billing.models import (
    BillingPlan,
    ClosedMonth,
    ExchangeRate,
    Invoice,
    InvoiceState,
    LedgerEntry,
)
from billing.tests import books, invoiced
from billing.tests.invoiced import OCTOBER
from tests import world

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
AT: dict[str, Any] = {"at": NOW, "address": "127.0.0.1"}

amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
lines = st.lists(
    st.builds(
        Line, st.sampled_from(LineKind), st.text(max_size=30), st.integers(-(10**6), 10**6), amounts
    ),
    max_size=6,
).map(tuple)
papers = st.builds(invoiced.paper, lines=lines, tax_percent=st.decimals(0, 99, places=2))


# --- the paper -------------------------------------------------------------------------------------


@given(papers)
def test_a_paper_reads_back_as_it_was_written(paper):
    assert from_json(to_json(paper)) == paper


@given(papers)
def test_the_sums_agree_in_every_form(paper):
    assert paper.total == paper.net + paper.tax
    rows = list(csv.reader(io.StringIO(sheets.csv_text(paper).removeprefix("\ufeff"))))
    assert sum(Decimal(row[6]) for row in rows[1:-3]) == paper.net == Decimal(rows[-3][6])
    assert Decimal(rows[-1][6]) == paper.total
    assert data_of(paper)["total"] == words.money(paper.total, "RUB", "en")


@given(papers)
def test_a_credit_note_takes_back_the_whole(paper):
    note = paper.credited(number="K-1", issued_on=date(2026, 11, 3), reason="Wrong buyer")
    assert note.net + paper.net == 0
    assert abs(note.tax + paper.tax) <= Decimal("0.01")


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("23436.24", "Двадцать три тысячи четыреста тридцать шесть рублей 24 копейки"),
        ("1.01", "Один рубль 01 копейка"),
        ("0", "Ноль рублей 00 копеек"),
        ("1000002.11", "Один миллион два рубля 11 копеек"),
    ],
)
def test_an_amount_is_said_as_a_russian_accountant_writes_it(amount, said):
    assert words.in_words(Decimal(amount), "RUB", "ru") == said


@pytest.mark.parametrize("language", ["ru", "en"])
def test_names_are_never_markup(language):
    tricky = '#panic("x") *bold* $a$ [b] \\ "q" <i> @label `c` // comment'
    made = invoiced.paper(language=language, buyer=invoiced.BUYER.__class__(tricky, tricky))
    assert pdf(made).startswith(b"%PDF")


def test_a_thousand_lines_make_a_pdf():
    many = tuple(
        Line(LineKind.CONVERSATIONS, f"Message to market {n}", n, Decimal(n) / 100)
        for n in range(1000)
    )
    assert len(pdf(invoiced.paper(lines=many))) > 10_000


# --- drafting --------------------------------------------------------------------------------------


@pytest.fixture
def booked(number, fay):
    """The worked example of the 2022 plan: three charges, 13.25 roubles."""
    invoiced.parties(number.workspace)
    return number


def test_a_draft_has_the_fees_and_what_the_ledger_says(number, fay):
    invoiced.parties(number.workspace)
    BillingPlan.objects.create(
        account=number.account, begins=date(2026, 9, 1), billing_currency="USD",
        licence_fee=Decimal("15.00"), licence_per_seat=True, subscription_fee=Decimal("9.99"),
        tax_percent=Decimal(20),
    )  # fmt: skip
    conversation = world.make_conversation(number)
    at = datetime(2026, 10, 5, 12, tzinfo=UTC)
    for n in range(3):
        books.sends_template(conversation, at + timedelta(hours=n), "MARKETING")
    booking.keep_books(number.workspace_id)
    [draft] = drafting.draft(OCTOBER, account=None, kind=PaperKind.INVOICE, by=fay, address="")
    paper = draft.as_paper
    kinds = [line.kind for line in paper.lines]
    assert kinds[:2] == [LineKind.LICENCE, LineKind.SUBSCRIPTION]
    seats = number.workspace.agents.filter(is_active=True).count()
    assert paper.lines[0].amount == 15 * seats
    charged = LedgerEntry.objects.filter(month=OCTOBER, is_free=False)
    exact = sum((line.price for line in charged if line.price is not None), Decimal(0))
    billed = sum(line.amount for line in paper.lines[2:])
    assert charged.count() == 3
    assert abs(billed - exact) < Decimal("0.01") * len(paper.lines)
    assert paper.tax == (paper.net * Decimal("0.2")).quantize(Decimal("0.01"))
    [again] = drafting.draft(OCTOBER, account=None, kind=PaperKind.INVOICE, by=fay, address="")
    assert again.pk == draft.pk


def test_charges_stand_by_price_and_on_wish_with_the_mark_up_apart(number, fay):
    parties = invoiced.parties(number.workspace)
    BillingPlan.objects.create(
        account=number.account, begins=date(2026, 9, 1), currency="USD", billing_currency="RUB",
        markup_percent=Decimal(10),
    )  # fmt: skip
    for day, rate in ((1, "80"), (10, "90")):
        ExchangeRate.objects.create(
            workspace=number.workspace, base="USD", quote="RUB", begins=date(2026, 10, day),
            rate=Decimal(rate),
        )  # fmt: skip
    conversation = world.make_conversation(number)
    for day in (5, 6, 12):
        at = datetime(2026, 10, day, 12, tzinfo=UTC)
        books.sends_template(conversation, at, "MARKETING")
    booking.keep_books(number.workspace_id)
    common: dict[str, Any] = {"kind": PaperKind.INVOICE, "by": fay, "address": ""}

    def told() -> list[tuple[LineKind, int, str, str]]:
        [draft] = drafting.draft(OCTOBER, account=number.account, **common)
        return [
            (line.kind, line.quantity, f"{line.unit_price:f}", str(line.amount))
            for line in draft.as_paper.lines
        ]

    charged = LineKind.CONVERSATIONS
    assert told() == [(charged, 1, "7.9398", "7.94"), (charged, 2, "7.0576", "14.12")]
    parties.markup_apart = True
    parties.save(update_fields=["markup_apart"])
    assert told() == [
        (charged, 1, "7.218", "7.22"),
        (charged, 2, "6.416", "12.83"),
        (LineKind.MARKUP, 1, "2.01", "2.01"),
    ]


def test_more_prices_than_can_be_read_are_averaged(number, fay, monkeypatch):
    monkeypatch.setattr(drafting, "MOST_PRICES", 1)
    invoiced.parties(number.workspace)
    for hour, category in enumerate(("MARKETING", "UTILITY", "MARKETING")):
        at = datetime(2026, 10, 5, hour, tzinfo=UTC)
        books.sends_template(world.make_conversation(number), at, category)
    booking.keep_books(number.workspace_id)
    [draft] = drafting.draft(
        OCTOBER, account=number.account, kind=PaperKind.INVOICE, by=fay, address=""
    )
    assert [(line.quantity, line.unit, line.amount) for line in draft.as_paper.lines] == [
        (2, None, Decimal("0.16")),
        (1, None, Decimal("0.04")),
    ]


def test_without_seller_and_buyer_nothing_is_drafted(number, fay):
    with pytest.raises(drafting.NoParties):
        drafting.draft(OCTOBER, account=None, kind=PaperKind.INVOICE, by=fay, address="")


def test_an_empty_month_has_nothing_to_bill(number, fay):
    invoiced.parties(number.workspace)
    with pytest.raises(drafting.NothingToBill):
        drafting.draft(OCTOBER, account=None, kind=PaperKind.INVOICE, by=fay, address="")


# --- its life --------------------------------------------------------------------------------------


def issued(account, by, **over: Any) -> Invoice:
    draft = invoiced.draft_of(account, **over)
    issuing.review(draft.pk, by=by, address="")
    return issuing.issue(draft.pk, by=by, **AT)


def test_an_issued_invoice_is_numbered_frozen_and_closes_its_month(number, fay):
    invoiced.parties(number.workspace)
    invoice = issued(number.account, fay)
    assert (invoice.number, invoice.state) == ("NT-2026-0001", InvoiceState.ISSUED)
    closed = ClosedMonth.objects.get(account=number.account, month=OCTOBER)
    assert (closed.closed_by, closed.closed_at) == (fay, NOW)
    assert AuditEntry.objects.filter(act="billing.month_closed").count() == 1
    for act in (issuing.review, issuing.discard):
        with pytest.raises(issuing.WrongState):
            act(invoice.pk, by=fay, address="")


def test_only_what_was_reviewed_is_issued(number, fay):
    invoiced.parties(number.workspace)
    draft = invoiced.draft_of(number.account)
    with pytest.raises(issuing.WrongState):
        issuing.issue(draft.pk, by=fay, **AT)


def test_a_month_that_is_not_over_is_only_asked_for(number, fay):
    invoiced.parties(number.workspace)
    with pytest.raises(issuing.MonthNotOver):
        issued(number.account, fay, month=date(2026, 11, 1))
    proforma = issued(number.account, fay, month=date(2026, 11, 1), kind=PaperKind.PROFORMA)
    assert proforma.number == "NT-P-2026-0001"
    assert not ClosedMonth.objects.exists()


def test_what_the_ledger_learnt_after_the_draft_is_not_left_out(number, fay):
    invoiced.parties(number.workspace)
    draft = invoiced.draft_of(number.account)
    issuing.review(draft.pk, by=fay, address="")
    books.sends_template(world.make_conversation(number), datetime(2026, 10, 31, tzinfo=UTC))
    booking.keep_books(number.workspace_id)
    with pytest.raises(issuing.LedgerMoved):
        issuing.issue(draft.pk, by=fay, **AT)
    assert not ClosedMonth.objects.exists()


def test_what_fails_on_the_way_uses_no_number(number, fay):
    parties = invoiced.parties(number.workspace)
    with pytest.raises(issuing.MonthNotOver):
        issued(number.account, fay, month=date(2026, 11, 1))
    assert issued(number.account, fay).sequence == 1
    parties.refresh_from_db()
    assert parties.invoice_sequence == 1


def test_a_credit_note_takes_it_back_once(number, fay):
    invoiced.parties(number.workspace)
    invoice = issued(number.account, fay)
    note = issuing.credit(invoice.pk, reason="Wrong buyer", by=fay, **AT)
    assert (note.number, note.total) == ("NT-K-2026-0001", -invoice.total)
    with pytest.raises(issuing.WrongState):
        issuing.credit(invoice.pk, reason="Again", by=fay, **AT)


def test_mail_carries_the_pdf_and_a_draft_is_not_mailed(number, fay):
    invoiced.parties(number.workspace)
    invoice = issued(number.account, fay)
    assert mailing.mail(invoice, by=fay, **AT) == "pay@example.com"
    name, content, kind = mail.outbox[0].attachments[0]
    assert (name, kind, content[:4]) == ("NT-2026-0001.pdf", "application/pdf", b"%PDF")
    with pytest.raises(issuing.WrongState):
        mailing.mail(invoiced.draft_of(number.account), by=fay, **AT)


@pytest.mark.django_db(transaction=True)
def test_invoices_issued_at_once_get_numbers_without_a_gap(number):
    fay = world.make_agent(number.workspace, "Fay", Role.FINANCE)
    invoiced.parties(number.workspace)
    months = [date(2025, n, 1) for n in range(1, 9)]
    drafts = [invoiced.draft_of(number.account, month=month) for month in months]
    for draft in drafts:
        issuing.review(draft.pk, by=fay, address="")
    barrier = Barrier(len(drafts))

    def work(draft: Invoice) -> None:
        try:
            barrier.wait()
            issuing.issue(draft.pk, by=fay, **AT)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(drafts)) as pool:
        list(pool.map(work, drafts))
    assert [row.sequence for row in Invoice.objects.order_by("sequence")] == list(range(1, 9))


@pytest.mark.parametrize("kind", [PaperKind.INVOICE, PaperKind.PROFORMA])
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_it_issues_leaves_no_half_invoice(number, kind):
    """Its session in PostgreSQL is ended while it waits to write the audit log: for an invoice when the month is being
    closed, for a proforma when the number is given and the paper frozen.
    """
    fay = world.make_agent(number.workspace, "Fay", Role.FINANCE)
    invoiced.parties(number.workspace)
    draft = invoiced.draft_of(number.account, kind=kind)
    issuing.review(draft.pk, by=fay, address="")
    before = AuditEntry.objects.count()
    pids: list[int] = []

    def work() -> None:
        try:
            pids.append(_pid())
            issuing.issue(draft.pk, by=fay, **AT)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE accounts_auditentry IN EXCLUSIVE MODE")
            killed = pool.submit(work)
            _wait_for_lock(cursor, pids)
            cursor.execute("SELECT pg_terminate_backend(%s)", pids)
        with pytest.raises(DatabaseError):
            killed.result(timeout=60)
    draft.refresh_from_db()
    assert (draft.state, draft.number, draft.sequence) == (InvoiceState.REVIEWED, "", None)
    assert not ClosedMonth.objects.exists()
    assert AuditEntry.objects.count() == before
    assert issuing.issue(draft.pk, by=fay, **AT).sequence == 1


def _pid() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _wait_for_lock(cursor: Any, pids: list[int]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        cursor.execute("SELECT 1 FROM pg_locks WHERE pid = ANY(%s) AND NOT granted", [list(pids)])
        if cursor.fetchone():
            return
        time.sleep(0.05)
    raise AssertionError("it never came to wait for the lock")


# --- the pages -------------------------------------------------------------------------------------


def test_finance_goes_from_the_draft_to_the_files(client, number, fay):
    client.force_login(fay)
    assert client.post("/billing/invoices/", {"month": "2026-10-01"}).status_code == 302
    said = {"language": "en", "number_prefix": "NT-", "payment_days": "10"}
    for side in ("seller", "buyer"):
        said |= {f"{side}_name": "North", f"{side}_address": "Dublin"}
    assert client.post("/billing/invoices/parties/", said).status_code == 302
    draft = invoiced.draft_of(number.account)
    page = f"/billing/invoices/{draft.pk}/"
    for act in ("review", "issue"):
        assert client.post(f"{page}act/", {"act": act}).status_code == 302
    shown = client.get(page).content.decode()
    assert "NT-" in shown
    assert "13.25 RUB" in shown
    book = load_workbook(io.BytesIO(b"".join(client.get(f"{page}invoice.xlsx").streaming_content)))
    assert book.worksheets[0]["E5"].value == 13.25
    assert client.get(f"{page}invoice.pdf").content[:4] == b"%PDF"
    assert client.get(f"{page}invoice.json").json()["total"] == "13.25"
    archive = io.BytesIO(b"".join(client.get("/billing/invoices/years/2026.zip").streaming_content))
    assert len(zipfile.ZipFile(archive).namelist()) == 1


def test_the_workbook_comes_in_pieces_and_adds_up(client, number, fay, monkeypatch):
    monkeypatch.setattr(sheets, "ROWS_A_PIECE", 2)
    conversation = world.make_conversation(number)
    for hour in range(6):
        content = {"name": "<sale> & =1+1", "language": "en", "category": "MARKETING"}
        at = datetime(2026, 10, 5, hour, tzinfo=UTC)
        books.sends(conversation, at, kind="template", content=content)
    booking.keep_books(number.workspace_id)
    client.force_login(fay)
    draft = invoiced.draft_of(number.account)
    answer = client.get(f"/billing/invoices/{draft.pk}/invoice.xlsx")
    pieces = list(answer.streaming_content)
    assert len(pieces) > 3
    rows = list(load_workbook(io.BytesIO(b"".join(pieces))).worksheets[1].values)
    assert rows[0] == exports.COLUMNS
    costs = [Decimal(str(row[exports.COLUMNS.index("cost")])) for row in rows[1:]]
    assert costs == [Decimal("0.0802")] * 6
    assert {row[exports.COLUMNS.index("template")] for row in rows[1:]} == {"<sale> & =1+1"}
    csv_text = b"".join(client.get("/billing/ledger/lines.csv?month=2026-10").streaming_content)
    table = list(csv.reader(io.StringIO(csv_text.decode("utf-8-sig"))))
    assert [row[exports.COLUMNS.index("cost")] for row in table[1:]] == ["0.0802"] * 6


@pytest.mark.parametrize("form", ["pdf", "xlsx", "csv"])
def test_a_number_in_russian_letters_names_the_file(client, number, fay, form):
    client.force_login(fay)
    draft = invoiced.draft_of(
        number.account, stored={"number": "ПР-1", "sequence": 1, "state": "issued"}
    )
    header = client.get(f"/billing/invoices/{draft.pk}/invoice.{form}")["Content-Disposition"]
    assert header == f"attachment; filename*=utf-8''%D0%9F%D0%A0-1.{form}"


def test_what_is_not_there_to_do_is_said(client, number, fay):
    client.force_login(fay)
    invoiced.parties(number.workspace)
    answer = client.post("/billing/invoices/", {"month": "2026-10-01"})
    assert answer.status_code == 422
    assert "nothing to bill" in answer.content.decode()
    assert client.get("/billing/invoices/years/0.zip").status_code == 404
