"""The command as finance uses it: files in, JSON lines out."""

from __future__ import annotations

import io
import json
import random
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

EXAMPLE = Path(__file__).parent / "worked_example.jsonl"
MOSCOW = ["--timezone", "Europe/Moscow"]


def price(path: Path, *options: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """All lines but the last, and the totals."""
    out = io.StringIO()
    call_command("price", *options, str(path), stdout=out, stderr=io.StringIO())
    *lines, totals = map(json.loads, out.getvalue().splitlines())
    return lines, totals["totals"]


def example(*options: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    return price(EXAMPLE, "--plan", "conversation-2022", "--free-used", "1000", *MOSCOW, *options)


def test_the_worked_example_charges_three_conversations_day_by_day():
    lines, totals = example("--market", "RU", "--currency", "USD")
    entries = [line for line in lines if "entry" in line]
    assert [
        (one["opened_at"], one["expires_at"], one["kind"], one["amount"]) for one in entries
    ] == [
        ("2022-11-10T17:00:00+03:00", "2022-11-11T17:00:00+03:00", "business_initiated", "0.0663"),
        ("2022-11-11T19:15:00+03:00", "2022-11-12T19:15:00+03:00", "user_initiated", "0.0398"),
        ("2022-11-12T21:00:00+03:00", "2022-11-13T21:00:00+03:00", "business_initiated", "0.0663"),
    ]
    assert [one["quota_position"] for one in entries] == [1001, 1002, 1003]
    assert totals["amount"] == "0.1724"
    assert totals["charged"] == 3
    assert totals["joined"] == 7


def test_the_worked_example_refuses_free_form_at_exactly_the_times_of_the_table():
    lines, _totals = example()
    assert [(line["at"], line["reason"]) for line in lines if "refused" in line] == [
        ("2022-11-10T17:11:00+03:00", "no_open_window"),
        ("2022-11-12T19:15:00+03:00", "no_open_window"),
    ]


def test_the_worked_example_costs_what_the_article_says_in_roubles():
    lines, totals = example("--currency", "RUB")
    assert [line["amount"] for line in lines if "entry" in line] == ["5.10", "3.05", "5.10"]
    assert (totals["amount"], totals["currency"]) == ("13.25", "RUB")


def test_shuffled_and_repeated_lines_give_the_same_output(tmp_path):
    lines = EXAMPLE.read_text().splitlines() * 2
    random.Random(7).shuffle(lines)
    untidy = tmp_path / "untidy.jsonl"
    untidy.write_text("\n".join(lines))
    assert price(untidy, "--plan", "conversation-2022", "--free-used", "1000", *MOSCOW) == example()


@pytest.mark.parametrize("market", ["RU", "ru", "Russia", "russia"])
def test_a_market_is_named_by_code_or_by_name(market):
    lines, _totals = example("--market", market)
    assert {line["market"] for line in lines if "entry" in line} == {"Russia"}


def test_a_named_market_holds_whatever_the_number_of_the_contact():
    lines, totals = example("--market", "Germany")
    assert {line["market"] for line in lines if "entry" in line} == {"Germany"}
    assert totals["amount"] == "0.3549"


def test_a_bad_line_is_named_and_the_others_are_still_priced(tmp_path):
    untidy = tmp_path / "untidy.jsonl"
    good = EXAMPLE.read_text().splitlines()
    bad = ['{"at": "yesterday"}', "not json", '{"at": "\xff"}', "[]", "[" * 100_000]
    untidy.write_bytes("\n".join([*good[:3], *bad, "", *good[3:]]).encode("latin-1"))
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(CommandError, match="5 lines could not be read"):
        call_command(
            "price", "--plan", "conversation-2022", "--free-used", "1000", *MOSCOW, str(untidy),
            stdout=out, stderr=err,
        )  # fmt: skip
    assert "line 4: 'direction' must be one of out, in" in err.getvalue()
    for number in (5, 6, 8):
        assert f"line {number}: not JSON" in err.getvalue()
    assert "line 7: not a JSON object" in err.getvalue()
    totals = json.loads(out.getvalue().splitlines()[-1])["totals"]
    assert (totals["amount"], totals["unread"]) == ("0.1724", 5)


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ({"at": "2022-11-10"}, None),  # a day is an ISO time too: its midnight
        ({"at": "10.11.2022"}, "'at' must be an ISO time"),
        ({"at": "2022-10-30T02:30:00"}, "comes twice in Europe/Berlin"),
        ({"at": "2022-03-27T02:30:00"}, "is skipped"),
        ({"at": None}, "'at' is missing"),
        ({"contact": ""}, "'contact' is missing"),
        ({"kind": "call"}, "'kind' must be one of template, free_form, message"),
        ({"category": "promo"}, "'category' must be one of"),
        ({"status": "lost"}, "'status' must be one of"),
        ({"referral": "yes"}, "'referral' must be true or false"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "'at' is in the year 1"),
        ({"at": 5.5}, "'at' must be text, not 5.5"),
    ],
)
def test_every_key_of_a_line_is_checked(tmp_path, broken, words):
    line = {
        "at": "2022-11-10T17:00:00Z", "direction": "out", "contact": "+79210000001", "kind": "template",
    }  # fmt: skip
    path = tmp_path / "one.jsonl"
    path.write_text(json.dumps({**line, **broken}))
    err = io.StringIO()
    arguments = ["price", "--plan", "conversation-2022", "--timezone", "Europe/Berlin", str(path)]
    if words is None:
        call_command(*arguments, stdout=io.StringIO(), stderr=err)
        return
    with pytest.raises(CommandError):
        call_command(*arguments, stdout=io.StringIO(), stderr=err)
    assert words in err.getvalue()


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (("--market", "Atlantis"), "neither a country nor a market"),
        (("--timezone", "Mars/North"), "is not a time zone"),
        (("--currency", "dollars"), "is not a currency"),
        (("--free-used", "-1"), "cannot be below nought"),
    ],
)
def test_an_option_that_cannot_be_is_refused_in_words(option, words):
    with pytest.raises(CommandError, match=words):
        price(EXAMPLE, "--plan", "conversation-2022", *option)


