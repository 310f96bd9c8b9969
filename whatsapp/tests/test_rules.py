"""The pure parts: errors, payloads and their checks, files, numbers, formatting."""

from __future__ import annotations

import sys
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp import formatting, media, numbers, payloads
from whatsapp.error_words import WORDS
from whatsapp.errors import _ALL, RetryPolicy, Scope, retry_delay, rule_for, words
from whatsapp.formatting import LineKind, Style, parse, plain, source
from whatsapp.payloads import Address, Choice, problems

ANA = Address(wa_id="+1 (650) 555-1234")
KIM = Address(user_id="KR.9911223344")


# Errors


def test_no_code_stands_twice_and_every_rule_has_words():
    assert len({rule.code for rule in _ALL}) == len(_ALL)
    assert {rule.words_key for rule in _ALL} <= set(WORDS)
    for english, russian in WORDS.values():
        assert all((*english, *russian))
        assert english.what != russian.what


@pytest.mark.parametrize(
    ("code", "policy", "scope"),
    [
        (190, RetryPolicy.AFTER_FIX, Scope.TOKEN),
        (131026, RetryPolicy.NEVER, Scope.PERSON),
        (131047, RetryPolicy.NEVER, Scope.PERSON),
        (131049, RetryPolicy.DAY, Scope.PERSON),
        (131056, RetryPolicy.PAIR, Scope.PERSON),
        (130429, RetryPolicy.BACKOFF, Scope.NUMBER),
        (131042, RetryPolicy.AFTER_FIX, Scope.ACCOUNT),
        (132015, RetryPolicy.AFTER_FIX, Scope.TEMPLATE),
        (133016, RetryPolicy.HOURS, Scope.NUMBER),
        (222, RetryPolicy.AFTER_FIX, Scope.TOKEN),
        (138042, RetryPolicy.NEVER, Scope.MESSAGE),
        (139101, RetryPolicy.NEVER, Scope.PERSON),
        (77777, RetryPolicy.NEVER, Scope.MESSAGE),
    ],
)
def test_a_code_has_its_policy_and_scope(code, policy, scope):
    rule = rule_for(code)
    assert (rule.code, rule.policy, rule.scope) == (code, policy, scope)


def test_a_known_subcode_says_more_than_its_code():
    assert rule_for(100, 33).name == "unknown object"
    assert rule_for(100, 2388073).name == "template footer"
    assert rule_for(131009, 2494010).scope is Scope.ACCOUNT
    assert rule_for(131009, 12).name == "invalid parameter value"


def test_words_come_in_both_languages():
    assert "24 hours" in words(131047, "en-GB").what
    assert "24 часов" in words(131047, "ru").what
    assert words(131047, "de") == words(131047, "en")


def test_pair_pauses_grow_by_four_and_marketing_waits_days():
    pair = [retry_delay(rule_for(131056), n, Random(1)) for n in range(1, 7)]
    assert pair == [*(timedelta(seconds=s) for s in (1, 4, 16, 64, 256)), None]
    day = [retry_delay(rule_for(131049), n, Random(1)) for n in range(1, 4)]
    assert day == [timedelta(hours=24), timedelta(hours=48), None]


@given(st.sampled_from(_ALL), st.integers(1, 50), st.randoms())
def test_a_pause_ends_and_is_never_negative_nor_endless(rule, attempt, rng):
    pause = retry_delay(rule, attempt, rng)
    if attempt >= rule.tries or not rule.may_retry:
        assert pause is None
    else:
        assert pause is not None
        assert timedelta(0) < pause <= timedelta(days=3)


# Payloads


def test_a_number_goes_in_to_with_a_plus_and_a_user_id_never_does():
    assert payloads.text(ANA, "x")["to"] == "+16505551234"
    hidden = payloads.text(KIM, "x")
    assert hidden["recipient"] == "KR.9911223344"
    assert "to" not in hidden
    with pytest.raises(ValueError, match="user id"):
        Address(wa_id="KR.9911223344")


def test_quote_and_our_own_id_are_put_where_meta_looks():
    payload = payloads.media(KIM, "image", media_id="7", caption="c", quote="wamid.Q", ours="msg:1")
    assert payload["context"] == {"message_id": "wamid.Q"}
    assert payload["biz_opaque_callback_data"] == "msg:1"
    assert payload["image"] == {"id": "7", "caption": "c"}


