"""Exchange rates from a file: read exactly, refused by cell, shown before they are stored, and what they price."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from billing import booking
from billing.card_files import CardRefused
from billing.exchange_files import Change, Told, changes, rates_in
from billing.models import BillingPlan, ExchangeRate
from billing.tests import books
from tests import world

HEAD = "date,base,quote,rate,nominal,source\n"
ROW = "2026-10-01,USD,RUB,81.75,,ЦБ РФ"


def test_rates_are_read_exactly_and_for_one():
    text = HEAD + ROW + "\n2026-10-02,JPY,RUB,53.4179,100,\n2026-10-02,usd,eur,8.6E-1,,\n"
    assert rates_in(text) == [
        Told("USD", "RUB", date(2026, 10, 1), Decimal("81.75"), "ЦБ РФ"),
        Told("JPY", "RUB", date(2026, 10, 2), Decimal("0.534179")),
        Told("USD", "EUR", date(2026, 10, 2), Decimal("0.86")),
    ]


def test_notes_above_the_header_are_passed_over_and_columns_may_stand_anyhow():
    text = "Rates of October,,,\nRate,Quote,Base,Date\n92.5,RUB,USD,2026-10-01\n"
    assert [one.rate for one in rates_in(text)] == [Decimal("92.5")]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ('2026-10-01,USD,RUB,"81,75",,', "row 2, rate: '81,75' is not a rate"),
        ('2026-10-01,USD,RUB,"1,234.50",,', "row 2, rate"),
        ("2026-10-01,USD,RUB,-1,,", "row 2, rate"),
        ("2026-10-01,USD,RUB,0,,", "row 2, rate: '0' is no exchange rate"),
        ("2026-10-01,USD,RUB,0.123456789,,", "row 2, rate: .* more than 8 decimals"),
        ("2026-10-01,USD,RUB,0.12345678,100,", "row 2, rate: .* for 100 has more than 8"),
        ("01.10.2026,USD,RUB,81.75,,", "row 2, date: '01.10.2026' is not a date"),
        ("2026-10-01,$,RUB,81.75,,", "row 2, base: '\\$' is not a currency"),
        ("2026-10-01,USD,roubles,81.75,,", "row 2, quote"),
        ("2026-10-01,USD,USD,1,,", "row 2, quote: two different currencies"),
        ("2026-10-01,USD,RUB,81.75,7,", "row 2, nominal: '7' is no nominal"),
        (f"{ROW}\n{ROW}", "row 3, date: this day has a rate above already"),
        ("", "there is no rate in it"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused_with_its_cell(row, words):
    with pytest.raises(CardRefused, match=words):
        rates_in(HEAD + row)


def test_without_a_column_the_file_is_refused():
    with pytest.raises(CardRefused, match="row 1, quote: this column is missing"):
        rates_in("date,base,rate\n2026-10-01,USD,1\n")


def test_only_what_is_new_or_different_is_a_change():
    told = rates_in(HEAD + ROW + "\n2026-10-02,USD,RUB,82,,\n2026-10-03,USD,RUB,83,,")
    known = {told[0].key: Decimal("81.75"), told[1].key: Decimal("81.5")}
    assert changes(told, known) == [Change(told[1], Decimal("81.5")), Change(told[2], None)]


def _uploaded(client: Any, content: bytes) -> Any:
    file = SimpleUploadedFile("rates.csv", content)
    return client.post(reverse("billing:exchange_upload"), {"rates": file})


def test_a_file_is_shown_then_stored_and_prices_what_waited_for_it(client, fay, number):
    BillingPlan.objects.create(
        account=number.account, begins=date(2026, 9, 1), currency="USD", billing_currency="RUB"
    )
    books.sends_template(
        world.make_conversation(number), datetime(2026, 10, 5, 12, tzinfo=UTC), "MARKETING"
    )
    booking.keep_books(number.workspace_id)
    assert [line.price for line in books.standing(number.workspace_id)] == [None]
    client.force_login(fay)
    answer = _uploaded(client, (HEAD + ROW).encode())
    assert answer.status_code == 200
    assert not ExchangeRate.objects.exists()
    assert [one.told.rate for one in answer.context["changes"]] == [Decimal("81.75")]
    text = answer.context["confirm"].initial["text"]
    assert client.post(reverse("billing:exchange_import"), {"text": text}).status_code == 302
    booking.keep_books(number.workspace_id)
    (line,) = books.standing(number.workspace_id)
    assert line.price == Decimal("0.0802") * Decimal("81.75")
    again = _uploaded(client, (HEAD + ROW).encode())
    assert again.context["changes"] == []


def test_a_workbook_is_read_as_well(client, fay):
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["date", "base", "quote", "rate"])
    sheet.append([datetime(2026, 10, 1), "USD", "RUB", 81.75])  # noqa: DTZ001  a workbook has no zones
    out = io.BytesIO()
    book.save(out)
    client.force_login(fay)
    answer = _uploaded(client, out.getvalue())
    assert [one.told.rate for one in answer.context["changes"]] == [Decimal("81.75")]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"PK\x03\x04broken", HEAD.encode() + b"x"])
def test_a_file_that_is_none_is_refused_on_the_page(client, fay, content):
    client.force_login(fay)
    answer = _uploaded(client, content)
    assert answer.status_code == 422
    assert "row" in answer.content.decode()
