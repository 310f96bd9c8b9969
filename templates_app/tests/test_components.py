"""Templates as values: read, filled, previewed. No database."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_app import components as c

ORDER = [
    {
        "type": "HEADER",
        "format": "TEXT",
        "text": "Order {{1}}",
        "example": {"header_text": ["1042"]},
    },
    {
        "type": "BODY",
        "text": "Hello {{1}}, your {{2}} is ready. {{1}}, see you!",
        "example": {"body_text": [["Maria", "parcel"]]},
    },
    {"type": "FOOTER", "text": "Northern Shop"},
    {
        "type": "BUTTONS",
        "buttons": [
            {"type": "QUICK_REPLY", "text": "Thanks"},
            {
                "type": "URL",
                "text": "Track",
                "url": "https://shop.example/t/{{1}}",
                "example": ["https://shop.example/t/abc"],
            },
            {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+15550001111"},
            {"type": "COPY_CODE", "example": "SALE25"},
        ],
    },
]
VALUES = {
    "header.1": "1042",
    "body.1": "Maria",
    "body.2": "parcel",
    "button.1": "abc",
    "button.3": "SALE25",
}


def test_every_variable_is_found_once_with_its_place_and_sample():
    assert [(v.key, v.example) for v in c.read(ORDER).variables] == list(VALUES.items())


def test_the_send_is_what_meta_asks_for():
    assert c.fill(c.read(ORDER), VALUES) == [
        {"type": "header", "parameters": [{"type": "text", "text": "1042"}]},
        {
            "type": "body",
            "parameters": [{"type": "text", "text": "Maria"}, {"type": "text", "text": "parcel"}],
        },
        {
            "type": "button",
            "sub_type": "url",
            "index": "1",
            "parameters": [{"type": "text", "text": "abc"}],
        },
        {
            "type": "button",
            "sub_type": "copy_code",
            "index": "3",
            "parameters": [{"type": "coupon_code", "coupon_code": "SALE25"}],
        },
    ]


def test_the_preview_reads_as_the_customer_will_see_it():
    preview = c.preview(c.read(ORDER), VALUES)
    assert preview.header == "Order 1042"
    assert preview.body == "Hello Maria, your parcel is ready. Maria, see you!"
    assert preview.footer == "Northern Shop"
    assert preview.buttons[1] == {
        "type": "URL",
        "text": "Track",
        "url": "https://shop.example/t/abc",
    }


def test_what_has_no_value_stays_as_it_stands_and_is_named():
    layout = c.read(ORDER)
    assert c.preview(layout, {}).header == "Order {{1}}"
    assert c.missing(layout, {"header.1": "7", "body.1": "  "}) == (
        "body.1",
        "body.2",
        "button.1",
        "button.3",
    )
    assert c.missing(layout, VALUES) == ()


def test_named_variables_carry_their_names():
    body = {
        "type": "BODY",
        "text": "Hi {{first_name}}, from {{ shop }}",
        "example": {
            "body_text_named_params": [
                {"param_name": "shop", "example": "Us"},
                {"param_name": "first_name", "example": "Ann"},
            ]
        },
    }
    layout = c.read([body], is_named=True)
    assert c.examples(layout) == {"body.first_name": "Ann", "body.shop": "Us"}
    assert c.fill(layout, c.examples(layout)) == [
        {
            "type": "body",
            "parameters": [
                {"type": "text", "text": "Ann", "parameter_name": "first_name"},
                {"type": "text", "text": "Us", "parameter_name": "shop"},
            ],
        }
    ]
    assert c.preview(layout, c.examples(layout)).body == "Hi Ann, from Us"


def test_positional_ones_go_by_number_not_by_where_they_stand():
    layout = c.read([{"type": "BODY", "text": "{{2}} then {{10}} then {{1}}"}])
    assert [v.name for v in layout.variables] == ["1", "2", "10"]


def test_a_code_template_gives_its_code_to_the_button_as_well():
    layout = c.read(
        [
            {"type": "BODY", "text": "*{{1}}* is your code.", "add_security_recommendation": True},
            {"type": "FOOTER", "code_expiration_minutes": 10},
            {
                "type": "BUTTONS",
                "buttons": [{"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy"}],
            },
        ]
    )
    assert [v.key for v in layout.variables] == ["body.1"]
    button = c.fill(layout, {"body.1": "4711"})[1]
    assert (button["sub_type"], button["parameters"]) == ("url", [{"type": "text", "text": "4711"}])


def test_a_place_in_the_header_needs_its_coordinates_only():
    layout = c.read([{"type": "HEADER", "format": "LOCATION"}, {"type": "BODY", "text": "Here"}])
    place = {"header.latitude": "59.9", "header.longitude": "30.3"}
    assert c.missing(layout, {}) == tuple(place)
    assert c.missing(layout, place) == ()
    assert c.fill(layout, place)[0]["parameters"][0]["location"] == {
        "latitude": "59.9",
        "longitude": "30.3",
    }


@pytest.mark.parametrize("kind", ["IMAGE", "VIDEO", "DOCUMENT"])
def test_a_file_above_the_text_is_asked_for_and_left_to_the_sender(kind):
    layout = c.read([{"type": "HEADER", "format": kind}, {"type": "BODY", "text": "Look"}])
    assert layout.needs_file
    assert layout.file_kind == kind.lower()
    assert c.fill(layout, {}) == []


def test_parts_that_we_cannot_fill_are_named():
    assert c.read(
        [{"type": "BODY", "text": "x"}, {"type": "CAROUSEL", "cards": []}]
    ).unsupported == ("CAROUSEL",)


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "format", "buttons", "url", "example", "body_text"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.lists(json_like, max_size=4))
def test_whatever_meta_sends_is_read_without_an_error(parts):
    layout = c.read(parts)
    values = dict.fromkeys((v.key for v in layout.variables), "x")
    assert c.missing(layout, values) == ()
    c.fill(layout, values)
    c.preview(layout, values)


names = st.lists(
    st.text(string.ascii_lowercase + "_", min_size=1, max_size=6), unique=True, max_size=5
)
words = st.text(st.characters(blacklist_characters="{}", blacklist_categories=["Cs"]), max_size=20)


@given(names, words, st.data())
def test_a_filled_body_holds_each_value_and_no_braces(found, between, data):
    text = between.join(f"{{{{{name}}}}}" for name in found)
    layout = c.read([{"type": "BODY", "text": text}], is_named=True)
    values = {f"body.{name}": data.draw(words.filter(str.strip)) for name in found}
    filled = c.fill(layout, values)
    parameters = filled[0]["parameters"] if filled else []
    assert [p["parameter_name"] for p in parameters] == found
    assert c.preview(layout, values).body == between.join(values[f"body.{n}"] for n in found)