def test_a_file_that_is_not_there_is_said_in_words(tmp_path):
    with pytest.raises(CommandError, match=r"none\.jsonl cannot be read: No such file"):
        price(tmp_path / "none.jsonl", "--plan", "conversation-2022")


def test_a_missing_rate_is_printed_as_no_amount_and_counted_apart():
    lines, totals = example("--currency", "RUB", "--market", "Germany")
    assert {
        (line["amount"], line["reason"], line["free"]) for line in lines if "entry" in line
    } == {(None, "no_rate", False)}
    assert (totals["amount"], totals["unpriced"], totals["charged"]) == ("0", 3, 0)


def test_numbers_may_be_written_as_numbers_and_a_free_entry_lasts_72_hours(tmp_path):
    path = tmp_path / "advertisement.jsonl"
    came = {"at": "2022-11-10T10:00:00Z", "direction": "in", "kind": "message", "referral": True}
    answered = {"at": "2022-11-10T11:00:00Z", "direction": "out", "kind": "free_form"}
    told = [{**came, "contact": 79210000001}, {**answered, "contact": "+7 921 000-00-01"}]
    path.write_text("\n".join(map(json.dumps, told)))
    [entry], totals = price(path, "--plan", "conversation-2022", "--free-used", "1000")
    assert (entry["free"], entry["reason"], entry["amount"]) == (True, "free_entry_point", "0")
    assert entry["expires_at"] == "2022-11-13T11:00:00+00:00"
    assert (totals["free"], totals["amount"]) == (1, "0")


def test_totals_are_the_sum_of_the_lines():
    lines, totals = example()
    assert sum(Decimal(line["amount"]) for line in lines if "entry" in line) == Decimal(
        totals["amount"]
    )


def test_standard_input_is_read_for_a_dash():
    """As finance would in a shell: a pipe in, lines out."""
    options = ["--plan", "conversation-2022", "--free-used", "1000", *MOSCOW, "--currency", "RUB"]
    done = subprocess.run(  # noqa: S603  our own command
        [sys.executable, "manage.py", "price", *options, "-"],
        input=EXAMPLE.read_bytes(), capture_output=True, check=True, cwd=settings.BASE_DIR,
    )  # fmt: skip
    assert json.loads(done.stdout.splitlines()[-1])["totals"]["amount"] == "13.25"
    assert done.stderr == b""


def test_help_describes_the_format(capsys):
    with pytest.raises(SystemExit):
        call_command("price", "--help")
    words = capsys.readouterr().out
    for key in ("at ", "direction", "contact", "kind", "category", "status", "referral", "number"):
        assert f"\n  {key}" in words


def test_a_template_without_category_is_refused_where_the_category_is_the_price(tmp_path):
    path = tmp_path / "one.jsonl"
    path.write_text(
        '{"at": "2026-11-10T17:00:00Z", "direction": "out", "contact": "+7921", "kind": "template"}'
    )
    err = io.StringIO()
    with pytest.raises(CommandError):
        call_command(
            "price", "--plan", "per-message-2026", str(path), stdout=io.StringIO(), stderr=err
        )
    assert "line 1: this plan needs the category of a template" in err.getvalue()


def test_tellings_of_one_message_at_different_times_are_one_message(tmp_path):
    """Sent, delivered later, read later still: told in three lines with one id, priced once, at delivery."""
    line = {
        "at": "2026-11-10T17:00:00Z", "direction": "out", "contact": "+79210000001", "kind": "template",
        "category": "utility", "id": "wamid.1",
    }  # fmt: skip
    tellings = [
        {**line, "at": "2026-11-10T19:00:00Z", "status": "read"},
        {**line, "at": "2026-11-10T17:05:00Z", "status": "delivered"},
        line,
    ]
    path = tmp_path / "three.jsonl"
    path.write_text("\n".join(map(json.dumps, tellings)))
    [entry], totals = price(path, "--plan", "per-message-2026")
    assert (entry["opened_at"], entry["message"], entry["estimated"]) == (
        "2026-11-10T17:05:00+00:00", "wamid.1", False,
    )  # fmt: skip
    assert totals["amount"] == "0.0400"


def test_a_key_that_means_nothing_is_told_of_once_and_passed_over(tmp_path):
    told = [
        json.dumps({**json.loads(line), "referal": True})
        for line in EXAMPLE.read_text().splitlines()
    ]
    path = tmp_path / "misspelt.jsonl"
    path.write_text("\n".join(told))
    out, err = io.StringIO(), io.StringIO()
    call_command(
        "price", "--plan", "conversation-2022", "--free-used", "1000", *MOSCOW, str(path),
        stdout=out, stderr=err,
    )  # fmt: skip
    assert err.getvalue() == "line 1: 'referal' is no key of a fact; passed over\n"
    assert json.loads(out.getvalue().splitlines()[-1])["totals"]["amount"] == "0.1724"


def test_an_entry_says_what_it_answers():
    lines, _totals = example()
    assert [line["answers"] for line in lines if "entry" in line] == [
        None, "2022-11-10T20:31:00+03:00", None,
    ]  # fmt: skip
