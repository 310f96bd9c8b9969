"""A template's components as values: what it says, which variables it has, and how it is filled. Pure, without Django.

A variable's key says where it stands: `header.1`, `body.2`, `body.first_name`, `button.0` (the end of its link,
or its code), and for a place in the header `header.latitude`, `header.longitude`, `header.name`, `header.address`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Protocol, TypeAlias

Raw: TypeAlias = dict[str, Any]

VARIABLE: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")
MEDIA_HEADERS: Final = ("IMAGE", "VIDEO", "DOCUMENT")
HEADER_FILE: Final = "header.file"
PLACE: Final = ("latitude", "longitude", "name", "address")
CODE_BUTTONS: Final = frozenset({"OTP"})
FILLABLE: Final = frozenset({"HEADER", "BODY", "FOOTER", "BUTTONS", "CALL_PERMISSION_REQUEST"})


class HasComponents(Protocol):
    """What is needed of a template: Meta's JSON and how its variables are called."""

    components: Any
    parameter_format: Any


@dataclass(frozen=True, slots=True)
class Variable:
    key: str
    name: str  # as it stands between the braces
    example: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    type: str
    text: str = ""
    url: str = ""
    phone: str = ""
    variable: Variable | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """`unsupported`: components, such as CAROUSEL, that we can show but not fill."""

    header_kind: str = ""
    header: str = ""
    body: str = ""
    footer: str = ""
    buttons: tuple[Button, ...] = ()
    variables: tuple[Variable, ...] = ()
    is_named: bool = False
    unsupported: tuple[str, ...] = ()

    @property
    def needs_file(self) -> bool:
        return self.header_kind in MEDIA_HEADERS

    @property
    def file_kind(self) -> str:
        """image, video or document; empty if there is no file above the text."""
        return self.header_kind.lower() if self.needs_file else ""

    def among(self, place: str) -> list[Variable]:
        """The variables of the header, the body or the buttons."""
        return [variable for variable in self.variables if variable.key.startswith(f"{place}.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """As the customer will see it. `buttons` have `type`, `text`, and `url` or `phone` where they have one."""

    header_kind: str
    header: str
    body: str
    footer: str
    buttons: tuple[dict[str, str], ...]

    def as_json(self) -> Raw:
        return {**asdict(self), "buttons": [dict(button) for button in self.buttons]}


def of(template: HasComponents) -> Layout:
    """The layout of a template as it is stored."""
    return read(template.components, is_named=template.parameter_format == "NAMED")


def read(components: Iterable[Any], *, is_named: bool = False) -> Layout:
    """The layout of Meta's components. What is missing or malformed is left empty, never an error."""
    found = {
        str(component.get("type", "")).upper(): component
        for component in components
        if isinstance(component, dict)
    }
    header, body = found.get("HEADER", {}), found.get("BODY", {})
    header_kind = str(header.get("format") or ("TEXT" if header.get("text") else "")).upper()
    buttons = tuple(_buttons(found.get("BUTTONS", {})))
    variables = (
        *_header_variables(header, header_kind),
        *_text_variables("body", body, _word(body.get("text"))),
        *(button.variable for button in buttons if button.variable),
    )
    return Layout(
        header_kind=header_kind,
        header=_word(header.get("text")),
        body=_word(body.get("text")),
        footer=_word(found.get("FOOTER", {}).get("text")),
        buttons=buttons,
        variables=variables,
        is_named=is_named,
        unsupported=tuple(kind for kind in found if kind not in FILLABLE),
    )


def missing(layout: Layout, values: Mapping[str, str]) -> tuple[str, ...]:
    """The keys that still need a value. A place in the header needs its co-ordinates only."""
    return tuple(
        variable.key
        for variable in layout.variables
        if variable.key not in ("header.name", "header.address")
        and not _given(variable, values).strip()
    )


def fill(layout: Layout, values: Mapping[str, str]) -> list[Raw]:
    """The `components` of a send, without the header's file, which is known only when it is uploaded."""
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
    filled.extend(_filled_buttons(layout, values))
    return filled


def preview(layout: Layout, values: Mapping[str, str]) -> Preview:
    """With the values that there are; a variable without one stays as it stands, `{{1}}`."""
    return Preview(
        header_kind=layout.header_kind,
        header=_replaced("header", layout.header, values),
        body=_replaced("body", layout.body, values),
        footer=layout.footer,
        buttons=tuple(_shown_button(button, values) for button in layout.buttons),
    )


def examples(layout: Layout) -> dict[str, str]:
    """Meta's samples as values: a preview before anybody has filled in anything."""
    return {variable.key: variable.example for variable in layout.variables if variable.example}


# --- reading -----------------------------------------------------------------------------------------


def _header_variables(header: Raw, kind: str) -> Iterator[Variable]:
    if kind == "LOCATION":
        yield from (Variable(f"header.{name}", name) for name in PLACE)
    else:
        yield from _text_variables("header", header, _word(header.get("text")))


def _text_variables(place: str, component: Raw, text: str) -> Iterator[Variable]:
    names = list(dict.fromkeys(VARIABLE.findall(text)))
    if all(name.isdecimal() for name in names):
        names.sort(key=number)
    samples = _samples(place, component)
    for position, name in enumerate(names):
        named = samples.get(name, "")
        yield Variable(f"{place}.{name}", name, named or samples.get(f"#{position}", ""))


def number(name: str) -> int:
    """Of a variable; nobody means one with more digits than this."""
    return int(name[:18])


def _samples(place: str, component: Raw) -> dict[str, str]:
    """By name for named ones, by "#position" for the others."""
    example = component.get("example")
    if not isinstance(example, dict):
        return {}
    found: dict[str, str] = {}
    named = example.get(f"{place}_text_named_params")
    for item in named if isinstance(named, list) else ():
        if isinstance(item, dict):
            found[_word(item.get("param_name"))] = _word(item.get("example"))
    row = example.get(f"{place}_text")
    if isinstance(row, list) and row and isinstance(row[0], list):
        row = row[0]
    for position, sample in enumerate(row if isinstance(row, list) else ()):
        found[f"#{position}"] = _word(sample)
    return found


def _buttons(component: Raw) -> Iterator[Button]:
    given = component.get("buttons")
    for index, raw in enumerate(given if isinstance(given, list) else ()):
        if not isinstance(raw, dict):
            continue
        kind, url = str(raw.get("type", "")).upper(), _word(raw.get("url"))
        is_code = kind in CODE_BUTTONS or "otp_type" in raw
        example = raw.get("example")
        sample = _word(example[0] if isinstance(example, list) and example else example)
        variable = None
        if kind == "COPY_CODE":
            variable = Variable(f"button.{index}", "code", sample)
        elif not is_code and (match := VARIABLE.search(url)):
            variable = Variable(
                f"button.{index}", match[1], sample.removeprefix(url[: match.start()])
            )
        yield Button(
            type="OTP" if is_code else kind,
            text=_word(raw.get("text")),
            url=url,
            phone=_word(raw.get("phone_number")),
            variable=variable,
        )


def _word(value: Any) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


# --- filling -----------------------------------------------------------------------------------------


def _given(variable: Variable, values: Mapping[str, str]) -> str:
    return str(values.get(variable.key, ""))


def _text_parameter(variable: Variable, layout: Layout, values: Mapping[str, str]) -> Raw:
    parameter: Raw = {"type": "text", "text": _given(variable, values)}
    if layout.is_named:
        parameter["parameter_name"] = variable.name
    return parameter


def _place(values: Mapping[str, str]) -> Raw:
    return {name: word for name in PLACE if (word := str(values.get(f"header.{name}", "")).strip())}


def _filled_buttons(layout: Layout, values: Mapping[str, str]) -> Iterator[Raw]:
    for index, button in enumerate(layout.buttons):
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


def _replaced(place: str, text: str, values: Mapping[str, str]) -> str:
    return VARIABLE.sub(lambda found: values.get(f"{place}.{found[1]}") or found[0], text)


def _shown_button(button: Button, values: Mapping[str, str]) -> dict[str, str]:
    url = button.url
    if button.variable and (value := values.get(button.variable.key)):
        url = VARIABLE.sub(lambda _found: value, url)
    shown = {"type": button.type, "text": button.text, "url": url, "phone": button.phone}
    return {key: word for key, word in shown.items() if word or key in ("type", "text")}


def texts(layout: Layout) -> Sequence[str]:
    """All that can be read in it, for search."""
    return [layout.header, layout.body, layout.footer, *(button.text for button in layout.buttons)]
