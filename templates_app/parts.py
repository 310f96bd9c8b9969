"""The pieces of a template as values, read from Meta's JSON: variables with their samples, buttons, cards. Pure.

What is missing or malformed is left empty, never an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

Raw: TypeAlias = dict[str, Any]

VARIABLE: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")
CODE_BUTTONS: Final = frozenset({"OTP"})
CODE_KINDS: Final = ("COPY_CODE", "ONE_TAP", "ZERO_TAP")
CARD_HEADERS: Final = ("IMAGE", "VIDEO")
HANDLE: Final = "header_handle"
TEXT, MOMENT = "text", "moment"  # kinds of variables


@dataclass(frozen=True, slots=True)
class Variable:
    """`kind`: "text", or "moment" for an ISO date and time."""

    key: str
    name: str  # as it stands between the braces
    example: str = ""
    kind: str = TEXT


@dataclass(frozen=True, slots=True)
class Button:
    """`flow`, `screen`: of one that opens a form; `code_kind`, `autofill`, `apps`, `has_terms`: of a code's."""

    type: str
    text: str = ""
    url: str = ""
    phone: str = ""
    variable: Variable | None = None
    flow: str = ""
    screen: str = ""
    code_kind: str = ""
    autofill: str = ""
    apps: tuple[tuple[str, str], ...] = ()  # package and signature
    has_terms: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One of a carousel. Its keys begin with `card.0.`, its file is `card.0.file`."""

    key: str
    header_kind: str = ""
    header_handle: str = ""
    body: str = ""
    buttons: tuple[Button, ...] = ()
    variables: tuple[Variable, ...] = ()

    @property
    def file_key(self) -> str:
        return f"{self.key}.file"

    def among(self, place: str) -> list[Variable]:
        return [v for v in self.variables if v.key.startswith(f"{self.key}.{place}.")]


def by_type(components: Iterable[Any]) -> dict[str, Raw]:
    """Each once, by its kind in capitals."""
    return {
        str(part.get("type", "")).upper(): part for part in components if isinstance(part, dict)
    }


def word(value: Any) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


def number(name: str) -> int:
    """Of a variable; nobody means one with more digits than this."""
    return int(name[:18])


def names(text: str) -> list[str]:
    """The variables of a text, each once: numbers by their value, names as they come."""
    found = list(dict.fromkeys(VARIABLE.findall(text)))
    return sorted(found, key=number) if all(name.isdecimal() for name in found) else found


def text_variables(
    place: str, component: Raw, text: str, *, within: str = ""
) -> Iterator[Variable]:
    """`place`: header or body, as Meta calls its examples. `within`: before the key, "card.0."."""
    samples = _samples(place, component)
    for position, name in enumerate(names(text)):
        named = samples.get(name, "")
        yield Variable(f"{within}{place}.{name}", name, named or samples.get(f"#{position}", ""))


def _samples(place: str, component: Raw) -> dict[str, str]:
    """By name for named ones, by "#position" for the others."""
    example = component.get("example")
    if not isinstance(example, dict):
        return {}
    found: dict[str, str] = {}
    named = example.get(f"{place}_text_named_params")
    for item in named if isinstance(named, list) else ():
        if isinstance(item, dict):
            found[word(item.get("param_name"))] = word(item.get("example"))
    row = example.get(f"{place}_text")
    if isinstance(row, list) and row and isinstance(row[0], list):
        row = row[0]
    for position, sample in enumerate(row if isinstance(row, list) else ()):
        found[f"#{position}"] = word(sample)
    return found


def handle(header: Raw) -> str:
    """The sample that Meta was given, or where it shows it."""
    example = header.get("example")
    given = example.get(HANDLE) if isinstance(example, dict) else None
    return word(given[0]) if isinstance(given, list) and given else ""


def steady(said: Any, *, with_handles: bool = True) -> Any:
    """The same without what Meta signs anew with every answer: the ends of the samples' addresses, or all handles."""
    if isinstance(said, list):
        return [steady(one, with_handles=with_handles) for one in said]
    if not isinstance(said, dict):
        return said
    return {
        key: _unsigned(value) if key == HANDLE else steady(value, with_handles=with_handles)
        for key, value in said.items()
        if key != HANDLE or with_handles
    }


def _unsigned(given: Any) -> Any:
    if not isinstance(given, list):
        return given
    return [one.partition("?")[0] if isinstance(one, str) else one for one in given]


def buttons(component: Raw, *, within: str = "") -> Iterator[Button]:
    given = component.get("buttons")
    for index, raw in enumerate(given if isinstance(given, list) else ()):
        if isinstance(raw, dict):
            yield _button(raw, f"{within}button.{index}")


def _button(raw: Raw, key: str) -> Button:
    kind, url = str(raw.get("type", "")).upper(), word(raw.get("url"))
    is_code = kind in CODE_BUTTONS or "otp_type" in raw
    example = raw.get("example")
    sample = word(example[0] if isinstance(example, list) and example else example)
    variable = None
    if kind == "COPY_CODE":
        variable = Variable(key, "code", sample)
    elif not is_code and (match := VARIABLE.search(url)):
        variable = Variable(key, match[1], sample.removeprefix(url[: match.start()]))
    return Button(
        type="OTP" if is_code else kind,
        text=word(raw.get("text")),
        url=url,
        phone=word(raw.get("phone_number")),
        variable=variable,
        flow=word(raw.get("flow_id")),
        screen=word(raw.get("navigate_screen")),
        code_kind=word(raw.get("otp_type")).upper() if is_code else "",
        autofill=word(raw.get("autofill_text")),
        apps=tuple(_apps(raw)),
        has_terms=raw.get("zero_tap_terms_accepted") is True,
    )


def _apps(raw: Raw) -> Iterator[tuple[str, str]]:
    given = raw.get("supported_apps")
    for app in given if isinstance(given, list) else ():
        if isinstance(app, dict):
            yield word(app.get("package_name")), word(app.get("signature_hash"))


def cards(component: Raw) -> Iterator[Card]:
    """Those of a carousel of pictures or films. One of products holds none that we can fill."""
    given = component.get("cards")
    for index, raw in enumerate(given if isinstance(given, list) else ()):
        inner = raw.get("components") if isinstance(raw, dict) else None
        found = by_type(inner if isinstance(inner, list) else ())
        header, body = found.get("HEADER", {}), found.get("BODY", {})
        key, text = f"card.{index}", word(body.get("text"))
        own = tuple(buttons(found.get("BUTTONS", {}), within=f"{key}."))
        yield Card(
            key=key,
            header_kind=str(header.get("format", "")).upper(),
            header_handle=handle(header),
            body=text,
            buttons=own,
            variables=(
                *text_variables("body", body, text, within=f"{key}."),
                *(button.variable for button in own if button.variable),
            ),
        )
