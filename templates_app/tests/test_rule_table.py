"""Every rule of the desk on both sides of its limit: a rule without a row, or a row without a rule, fails here.

`python -m templates_app.tests.test_rule_table` prints the list.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from simulator.errors import GraphError
from simulator.judging import judge
from templates_app import rules
from templates_app.content import App, ButtonContent, CardContent
from templates_app.rules import Known, Other, Severity
from templates_app.rules.words import WORDS
from templates_app.tests.drafts import BODY, SAMPLES, code, draft, phone, reply, url

NOW: Final = datetime(2026, 11, 23, 9, tzinfo=UTC)
CODE: Final = {"category": "AUTHENTICATION", "body": ""}
APP: Final = App(package="com.shop.app", signature="K8a/AINcGX7")
TAP: Final = CODE | {"code_kind": "ONE_TAP", "code_apps": (APP,)}
CARD: Final = CardContent(handle="4::a", body="Warm and light", buttons=(reply("Mine"),))
CARDS: Final = {"category": "MARKETING", "form": "CAROUSEL", "cards": (CARD, CARD)}
OFFER: Final = {
    "category": "MARKETING",
    "form": "OFFER",
    "offer": "Ends soon",
    "buttons": (code(), url()),
}


MARKETING: Final = {"category": "MARKETING"}


@dataclass(frozen=True, slots=True)
class Row:
    """`wrong` breaks the rule at `place`, `right` just does not; the others: what the account holds."""

    place: str
    wrong: dict[str, Any]
    right: dict[str, Any]
    wrong_known: Known | None = None
    right_known: Known | None = None


def said(text: str, **samples: str) -> dict[str, Any]:
    return {"body": text, "samples": {f"body.{k.lstrip('_')}": v for k, v in samples.items()}}


def cards(*over: dict[str, Any]) -> dict[str, Any]:
    return CARDS | {"cards": tuple(replace(CARD, **one) for one in over)}


def other(**over: Any) -> Other:
    return Other(
        **{"name": "order_ready", "language": "en_US", "status": "APPROVED", "text": "-"} | over
    )


def ago(*, times: int = 1, **length: float) -> list[datetime]:
    return [NOW - timedelta(**length)] * times


def link(address: str) -> dict[str, Any]:
    return {"buttons": (url(url=address),)}


def flow(number: str) -> dict[str, Any]:
    return {"buttons": (ButtonContent(kind="FLOW", text="Rate us", flow=number),)}


ROOT: Final = "https://shop.example/"
TABLE: Final[dict[str, Row]] = {
    "name_missing": Row("name", {"name": ""}, {"name": "a"}),
    "name_letters": Row("name", {"name": "Order-ready"}, {"name": "order_ready_2"}),
    "name_long": Row("name", {"name": "a" * 513}, {"name": "a" * 512}),
    "name_taken": Row(
        "name", {}, {}, Known(others=[other()]), Known(others=[other(language="ru")])
    ),
    "name_blocked": Row(
        "name", {}, {},
        Known(others=[other(status="DELETED", deleted_at=NOW - timedelta(days=29, hours=23))]),
        Known(others=[other(status="DELETED", deleted_at=NOW - timedelta(days=30, hours=1))]),
    ),
    "language_wrong": Row("language", {"language": "english"}, {"language": "pt_BR"}),
    "category_wrong": Row("category", {"category": "SERVICE"}, {"category": "UTILITY"}),
    "category_fixed": Row(
        "category", {}, {},
        Known(status="APPROVED", category="MARKETING"), Known(status="REJECTED", category="MARKETING"),
    ),
    "header_kind": Row("header", {"header_kind": "GIF"}, {"header_kind": "LOCATION"}),
    "header_missing": Row(
        "header", {"header_kind": "TEXT", "header": " "}, {"header_kind": "TEXT", "header": "A"}
    ),
    "header_sample_file": Row(
        "header", {"header_kind": "VIDEO"}, {"header_kind": "VIDEO", "header_handle": "4::a"}
    ),
    "header_variables": Row(
        "header",
        {"header_kind": "TEXT", "header": "{{1}} and {{2}}"},
        {"header_kind": "TEXT", "header": "Order {{1}}", "samples": SAMPLES | {"header.1": "7"}},
    ),
    "text_long": Row("body", {"body": "a" * 1025}, {"body": "a" * 1024}),
    "body_missing": Row("body", {"body": " "}, {"body": "Hello there."}),
    "body_twin": Row(
        "body", {}, {},
        Known(others=[other(name="old", text=BODY)]), Known(others=[other(name="old", text=BODY + "!")]),
    ),
    "braces": Row("body", {"body": "Dear {{1}, come to us."}, {"body": "Dear {1}, come to us."}),
    "variable_first": Row(
        "body", said("{{1}} is ready for you now.", _1="A"), said("It: {{1}} is ready now.", _1="A")
    ),
    "variable_last": Row(
        "body", said("We wait here for {{1}}", _1="A"), said("We wait here for {{1}}.", _1="A")
    ),
    "variables_touch": Row(
        "body",
        said("Dear {{1}} {{2}}, come to us today.", _1="A", _2="B"),
        said("Dear {{1}}, {{2}}, come to us today.", _1="A", _2="B"),
    ),
    "variables_mixed": Row(
        "body",
        said("Dear {{1}}, come at {{time}} to us today.", _1="A", time="B"),
        said("Dear {{name}}, come at {{time}} to us today.", name="A", time="B"),
    ),
    "variables_gap": Row(
        "body",
        said("Dear {{1}}, come at {{3}} to us today.", _1="A", _3="B"),
        said("Dear {{2}}, come at {{1}} to us today.", _1="A", _2="B"),
    ),
    "variable_name": Row(
        "body",
        said("Dear {{Name}}, come to us today.", Name="A"),
        said("Dear {{first_name}}, come to us today.", first_name="A"),
    ),
    "variable_digits": Row(
        "body",
        said("Dear {{name2}}, come to us today.", name2="A"),
        said("Dear {{name_two}}, come to us today.", name_two="A"),
    ),
    "variables_many": Row(
        "body",
        said("Dear {{1}} hello {{2}} bye now.", _1="A", _2="B"),
        said("Dear {{1}} hello {{2}} bye now then.", _1="A", _2="B"),
    ),
    "sample_missing": Row("body", {"samples": {"body.1": "Maria"}}, {"samples": SAMPLES}),
    "sample_form": Row(
        "body", {"samples": SAMPLES | {"body.2": "a     b"}}, {"samples": SAMPLES | {"body.2": "a    b"}}
    ),
    "footer_variables": Row("footer", {"footer": "Shop {{1}}"}, {"footer": "Shop {1}"}),
    "buttons_many": Row("buttons", {"buttons": (reply(),) * 11}, {"buttons": (reply(),) * 10}),
    "buttons_kind": Row("button 3", {"buttons": (url(),) * 3}, {"buttons": (url(),) * 2}),
    "buttons_order": Row(
        "buttons", {"buttons": (reply(), url(), reply())}, {"buttons": (reply(), reply(), url())}
    ),
    "buttons_desktop": Row("buttons", {"buttons": (reply(),) * 4}, {"buttons": (reply(),) * 3}),
    "button_kind": Row("button 1", {"buttons": (ButtonContent(kind="SPM", text="A"),)}, flow("12345")),
    "label_missing": Row("button 1", {"buttons": (reply(" "),)}, {"buttons": (reply("A"),)}),
    "label_long": Row("button 1", {"buttons": (reply("a" * 26),)}, {"buttons": (reply("a" * 25),)}),
    "label_variables": Row(
        "button 1", {"buttons": (reply("Yes {{1}}"),)}, {"buttons": (reply("Yes {1}"),)}
    ),
    "url_wrong": Row("button 1", link("shop.example/x"), link(f"{ROOT}x")),
    "url_long": Row("button 1", link(ROOT + "a" * 1980), link(ROOT + "a" * 1979)),
    "url_variable": Row("button 1", link(f"{ROOT}{{{{1}}}}/x"), link(f"{ROOT}x/{{{{1}}}}")),
    "url_sample": Row("button 1", {"buttons": (url(sample=""),)}, {"buttons": (url(sample="7"),)}),
    "phone_wrong": Row(
        "button 1",
        {"buttons": (phone(phone="+" + "1" * 20),)},
        {"buttons": (phone(phone="+" + "1" * 19),)},
    ),
    "code_wrong": Row("button 1", {"buttons": (code("a" * 16),)}, {"buttons": (code("a" * 15),)}),
    "flow_wrong": Row("button 1", flow("my form"), flow("594425479261596")),
    "minutes_wrong": Row("code", CODE | {"code_minutes": 91}, CODE | {"code_minutes": 90}),
    "lifetime_code": Row("lifetime", CODE | {"lifetime": 901}, CODE | {"lifetime": 900}),
    "lifetime_utility": Row("lifetime", {"lifetime": 43_201}, {"lifetime": 43_200}),
    "lifetime_marketing": Row(
        "lifetime", MARKETING | {"lifetime": 43_199}, MARKETING | {"lifetime": 43_200}
    ),
    "authentication_plain": Row(
        "code", CODE | {"code_label": "Copy 🎉"}, CODE | {"code_label": "Copy!"}
    ),
    "code_kind": Row("code", CODE | {"code_kind": "TWO_TAP"}, TAP),
    "apps_count": Row("code", TAP | {"code_apps": (APP,) * 6}, TAP | {"code_apps": (APP,) * 5}),
    "app_package": Row(
        "app 1",
        TAP | {"code_apps": (replace(APP, package="shopapp"),)},
        TAP | {"code_apps": (replace(APP, package="shop.app_2"),)},
    ),
    "app_signature": Row(
        "app 1",
        TAP | {"code_apps": (replace(APP, signature="K8a/AINcGX"),)},
        TAP | {"code_apps": (replace(APP, signature="K8a/AINcGX="),)},
    ),
    "terms_missing": Row(
        "code", TAP | {"code_kind": "ZERO_TAP"}, TAP | {"code_kind": "ZERO_TAP", "code_terms": True}
    ),
    "form_wrong": Row("body", {"form": "POEM"}, {"form": ""}),
    "form_category": Row("category", OFFER | {"category": "UTILITY"}, OFFER),
    "offer_missing": Row("offer", OFFER | {"offer": " "}, OFFER | {"offer": "a" * 16}),
    "offer_variables": Row("offer", OFFER | {"offer": "To {{1}}"}, OFFER | {"offer": "To {1}"}),
    "offer_header": Row(
        "header",
        OFFER | {"header_kind": "TEXT", "header": "A"},
        OFFER | {"header_kind": "IMAGE", "header_handle": "4::a"},
    ),
    "offer_buttons": Row(
        "buttons", OFFER | {"buttons": (url(), code())}, OFFER | {"buttons": (url(),)}
    ),
    "cards_count": Row("cards", cards({}), cards({}, {})),
    "card_kind": Row("cards", CARDS | {"card_kind": "DOCUMENT"}, CARDS | {"card_kind": "VIDEO"}),
    "card_file": Row("card 2", cards({}, {"handle": ""}), CARDS),
    "card_lines": Row(
        "card 1", cards({"body": "a\nb\nc\nd"}, {}), cards({"body": "a\nb\nc"}, {})
    ),
    "card_bodies": Row("card 2", cards({}, {"body": ""}), cards({"body": ""}, {"body": ""})),
    "card_buttons": Row("card 2", cards({}, {"buttons": (url(),)}), CARDS),
    "promotional": Row(
        "body", said("Hello, a discount waits here."), said("Hello, a parcel waits here.")
    ),
    "short_link": Row("body", said("See https://bit.ly/abc now."), said("See https://shop.example/abc now.")),
    "personal": Row("body", said("Tell us your card number."), said("Tell us your order number.")),
    "one_time": Row("body", said("Here is a one-time code."), said("Here is a parcel code.")),
    "variable_glued": Row(
        "body",
        said("Your order{{1}} is ready now.", _1="A"),
        said("Your order {{1}} is ready now.", _1="A"),
    ),
    "variable_alone": Row(
        "body",
        said("Dear customer,\n{{1}}\nis ready now.", _1="A"),
        said("Dear customer,\norder {{1}}\nis ready now.", _1="A"),
    ),
    "no_opt_out": Row(
        "buttons", {"category": "MARKETING"}, {"category": "MARKETING", "footer": "STOP to end"}
    ),
    "edit_state": Row("name", {}, {}, Known(status="PENDING"), Known(status="PAUSED")),
    "edit_day": Row(
        "name", {}, {},
        Known(status="APPROVED", edits=ago(hours=23, minutes=59)),
        Known(status="APPROVED", edits=ago(hours=24)),
    ),
    "edit_month": Row(
        "name", {}, {},
        Known(status="APPROVED", edits=ago(times=10, days=29)),
        Known(status="APPROVED", edits=ago(times=9, days=29)),
    ),
    "count_full": Row("name", {}, {}, Known(count=6000), Known(count=5999)),
    "count_unverified": Row("name", {}, {}, Known(count=250), Known(count=249)),
    "created_hour": Row(
        "name", {}, {}, Known(created=ago(times=100, minutes=59)), Known(created=ago(times=99, minutes=59))
    ),
}  # fmt: skip


def found(over: dict[str, Any], known: Known | None) -> list[rules.Problem]:
    whole = draft(**over)
    return [*rules.check(whole), *rules.check_known(whole, known or Known(), at=NOW)]


def test_no_rule_is_without_both_its_sides():
    assert set(TABLE) == set(WORDS)


@pytest.mark.parametrize("rule", TABLE)
def test_beyond_the_limit_it_is_said_at_its_place(rule: str):
    row = TABLE[rule]
    said_of = {(p.place, p.rule) for p in found(row.wrong, row.wrong_known)}
    assert (row.place, rule) in said_of


@pytest.mark.parametrize("rule", TABLE)
def test_within_the_limit_nothing_is_said_of_it_and_nothing_is_refused(rule: str):
    row = TABLE[rule]
    problems = found(row.right, row.right_known)
    assert rule not in {problem.rule for problem in problems}
    assert not rules.refuses(problems)


LIMITS: Final = [  # of text_long, place by place
    ({"header_kind": "TEXT", "header": "a" * 60}, "header"),
    ({"footer": "a" * 60}, "footer"),
    (OFFER | {"offer": "a" * 16}, "offer"),
    (OFFER | {"body": "a" * 600}, "body"),
    (cards({"body": "a" * 160}, {}), "card 1"),
]


@pytest.mark.parametrize(("over", "place"), LIMITS)
def test_every_text_has_a_length_of_its_own(over: dict[str, Any], place: str):
    assert not rules.refuses(rules.check(draft(**over)))
    longer = {
        key: value + "a" if isinstance(value, str) and set(value) == {"a"} else value
        for key, value in over.items()
    }
    if place == "card 1":
        longer = cards({"body": "a" * 161}, {})
    assert (place, "text_long") in {(p.place, p.rule) for p in rules.check(draft(**longer))}


UNKNOWN_HERE: Final = {
    "header_kind",
    "button_kind",
    "card_kind",
    "form_wrong",
}  # Meta has more kinds than we write


@pytest.mark.parametrize("rule", TABLE)
def test_the_simulator_of_meta_says_the_same(rule: str):
    """What the check passes it takes; what the check refuses it refuses."""
    row = TABLE[rule]
    sides = [(row.wrong, row.wrong_known), (row.right, row.right_known)]
    for over, known in sides[rule in UNKNOWN_HERE :]:
        whole = draft(**over)
        is_refused = rules.refuses(found(over, known))
        assert is_refused == _is_refused_there(whole, known or Known()), rule


def _is_refused_there(whole: Any, known: Known) -> bool:
    body = whole.as_meta()
    try:
        judge(
            name=body["name"],
            language=body["language"],
            category=body["category"],
            components=body["components"],
            is_named=body["parameter_format"] == "NAMED",
            known=known,
            at=NOW.timestamp(),
            lifetime=body.get("message_send_ttl_seconds"),
        )
    except GraphError:
        return True
    return False


def test_every_refusal_and_warning_says_its_place():
    for row in TABLE.values():
        for problem in found(row.wrong, row.wrong_known):
            assert problem.place
            assert problem.severity in Severity


if __name__ == "__main__":
    for name in TABLE:
        print(name)  # noqa: T201
