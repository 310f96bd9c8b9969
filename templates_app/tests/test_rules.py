"""Every rule of the desk, on both sides of its limit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from string import Formatter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_app import components, rules
from templates_app.content import (
    BUTTON_KINDS,
    ButtonContent,
    Content,
    DraftContent,
    from_json,
    from_meta,
    written,
)
from templates_app.rules.words import WORDS
from templates_app.tests.drafts import BODY, SAMPLES, code, draft, phone, reply, url

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def rules_of(found: list[rules.Problem]) -> set[tuple[str, str]]:
    return {(problem.place, problem.rule) for problem in found}


def test_a_good_draft_has_no_problems():
    assert rules.check(draft(footer="Northern Shop", buttons=(reply(), reply("No")))) == []


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"name": ""}, "name", "name_missing"),
    ({"name": "Order ready"}, "name", "name_letters"),
    ({"name": "a" * 513}, "name", "name_long"),
    ({"language": ""}, "language", "language_wrong"),
    ({"language": "english"}, "language", "language_wrong"),
    ({"category": "SERVICE"}, "category", "category_wrong"),
    ({"body": ""}, "body", "body_missing"),
    ({"body": "a" * 1025}, "body", "text_long"),
    ({"body": "{{1}} is ready and waits for you."}, "body", "variable_first"),
    ({"body": "We are waiting here for {{1}} "}, "body", "variable_last"),
    ({"body": "Dear {{1}} {{2}}, come to us today please."}, "body", "variables_touch"),
    ({"body": "Dear {{1}}, come at {{3}} to us today please."}, "body", "variables_gap"),
    ({"body": "Dear {{1}}, come at {{time}} to us today."}, "body", "variables_mixed"),
    ({"body": "Dear {{First_Name}}, come to us today."}, "body", "variable_name"),
    ({"body": "Dear {{имя}}, come to us today."}, "body", "variable_name"),
    ({"body": "Dear {{first name}}, come to us today."}, "body", "braces"),
    ({"body": "Dear {{1}, come to us today please."}, "body", "braces"),
    ({"body": "Dear {{1}} hello."}, "body", "variables_many"),
    ({"samples": {"body.1": "Maria"}}, "body", "sample_missing"),
    ({"samples": SAMPLES | {"body.2": "a\nb"}}, "body", "sample_form"),
    ({"samples": SAMPLES | {"body.2": "a     b"}}, "body", "sample_form"),
    ({"header_kind": "GIF"}, "header", "header_kind"),
    ({"header_kind": "TEXT"}, "header", "header_missing"),
    ({"header_kind": "TEXT", "header": "a" * 61}, "header", "text_long"),
    ({"header_kind": "TEXT", "header": "{{1}} and {{2}}"}, "header", "header_variables"),
    ({"header_kind": "TEXT", "header": "Order {{1}}"}, "header", "sample_missing"),
    ({"header_kind": "IMAGE"}, "header", "header_sample_file"),
    ({"footer": "a" * 61}, "footer", "text_long"),
    ({"footer": "Shop {{1}}"}, "footer", "footer_variables"),
    ({"buttons": (reply(),) * 11}, "buttons", "buttons_many"),
    ({"buttons": (reply(), url(), reply())}, "buttons", "buttons_order"),
    ({"buttons": (url(), url(), url())}, "button 3", "buttons_kind"),
    ({"buttons": (phone(), phone())}, "button 2", "buttons_kind"),
    ({"buttons": (code(), code())}, "button 2", "buttons_kind"),
    ({"buttons": (ButtonContent(kind="CATALOG", text="Go"),)}, "button 1", "button_kind"),
    ({"buttons": (reply(""),)}, "button 1", "label_missing"),
    ({"buttons": (reply("a" * 26),)}, "button 1", "label_long"),
    ({"buttons": (reply("Yes {{1}}"),)}, "button 1", "label_variables"),
    ({"buttons": (url(url="shop.example"),)}, "button 1", "url_wrong"),
    ({"buttons": (url(url="https://shop example.com/"),)}, "button 1", "url_wrong"),
    ({"buttons": (url(url="https://shop.example/" + "a" * 1980),)}, "button 1", "url_long"),
    ({"buttons": (url(url="https://shop.example/{{1}}/x"),)}, "button 1", "url_variable"),
    ({"buttons": (url(url="https://shop.example/{{1}}{{1}}"),)}, "button 1", "url_variable"),
    ({"buttons": (url(sample=""),)}, "button 1", "url_sample"),
    ({"buttons": (phone(phone="call us"),)}, "button 1", "phone_wrong"),
    ({"buttons": (phone(phone="+" + "1" * 20),)}, "button 1", "phone_wrong"),
    ({"buttons": (code(""),)}, "button 1", "code_wrong"),
    ({"buttons": (code("a" * 16),)}, "button 1", "code_wrong"),
    ({"category": "AUTHENTICATION", "code_minutes": 91}, "code", "minutes_wrong"),
    ({"category": "AUTHENTICATION", "code_minutes": 0}, "code", "minutes_wrong"),
    ({"category": "AUTHENTICATION", "code_label": "a" * 26}, "code", "label_long"),
    ({"category": "AUTHENTICATION", "code_label": "Copy 🎉"}, "code", "authentication_plain"),
    ({"category": "AUTHENTICATION", "code_label": "www.shop.example"}, "code", "authentication_plain"),
    ({"category": "AUTHENTICATION", "code_label": "Copy {{1}}"}, "code", "label_variables"),
]  # fmt: skip


@pytest.mark.parametrize(("over", "place", "rule"), WRONG)
def test_what_meta_refuses_is_said_at_its_place(over: dict[str, Any], place: str, rule: str):
    found = rules.check(draft(**over))
    assert (place, rule) in rules_of(found)
    assert rules.refuses(found)


AT_THE_LIMIT: list[dict[str, Any]] = [
    {"name": "a" * 512},
    {"language": "fil"},
    {"language": "pt_BR"},
    {"body": "a" * 1024},
    {"body": "Dear {{1}}, come in."},
    {"body": "Dear {{first_name}}, your order is ready.", "samples": {"body.first_name": "Maria"}},
    {"body": "Order {{2}} of {{1}} is ready for you now."},
    {"samples": SAMPLES | {"body.2": "a    b"}},
    {"header_kind": "TEXT", "header": "a" * 60},
    {"header_kind": "TEXT", "header": "Order {{1}}", "samples": SAMPLES | {"header.1": "7"}},
    {"header_kind": "IMAGE", "header_handle": "4::abc"},
    {"header_kind": "LOCATION"},
    {"footer": "a" * 60},
    {"buttons": (reply("a" * 25),) * 10},
    {"buttons": (reply(), url(), url(url="https://shop.example/"), phone(), code("a" * 15))},
    {"buttons": (url(), reply(), reply())},
    {"buttons": (phone(phone="+" + "1" * 19),)},
    {"buttons": (url(url="https://shop.example/" + "a" * 1979),)},
    {"category": "AUTHENTICATION", "body": "", "code_minutes": 90},
    {"category": "AUTHENTICATION", "body": "", "code_minutes": None, "code_label": "a" * 25},
]


@pytest.mark.parametrize("over", AT_THE_LIMIT)
def test_what_just_fits_is_not_refused(over: dict[str, Any]):
    assert not rules.refuses(rules.check(draft(**over)))


@pytest.mark.parametrize(
    ("over", "place", "rule"),
    [
        ({"body": "Hello, a discount waits for you here."}, "body", "promotional"),
        ({"body": "Здравствуйте! Скидка 20 % только сегодня."}, "body", "promotional"),
        ({"body": "Здравствуйте, вам промокод на покупку."}, "body", "promotional"),
        ({"buttons": (reply("Распродажа"),)}, "button 1", "promotional"),
        ({"body": "See https://bit.ly/abc for your order."}, "body", "short_link"),
        ({"buttons": (url(url="https://clck.ru/abc"),)}, "button 1", "short_link"),
        ({"body": "Please send us your card number today."}, "body", "personal"),
        ({"buttons": (reply(),) * 4}, "buttons", "buttons_desktop"),
        ({"buttons": (reply(), url())}, "buttons", "buttons_desktop"),
    ],
)
def test_what_is_often_refused_is_a_warning_only(over: dict[str, Any], place: str, rule: str):
    found = rules.check(draft(**over))
    assert (place, rule) in rules_of(found)
    assert not rules.refuses(found)


def test_marketing_may_advertise():
    found = rules.check(draft(category="MARKETING", body="Hello, a discount waits for you here."))
    assert rules_of(found) == {("buttons", "no_opt_out")}


def test_all_problems_come_at_once():
    found = rules_of(
        rules.check(draft(name="X", body="{{1}}", footer="a" * 61, buttons=(reply(""),)))
    )
    assert {place for place, _rule in found} == {"name", "body", "footer", "button 1"}


def test_every_sentence_is_there_in_both_languages_with_the_same_gaps():
    for english, russian in WORDS.values():
        gaps = [
            {name for _t, name, _s, _c in Formatter().parse(text)} for text in (english, russian)
        ]
        assert gaps[0] == gaps[1]
    found = rules.check(draft(name=""))[0]
    assert found.words("en").startswith("Give")
    assert found.words("ru").startswith("Дайте")


# --- what the database knows -------------------------------------------------------------------------


def other(**over: Any) -> rules.Other:
    fields = {"name": "order_ready", "language": "en_US", "status": "APPROVED", "text": "Else"}
    return rules.Other(**fields | over)


def known_rules(known: rules.Known, **over: Any) -> set[str]:
    return {problem.rule for problem in rules.check_known(draft(**over), known, at=NOW)}


def test_name_and_language_are_taken_once():
    assert known_rules(rules.Known(others=[other()])) == {"name_taken"}
    assert known_rules(rules.Known(others=[other(language="ru")])) == set()


@pytest.mark.parametrize(("days", "expected"), [(29, {"name_blocked"}), (31, set())])
def test_a_deleted_name_is_blocked_for_thirty_days(days: int, expected: set[str]):
    gone = other(status="DELETED", deleted_at=NOW - timedelta(days=days))
    assert known_rules(rules.Known(others=[gone])) == expected


def test_twins_are_refused_but_not_their_own_translations():
    twin = other(name="old", text=rules.text_of(BODY, ""))
    assert known_rules(rules.Known(others=[twin])) == {"body_twin"}
    assert known_rules(rules.Known(others=[twin]), footer="Shop") == set()
    assert known_rules(rules.Known(others=[twin]), category="AUTHENTICATION") == set()


@pytest.mark.parametrize(
    ("hours_ago", "expected"),
    [([25], set()), ([23], {"edit_day"}), ([30] * 9, set()), ([30] * 10, {"edit_month"}), ([721] * 10, set())],
)  # fmt: skip
def test_an_approved_template_is_changed_once_a_day_and_ten_times_a_month(
    hours_ago: list[int], expected: set[str]
):
    edits = [NOW - timedelta(hours=hours) for hours in hours_ago]
    assert known_rules(rules.Known(status="APPROVED", category="UTILITY", edits=edits)) == expected
    assert known_rules(rules.Known(status="REJECTED", edits=edits)) == set()


def test_what_is_in_review_is_not_changed_and_an_approved_category_stays():
    assert known_rules(rules.Known(status="PENDING")) == {"edit_state"}
    assert known_rules(rules.Known(status="APPROVED", category="MARKETING")) == {"category_fixed"}
    assert known_rules(rules.Known(status="REJECTED", category="MARKETING")) == set()


def test_an_account_fills_up():
    assert known_rules(rules.Known(count=249)) == set()
    assert known_rules(rules.Known(count=250)) == {"count_unverified"}
    assert known_rules(rules.Known(count=6000)) == {"count_full"}


# --- properties --------------------------------------------------------------------------------------

texts = st.text(alphabet="ab {}12_%\n", max_size=40)
buttons = st.builds(
    ButtonContent,
    kind=st.sampled_from(BUTTON_KINDS),
    text=texts,
    url=texts,
    phone=texts,
    sample=texts,
)
contents = st.builds(
    Content,
    header_kind=st.sampled_from(["", "TEXT", "IMAGE", "LOCATION"]),
    header=texts,
    body=texts,
    footer=texts,
    buttons=st.lists(buttons, max_size=12).map(tuple),
    samples=st.dictionaries(st.sampled_from(["body.1", "body.2", "body.a", "header.1"]), texts),
)


@given(st.builds(DraftContent, name=texts, language=texts, category=texts, content=contents))
def test_any_draft_at_all_can_be_judged_and_kept(anything: DraftContent):
    for problem in rules.check(anything):
        assert problem.english
        assert problem.russian
    assert from_json(anything.content.as_json()) == anything.content


@given(contents)
def test_what_is_written_for_meta_reads_back(content: Content):
    layout = components.read(written(content), is_named=content.is_named)
    again = from_meta(written(content), is_named=content.is_named)
    assert (layout.body, layout.footer) == (content.body, content.footer)
    assert [button.kind for button in again.buttons] == [button.kind for button in content.buttons]
    for variable in layout.variables:
        if variable.key.startswith("body."):
            assert variable.example == content.samples.get(variable.key, "")
    assert written(again) == written(from_meta(written(again), is_named=again.is_named))
