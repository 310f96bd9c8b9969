"""A template's components as values: what it says, which variables it has, and how it is filled. Pure, without Django.

A variable's key says where it stands: `header.1`, `body.2`, `body.first_name`, `button.0` (the end of its link,
or its code), for a place in the header `header.latitude`, `header.longitude`, `header.name`, `header.address`, for the
end of an offer `offer.until`; in a carousel `card.0.body.1`, `card.0.button.1`, and its file `card.0.file`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import Any, Final, Protocol

from templates_app import fixed_words, parts
from templates_app.parts import MOMENT, VARIABLE, Button, Card, Raw, Variable

MEDIA_HEADERS: Final = ("IMAGE", "VIDEO", "DOCUMENT")
HEADER_FILE: Final = "header.file"
PLACE: Final = ("latitude", "longitude", "name", "address")
OFFER_UNTIL: Final = "offer.until"
FILLABLE: Final = frozenset({
    "HEADER", "BODY", "FOOTER", "BUTTONS", "CALL_PERMISSION_REQUEST", "LIMITED_TIME_OFFER", "CAROUSEL",
})  # fmt: skip
FIRST_YEAR, LAST_YEAR = 2000, 2200  # of a moment that anybody means
LATER: Final = ("offer", "until", "cards", "header_file")  # of a preview, where there is something
STRANGE_BUTTONS: Final = frozenset({"MPM", "SPM"})  # they want goods of a catalogue


class HasComponents(Protocol):
    """What is needed of a template: Meta's JSON, how its variables are called, and in which language."""

    components: Any
    parameter_format: Any
    language: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """`unsupported`: parts, such as a carousel of goods, that we can show but not fill. `offer`: what ends soon."""

    header_kind: str = ""
    header: str = ""
    body: str = ""
    footer: str = ""
    buttons: tuple[Button, ...] = ()
    variables: tuple[Variable, ...] = ()
    is_named: bool = False
    offer: str = ""
    offer_ends: bool = False
    cards: tuple[Card, ...] = ()
    unsupported: tuple[str, ...] = ()

    @property
    def needs_file(self) -> bool:
        return self.header_kind in MEDIA_HEADERS

    @property
    def file_kind(self) -> str:
        """image, video or document; empty if there is no file above the text."""
        return self.header_kind.lower() if self.needs_file else ""

    @property
    def card_files(self) -> tuple[tuple[str, str], ...]:
        """Key and kind of each card's picture or film."""
        return tuple((card.file_key, card.header_kind.lower()) for card in self.cards)

    @property
    def is_code(self) -> bool:
        """Meta sends these to a phone number only, not to a user id (131062)."""
        return any(button.type == "OTP" for button in self.buttons)

    def among(self, place: str) -> list[Variable]:
        """The variables of the header, the body, the buttons, or of "card.0.body"."""
        return [variable for variable in self.variables if variable.key.startswith(f"{place}.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """As the customer will see it. `buttons` have `type`, `text`, and `url` or `phone` where they have one.

    `cards` have `header_kind`, `body`, `buttons`. `until` is the end of the offer as it was given. `header_file`, and
    `file` of a card, are the address of the picture where a page has one.
    """

    header_kind: str
    header: str
    body: str
    footer: str
    buttons: tuple[dict[str, str], ...]
    offer: str = ""
    until: str = ""
    cards: tuple[Raw, ...] = ()
    header_file: str = ""

    def as_json(self) -> Raw:
        plain = asdict(self) | {"buttons": list(self.buttons), "cards": list(self.cards)}
        return {k: v for k, v in plain.items() if v or k not in LATER}


def of(template: HasComponents) -> Layout:
    """The layout of a template as it is stored."""
    return read(
        template.components,
        is_named=template.parameter_format == "NAMED",
        language=template.language,
    )


def read(components: Iterable[Any], *, is_named: bool = False, language: str = "") -> Layout:
    """The layout of Meta's components. What is missing or malformed is left empty, never an error.

    `language` is for templates of codes, whose words Meta writes itself.
    """
    found = parts.by_type(components)
    header, body, footer = (found.get(kind, {}) for kind in ("HEADER", "BODY", "FOOTER"))
    header_kind = str(header.get("format") or ("TEXT" if header.get("text") else "")).upper()
    buttons = tuple(parts.buttons(found.get("BUTTONS", {})))
    cards = tuple(parts.cards(found.get("CAROUSEL", {})))
    offer = _offer(found.get("LIMITED_TIME_OFFER", {}))
    is_code = any(button.type == "OTP" for button in buttons)
    text, small = parts.word(body.get("text")), parts.word(footer.get("text"))
    if is_code:
        text, small = _code_words(text, small, body, footer, language)
        buttons = tuple(_labelled(button, language) for button in buttons)
    variables = (
        *_header_variables(header, header_kind),
        *_body_variables(body, text, is_code=is_code),
        *((Variable(OFFER_UNTIL, "until", kind=MOMENT),) if offer[1] else ()),
        *(button.variable for button in buttons if button.variable),
        *(variable for card in cards for variable in card.variables),
    )
    return Layout(
        header_kind=header_kind,
        header=parts.word(header.get("text")),
        body=text,
        footer=small,
        buttons=buttons,
        variables=variables,
        is_named=is_named,
        offer=offer[0],
        offer_ends=offer[1],
        cards=cards,
        unsupported=tuple(_unsupported(found, buttons, cards)),
    )


def missing(layout: Layout, values: Mapping[str, str]) -> tuple[str, ...]:
    """The keys that still need a value. A place in the header needs its co-ordinates only."""
    return tuple(
        variable.key
        for variable in layout.variables
        if variable.key not in ("header.name", "header.address") and not _is_given(variable, values)
    )


def in_zone(layout: Layout, values: Mapping[str, str], zone: tzinfo) -> dict[str, str]:
    """Moments that were typed without a zone, by the clock of whoever typed them."""
    moments = {variable.key for variable in layout.variables if variable.kind == MOMENT}
    return {
        key: at.astimezone(zone).isoformat()
        if key in moments and (at := _moment(value, zone))
        else value
        for key, value in values.items()
    }


def fill(layout: Layout, values: Mapping[str, str]) -> list[Raw]:
    """The `components` of a send, without its files, which are known only when they are uploaded: see `with_files`."""
    filled: list[Raw] = []
    header = [
        _text_parameter(variable, layout, values)
        for variable in layout.among("header")
        if layout.header_kind == "TEXT"
    ]
    if layout.header_kind == "LOCATION":
        header = [{"type": "location", "location": _place(values)}]
    if header:
        filled.append({"type": "header", "parameters": header})
    if body := [_text_parameter(variable, layout, values) for variable in layout.among("body")]:
        filled.append({"type": "body", "parameters": body})
    if layout.offer_ends:
        offer = {"expiration_time_ms": _milliseconds(values.get(OFFER_UNTIL, ""))}
        parameter = {"type": "limited_time_offer", "limited_time_offer": offer}
        filled.append({"type": "limited_time_offer", "parameters": [parameter]})
    filled.extend(_filled_buttons(layout.buttons, layout, values))
    if layout.cards:
        cards = [_filled_card(n, card, layout, values) for n, card in enumerate(layout.cards)]
        filled.append({"type": "carousel", "cards": cards})
    return filled


def with_files(filled: Sequence[Raw], files: Mapping[str, tuple[str, Raw]]) -> list[Raw]:
    """The same with Meta's ids of the files: by key, kind and object, `{"card.0.file": ("image", {"id": "7"})}`."""
    found = list(filled)
    if given := files.get(HEADER_FILE):
        found.insert(0, _file(given))
    for place, part in enumerate(found):
        if part.get("type") == "carousel":
            found[place] = part | {
                "cards": [_card_with_file(card, files) for card in part["cards"]]
            }
    return found


def preview(layout: Layout, values: Mapping[str, str]) -> Preview:
    """With the values that there are; a variable without one stays as it stands, `{{1}}`."""
    return Preview(
        header_kind=layout.header_kind,
        header=_replaced("header", layout.header, values),
        body=_replaced("body", layout.body, values),
        footer=layout.footer,
        buttons=tuple(_shown_button(button, values) for button in layout.buttons),
        offer=layout.offer,
        until=values.get(OFFER_UNTIL, "") if layout.offer_ends else "",
        cards=tuple(_shown_card(card, values) for card in layout.cards),
    )


def examples(layout: Layout) -> dict[str, str]:
    """Meta's samples as values: a preview before anybody has filled in anything."""
    return {variable.key: variable.example for variable in layout.variables if variable.example}


def texts(layout: Layout) -> Sequence[str]:
    """All that can be read in it, for search."""
    cards = [word for c in layout.cards for word in (c.body, *(b.text for b in c.buttons))]
    buttons = [button.text for button in layout.buttons]
    return [layout.header, layout.body, layout.footer, layout.offer, *buttons, *cards]


# --- reading -----------------------------------------------------------------------------------------


def _offer(component: Raw) -> tuple[str, bool]:
    """Its words, and whether it has an end that counts down."""
    inner = component.get("limited_time_offer")
    if not isinstance(inner, dict):
        return "", False
    return parts.word(inner.get("text")), inner.get("has_expiration") is True


def _code_words(text: str, small: str, body: Raw, footer: Raw, language: str) -> tuple[str, str]:
    """Meta's own where it has told them, else ours that are near."""
    warned = body.get("add_security_recommendation") is True
    minutes = footer.get("code_expiration_minutes")
    if not small and isinstance(minutes, int):
        small = fixed_words.footer(language, minutes=minutes)
    return text or fixed_words.body(language, has_warning=warned), small


def _labelled(button: Button, language: str) -> Button:
    fills_in = button.code_kind == "ONE_TAP"
    label = button.autofill if fills_in else button.text
    return replace(button, text=label or fixed_words.label(language, fills_in=fills_in))


def _header_variables(header: Raw, kind: str) -> Iterator[Variable]:
    if kind == "LOCATION":
        yield from (Variable(f"header.{name}", name) for name in PLACE)
    else:
        yield from parts.text_variables("header", header, parts.word(header.get("text")))


def _body_variables(body: Raw, text: str, *, is_code: bool) -> Iterator[Variable]:
    for variable in parts.text_variables("body", body, text):
        is_bare = is_code and not variable.example
        yield Variable(variable.key, variable.name, fixed_words.SAMPLE) if is_bare else variable


def _unsupported(
    found: Mapping[str, Raw], buttons: Sequence[Button], cards: Sequence[Card]
) -> Iterator[str]:
    yield from (kind for kind in found if kind not in FILLABLE)
    every = [*buttons, *(button for card in cards for button in card.buttons)]
    yield from sorted({button.type for button in every} & STRANGE_BUTTONS)
    if "CAROUSEL" in found and (
        not cards or any(card.header_kind not in parts.CARD_HEADERS for card in cards)
    ):
        yield "CAROUSEL"


# --- filling -----------------------------------------------------------------------------------------


def _given(variable: Variable, values: Mapping[str, str]) -> str:
    return str(values.get(variable.key, ""))


def _is_given(variable: Variable, values: Mapping[str, str]) -> bool:
    value = _given(variable, values).strip()
    return bool(value) and (variable.kind != MOMENT or _moment(value) is not None)


def _moment(value: str, zone: tzinfo = UTC) -> datetime | None:
    try:
        at = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    if not FIRST_YEAR <= at.year < LAST_YEAR:
        return None
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _milliseconds(value: str) -> int:
    at = _moment(value)
    return int(at.timestamp() * 1000) if at else 0


def _text_parameter(variable: Variable, layout: Layout, values: Mapping[str, str]) -> Raw:
    parameter: Raw = {"type": "text", "text": _given(variable, values)}
    if layout.is_named:
        parameter["parameter_name"] = variable.name
    return parameter


def _place(values: Mapping[str, str]) -> Raw:
    return {name: word for name in PLACE if (word := str(values.get(f"header.{name}", "")).strip())}


def _filled_buttons(
    buttons: Sequence[Button], layout: Layout, values: Mapping[str, str]
) -> Iterator[Raw]:
    for index, button in enumerate(buttons):
        if (filled := _button_parameter(button, layout, values)) is None:
            continue
        sub_type, parameter = filled
        yield {
            "type": "button",
            "sub_type": sub_type,
            "index": str(index),
            "parameters": [parameter],
        }


def _button_parameter(
    button: Button, layout: Layout, values: Mapping[str, str]
) -> tuple[str, Raw] | None:
    """A button that nothing must be said of gives None."""
    match button.type:
        case "URL" if button.variable:
            return "url", {"type": "text", "text": _given(button.variable, values)}
        case "COPY_CODE" if button.variable:
            code = _given(button.variable, values)
            return "copy_code", {"type": "coupon_code", "coupon_code": code}
        case "OTP":
            code = next((values.get(v.key, "") for v in layout.among("body")), "")
            return "url", {"type": "text", "text": code}
        case "FLOW":
            return "flow", {"type": "action", "action": {"flow_token": "unused"}}
    return None


def _filled_card(place: int, card: Card, layout: Layout, values: Mapping[str, str]) -> Raw:
    filled: list[Raw] = []
    if body := [_text_parameter(v, layout, values) for v in card.among("body")]:
        filled.append({"type": "body", "parameters": body})
    filled.extend(_filled_buttons(card.buttons, layout, values))
    return {"card_index": place, "components": filled}


def _card_with_file(card: Raw, files: Mapping[str, tuple[str, Raw]]) -> Raw:
    given = files.get(f"card.{card['card_index']}.file")
    return card | {"components": [_file(given), *card["components"]]} if given else card


def _file(given: tuple[str, Raw]) -> Raw:
    kind, file = given
    return {"type": "header", "parameters": [{"type": kind, kind: file}]}


# --- showing -----------------------------------------------------------------------------------------


def _replaced(place: str, text: str, values: Mapping[str, str]) -> str:
    return VARIABLE.sub(lambda found: values.get(f"{place}.{found[1]}") or found[0], text)


def _shown_button(button: Button, values: Mapping[str, str]) -> dict[str, str]:
    url = button.url
    if button.variable and (value := values.get(button.variable.key)):
        url = VARIABLE.sub(lambda _found: value, url)
    shown = {"type": button.type, "text": button.text, "url": url, "phone": button.phone}
    return {key: word for key, word in shown.items() if word or key in ("type", "text")}


def _shown_card(card: Card, values: Mapping[str, str]) -> Raw:
    return {
        "header_kind": card.header_kind,
        "body": _replaced(f"{card.key}.body", card.body, values),
        "buttons": [_shown_button(button, values) for button in card.buttons],
    }