ROWS = [Choice(id=str(n), title=f"Row {n}") for n in range(10)]
CARD = {"name": {"formatted_name": "B J", "first_name": "B"}, "phones": [{"phone": "+1"}]}
VALUE = {"type": "body", "parameters": [{"type": "text", "text": "Ana"}]}


@pytest.mark.parametrize(
    "good",
    [
        payloads.text(ANA, "x" * 4096, ours="m" * 512),
        payloads.media(ANA, "audio", media_id="1", is_voice=True),
        payloads.media(ANA, "document", link="https://x/y", filename="a.pdf"),
        payloads.template(ANA, "hello", language="en_US", components=[VALUE]),
        payloads.buttons(ANA, "Choose", ROWS[:3], header=payloads.media_header("image", link="l")),
        payloads.choice_list(ANA, "Choose", button="Open", sections=[("A", ROWS)], header="Head"),
        payloads.cta_url(KIM, "Look", label="Open", url="https://x", footer="f"),
        payloads.location_request(KIM, "Where are you?"),
        payloads.reaction(ANA, "wamid.1", ""),
        payloads.location(ANA, 55.75, 37.61, name="N", address="A"),
        payloads.contacts(ANA, [CARD]),
    ],
)
def test_a_good_payload_has_no_problems(good):
    assert problems(good) == []


@pytest.mark.parametrize(
    ("bad", "places"),
    [
        (payloads.text(ANA, " "), ["text.body"]),
        (payloads.text(ANA, "x" * 4097), ["text.body"]),
        (payloads.text(ANA, "x", ours="m" * 513), ["biz_opaque_callback_data"]),
        (payloads.media(ANA, "image", media_id="1", caption="x" * 1025), ["image.caption"]),
        (payloads.media(ANA, "image", link="ftp://x"), ["image.link"]),
        (payloads.buttons(ANA, "b", ROWS[:4]), ["interactive.buttons"]),
        (payloads.buttons(ANA, "b", [ROWS[0], ROWS[0]]), ["interactive.buttons"] * 2),
        (payloads.buttons(ANA, "b", [Choice(id="1", title="t" * 21)]), ["interactive.buttons.1"]),
        (
            payloads.choice_list(ANA, "b", button="o", sections=[("A", ROWS), ("B", ROWS[:1])]),
            ["interactive.rows", "interactive.rows"],
        ),
        (payloads.cta_url(ANA, "b", label="l", url="x"), ["interactive.url"]),
        (payloads.location(ANA, 91, float("nan")), ["location.latitude", "location.longitude"]),
        (payloads.contacts(ANA, [{"name": {"formatted_name": "x"}}]), ["contacts.1.name"]),
        (payloads.template(ANA, "", language=""), ["template.name", "template.language"]),
        (
            payloads.template(
                ANA,
                "t",
                language="en",
                components=[{"type": "body", "parameters": [{"type": "text", "text": "a\nb"}]}],
            ),
            ["template.body.1"],
        ),
        ({"type": "text", "text": {"body": "x"}}, ["to"]),
    ],
)
def test_every_problem_is_named_with_its_place(bad, places):
    found = problems(bad)
    assert [problem.place for problem in found] == places
    assert all(problem.words("ru") != problem.words("en") for problem in found)


# Files


def test_a_file_goes_out_as_the_kind_its_type_allows():
    assert media.kind_for("image/jpeg") == "image"
    assert media.kind_for("audio/ogg; codecs=opus") == "audio"
    assert media.kind_for("image/gif") == "document"
    assert media.kind_for("image/webp") == "document"


@pytest.mark.parametrize(
    ("mime", "size", "kind", "is_taken"),
    [
        ("image/png", 5 * media.MB, "image", True),
        ("image/png", 5 * media.MB + 1, "image", False),
        ("image/gif", 10, "image", False),
        ("image/gif", 10, "document", True),
        ("image/webp", 101 * media.KB, "sticker", False),
        ("text/plain", 0, "document", False),
        ("text/plain", 1, "hologram", False),
    ],
)
def test_size_and_type_decide_whether_whatsapp_takes_a_file(mime, size, kind, is_taken):
    assert (media.check(mime, size, kind) is None) is is_taken


