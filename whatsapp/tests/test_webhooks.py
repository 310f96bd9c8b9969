"""Every shape of Meta's webhooks, and whatever else may arrive under their name."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whatsapp.facts import InboundMessage, StatusUpdate, Unreadable
from whatsapp.tests.stored import BODIES, NAMES, shown
from whatsapp.webhooks import BadBody, parse

SHAPES = [json.loads((BODIES / f"{name}.json").read_bytes()) for name in NAMES]
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["text", "image", "\ud800", "\x00", "1e999", "nan", "1749416383"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("name", NAMES)
def test_a_stored_body_gives_its_expected_facts(name):
    expected = json.loads((BODIES / f"{name}.expected.json").read_bytes())
    assert json.loads(json.dumps([shown(fact) for fact in parse(body(name))])) == expected


@pytest.mark.parametrize("name", NAMES)
def test_raw_is_what_meta_sent(name):
    def holds(tree: Any, item: Any) -> bool:
        if tree == item:
            return True
        inner = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
        return any(holds(branch, item) for branch in inner)

    sent = json.loads(body(name))
    for fact in parse(body(name)):
        item = fact.raw["value"] if set(fact.raw) == {"value"} else fact.raw
        assert holds(sent, item)


def test_one_broken_item_of_a_batch_costs_none_of_the_others():
    facts = parse(body("batch"))
    kinds = [type(fact) for fact in facts]
    assert len(facts) == 2 * 3 * (5 + 5)
    assert kinds.count(Unreadable) == 1
    assert kinds.count(InboundMessage) == 29
    assert kinds.count(StatusUpdate) == 30


def test_a_history_message_opens_no_window_and_a_new_one_does():
    opening = {
        name: [fact.opens_window for fact in parse(body(name)) if isinstance(fact, InboundMessage)]
        for name in ("history", "text", "button", "system_unknown", "request_welcome")
    }
    assert opening == {
        "history": [False, False],
        "text": [True],
        "button": [True],
        "system_unknown": [False],
        "request_welcome": [False],
    }


@pytest.mark.parametrize(
    "bad", [b"", b"no", b"[]", b"{}", b"null", b'{"entry": {}}', b"\xff\xfe", b"[" * 100_000]
)
def test_what_is_no_webhook_is_a_bad_body(bad):
    with pytest.raises(BadBody):
        parse(bad)


def test_text_that_postgresql_cannot_keep_is_made_storable():
    odd = body("text").replace(b"Does it come", b"nul \\u0000 half \\ud83d end")
    (fact,) = parse(odd)
    assert isinstance(fact, InboundMessage)
    assert fact.text.startswith("nul \ufffd half \ufffd end")
    json.dumps(fact.raw, ensure_ascii=False).encode()


@pytest.mark.parametrize("number", [b"1e999", b"9" * 400 + b".0", b"9" * 250 + b"e99"])
def test_an_infinite_number_never_reaches_the_database(number):
    (fact,) = parse(body("unknown_type_list").replace(b"5\n", number + b"\n"))
    json.dumps(fact.raw, allow_nan=False)


@pytest.mark.parametrize("word", [b'"nan"', b'"inf"', b'"-Infinity"'])
def test_a_place_that_is_nowhere_is_no_place(word):
    (fact,) = parse(re.sub(rb'("latitude": )[0-9.]+', rb"\g<1>" + word, body("location")))
    assert type(fact).__name__ == "Unreadable"
    json.dumps(fact.raw, allow_nan=False)


def test_what_names_no_template_that_can_be_is_held_back():
    odd = body("template_approved").replace(b'"en-US"', b'"' + b"x" * 17 + b'"')
    assert [type(fact).__name__ for fact in parse(odd)] == ["Unreadable"]


@given(st.binary(max_size=200))
def test_any_bytes_parse_or_are_a_bad_body(data):
    parse_or_refuse(data)


@given(JUNK)
def test_any_json_parses_or_is_a_bad_body(tree):
    parse_or_refuse(json.dumps({"entry": tree}).encode())


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(st.sampled_from(SHAPES), st.data())
def test_a_mutated_shape_never_raises(shape, data):
    tree = copy.deepcopy(shape)
    for _ in range(data.draw(st.integers(1, 4))):
        places = list(spots(tree))
        parent, key = data.draw(st.sampled_from(places))
        match data.draw(st.sampled_from(["drop", "junk", "swap", "wrap"])):
            case "drop":
                del parent[key]
            case "junk":
                parent[key] = data.draw(JUNK)
            case "swap":
                other, other_key = data.draw(st.sampled_from(places))
                parent[key] = copy.deepcopy(other[other_key])
            case _:
                parent[key] = [parent[key]]
        if not list(spots(tree)):
            break
    facts = parse_or_refuse(json.dumps(tree).encode())
    for fact in facts:
        json.dumps([shown(fact), fact.raw], ensure_ascii=False, allow_nan=False).encode()


def body(name: str) -> bytes:
    return (BODIES / f"{name}.json").read_bytes()


def parse_or_refuse(data: bytes) -> list[Any]:
    try:
        return list(parse(data))
    except BadBody:
        return []


def spots(tree: Any):
    """Every (container, key) of a tree."""
    items = (
        tree.items()
        if isinstance(tree, dict)
        else enumerate(tree)
        if isinstance(tree, list)
        else ()
    )
    for key, inner in list(items):
        yield tree, key
        yield from spots(inner)


@pytest.mark.parametrize("place", ["id", "from", "from_user_id"])
def test_an_id_that_is_too_long_is_nobodys(place):
    sent = json.loads(body("text"))
    message = sent["entry"][0]["changes"][0]["value"]["messages"][0]
    for key in ("from", "from_user_id"):
        message.pop(key, None)
    sent["entry"][0]["changes"][0]["value"]["contacts"] = []
    message |= {"from": "79210000001"} if place == "id" else {}
    message[place] = "x" * 5000
    assert [type(fact) for fact in parse(json.dumps(sent).encode())] == [Unreadable]


def test_the_code_of_an_error_is_a_code_or_none():
    sent = json.loads(body("text"))
    message = sent["entry"][0]["changes"][0]["value"]["messages"][0]
    message["errors"] = [{"code": 10**30, "title": "Huge"}]
    (fact,) = parse(json.dumps(sent).encode())
    assert isinstance(fact, InboundMessage)
    assert [(error.code, error.title) for error in fact.errors] == [(0, "Huge")]
