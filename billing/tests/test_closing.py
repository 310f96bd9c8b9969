"""A closed month is what was invoiced: estimates are never charged, and move on when their month closes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import BusinessAccount
from billing import booking, reading
from billing.explaining import explain
from billing.invoices import drafting, issuing
from billing.invoices.paper import LineKind, PaperKind
from billing.models import Invoice, LedgerEntry
from billing.models.ledger import Cause
from billing.reading import Filters
from billing.tests import books, invoiced
from conversations import statuses
from tests import world

OCTOBER, NOVEMBER, DECEMBER = (date(2026, month, 1) for month in (10, 11, 12))
SENT = datetime(2026, 10, 30, 12, tzinfo=UTC)
PRICE = Decimal("0.0802")


@pytest.fixture
def sent(number):
    """One marketing template that arrived in October, and two of which that is not known."""
    invoiced.parties(number.workspace)
    threads = [world.make_conversation(number) for _ in range(3)]
    reach = (statuses.DELIVERED, statuses.SENT, statuses.SENT)
    made = [
        books.sends_template(thread, SENT + timedelta(hours=n), "MARKETING", status=status)
        for n, (thread, status) in enumerate(zip(threads, reach, strict=True))
    ]
    booking.keep_books(number.workspace_id)
    return made


def issued(account: BusinessAccount, by: Any, month: date) -> Invoice:
    [draft] = drafting.draft(month, account=account, kind=PaperKind.INVOICE, by=by, address="")
    issuing.review(draft.pk, by=by, address="")
    at = datetime(2027, 1, 3, 12, tzinfo=UTC)
    return issuing.issue(draft.pk, by=by, at=at, address="")


def charged(invoice: Invoice) -> list[tuple[LineKind, int, str]]:
    return [(line.kind, line.quantity, str(line.amount)) for line in invoice.as_paper.lines]


def booked(workspace_id: int, month: date) -> Decimal:
    [price] = reading.sums(Filters(workspace_id, month)).prices or (None,)
    return price.amount if price else Decimal(0)


def test_an_estimate_is_on_no_invoice_and_in_no_closed_month(sent, number, fay):
    [draft] = drafting.draft(
        OCTOBER, account=number.account, kind=PaperKind.INVOICE, by=fay, address=""
    )
    assert drafting.left_out(draft) == drafting.LeftOut(without_amount=0, estimated=2)
    invoice = issued(number.account, fay, OCTOBER)
    assert charged(invoice) == [(LineKind.CONVERSATIONS, 1, "0.08")]
    assert booked(number.workspace_id, OCTOBER) == PRICE
    sums = reading.sums(Filters(number.workspace_id, NOVEMBER))
    assert (sums.quantity, sums.estimated) == (2, 2)
    assert sums.estimates[0].amount == 2 * PRICE
    books.assert_totals_agree(number.workspace_id)


def test_what_arrives_after_all_is_charged_once_in_the_next_month(sent, number, fay):
    issued(number.account, fay, OCTOBER)
    books.settles(sent[1], statuses.DELIVERED, SENT + timedelta(days=5))
    books.settles(sent[2], statuses.DELIVERED, SENT + timedelta(hours=9))
    booking.keep_books(number.workspace_id)
    assert charged(issued(number.account, fay, NOVEMBER)) == [
        (LineKind.CONVERSATIONS, 1, "0.08"),
        (LineKind.ADJUSTMENT, 1, "0.08"),
    ]
    assert booked(number.workspace_id, OCTOBER) == PRICE
    assert booked(number.workspace_id, NOVEMBER) == 2 * PRICE
    late = LedgerEntry.objects.filter(is_adjustment=True, is_estimated=False).get()
    assert "booked in November 2026, because October 2026 was closed before" in (
        explain(late).sentence
    )
    books.assert_totals_agree(number.workspace_id)


def test_what_fails_after_all_was_never_charged(sent, number, fay):
    issued(number.account, fay, OCTOBER)
    for message in sent[1:]:
        books.settles(message, statuses.FAILED, SENT + timedelta(days=5))
    booking.keep_books(number.workspace_id)
    assert booked(number.workspace_id, NOVEMBER) == 0
    with pytest.raises(drafting.NothingToBill):
        issued(number.account, fay, NOVEMBER)


def test_an_estimate_moves_on_until_it_is_known(sent, number, fay):
    issued(number.account, fay, OCTOBER)
    for day in (1, 2):
        at = datetime(2026, 11, day, 12, tzinfo=UTC)
        books.sends_template(world.make_conversation(number), at, "MARKETING")
    booking.keep_books(number.workspace_id)
    assert charged(issued(number.account, fay, NOVEMBER)) == [(LineKind.CONVERSATIONS, 2, "0.16")]
    assert booked(number.workspace_id, NOVEMBER) == 2 * PRICE
    history = reading.history(LedgerEntry.objects.filter(key=f"m{sent[1].pk}")[0])
    assert [(line.quantity, line.month, line.cause) for line in history] == [
        (1, OCTOBER, Cause.ESTIMATED),
        (-1, OCTOBER, Cause.MOVED),
        (1, NOVEMBER, Cause.MOVED),
        (-1, NOVEMBER, Cause.MOVED),
        (1, DECEMBER, Cause.MOVED),
    ]


def test_an_estimate_that_was_invoiced_before_is_credited_when_it_fails(sent, number, fay):
    """Months that an earlier version closed still hold estimates, and those were charged."""
    number.account.closed_months.create(month=OCTOBER)
    books.settles(sent[1], statuses.FAILED, SENT + timedelta(days=5))
    books.settles(sent[2], statuses.DELIVERED, SENT + timedelta(hours=9))
    booking.keep_books(number.workspace_id)
    assert booked(number.workspace_id, NOVEMBER) == -PRICE
    [draft] = drafting.draft(
        NOVEMBER, account=number.account, kind=PaperKind.INVOICE, by=fay, address=""
    )
    assert charged(draft) == [(LineKind.ADJUSTMENT, -1, "-0.08")]