def test_an_animated_sticker_may_be_larger():
    assert media.check("image/webp", 400 * media.KB, "sticker", is_animated=True) is None


# Numbers


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5531988888888", "553188888888"),
        ("5215512345678", "525512345678"),
        ("5491112345678", "541112345678"),
    ],
)
def test_both_ways_of_writing_a_number_find_each_other(one, other):
    assert numbers.variants(one) == numbers.variants(f"+{other}") == {one, other}


def test_other_numbers_and_user_ids_have_no_variants():
    assert numbers.variants("4915123456789") == {"4915123456789"}
    assert numbers.variants("553133334444") == {"553133334444"}, "a landline has no 9"
    assert numbers.variants("BR.5531988888888") == {"BR.5531988888888"}


def test_a_person_has_the_country_of_the_number_or_of_the_user_id():
    assert numbers.country("79991234567") == "RU"
    assert numbers.country("", "KR.99") == "KR"
    assert numbers.country("nobody") == ""
    assert numbers.display("4915123456789") == "+49 1512 3456789"
    assert numbers.display("KR.99") == "KR.99"


# Formatting


def styled(text: str) -> list[tuple[str, tuple[Style, ...]]]:
    return [
        (token.text, token.styles)
        for line in parse(text)
        for token in line.tokens
        if not token.is_mark and token.styles
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*bold*", [("bold", (Style.BOLD,))]),
        ("_it_ ~no~", [("it", (Style.ITALIC,)), ("no", (Style.STRIKE,))]),
        ("*_x_*", [("x", (Style.BOLD, Style.ITALIC))]),
        ("`a*b*`", [("a*b*", (Style.CODE,))]),
        ("```a\nb```", [("a\nb", (Style.MONO,))]),
        ("2*3*4 snake_case_name * x * ** _ _", []),
        ("*open", []),
        ("*a _b* c_", [("a _b", (Style.BOLD,))]),
        ("*two\nlines*", []),
        ("(*in brackets*).", [("in brackets", (Style.BOLD,))]),
    ],
)
def test_marks_style_the_way_whatsapp_does(text, expected):
    assert styled(text) == expected


def test_lines_know_their_kind():
    lines = parse("> q\n- a\n* b\n12. c\nd")
    assert [line.kind for line in lines] == [
        LineKind.QUOTE,
        LineKind.BULLET,
        LineKind.BULLET,
        LineKind.NUMBER,
        LineKind.TEXT,
    ]
    assert lines[3].number == 12


def test_links_end_before_the_punctuation_around_them():
    tokens = [t for line in parse("see (https://a.b/c_(d)), www.e.f.") for t in line.tokens]
    assert [t.href for t in tokens if t.href] == ["https://a.b/c_(d)", "https://www.e.f"]
    assert not any(t.href for line in parse("javascript:alert(1) https://") for t in line.tokens)


@given(st.text(alphabet="*_~`>-1. \nab(h\u0660") | st.text())
def test_no_character_is_ever_lost(text):
    lines = parse(text)
    assert source(lines) == text
    assert plain(lines) == text or formatting.may_have_marks(text)
    marks = sum(len(t.text) for line in lines for t in line.tokens if t.is_mark)
    marks += sum(len(line.mark) for line in lines if line.kind == "quote")
    assert len(plain(lines)) + marks == len(text)


@pytest.mark.parametrize(
    "piece",
    ["*", "*a ", "_*~", "`", "```", "```x", "*_a_*~", "\n", "- a\n", "https://x)))", "www."],
)
def test_a_hundred_thousand_characters_take_linear_time(piece):
    def steps(size):
        """Lines of Python run and functions called: what a clock would say, without the noise."""
        count = 0

        def counts(frame, event, arg):
            nonlocal count
            count += 1
            return counts

        text = piece * (size // len(piece))
        before = sys.gettrace()
        sys.settrace(counts)
        try:
            formatting.parse(text)
        finally:
            sys.settrace(before)
        return count

    assert steps(20_000) <= 5 * steps(5_000) + 100
    formatting.parse(piece * (100_000 // len(piece)))
