"""What a draft says, as a value: from the editor's fields and from Meta's components, and back into them. Pure.

A sample's key is a variable's key of components.py: `header.1`, `body.first_name`. Authentication templates have a
fixed form at Meta: only their own three fields are written; what stood in the others waits for a change of mind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final

from templates_app import components
from templates_app.components import Raw

AUTHENTICATION: Final = "AUTHENTICATION"
HEADER_KINDS: Final = ("", "TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION")
BUTTON_KINDS: Final = ("QUICK_REPLY", "URL", "PHONE_NUMBER", "COPY_CODE")
VARIABLE: Final = components.VARIABLE
MINUTES: Final = 10


class NotEditable(ValueError):
    """The template holds parts that the editor does not know. Their names are the argument."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonContent:
    kind: str
    text: str = ""
    url: str = ""
    phone: str = ""
    sample: str = ""  # the end of the link, or the code


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    header_kind: str = ""
    header: str = ""
    header_handle: str = ""  # of the uploaded sample
    header_filename: str = ""
    body: str = ""
    footer: str = ""
    buttons: tuple[ButtonContent, ...] = ()
    samples: Mapping[str, str] = field(default_factory=dict)
    security_line: bool = True
    code_minutes: int | None = MINUTES
    code_label: str = ""

    @property
    def is_named(self) -> bool:
        return any(not name.isdecimal() for name in names(self.header) + names(self.body))

    def as_json(self) -> Raw:
        return {**asdict(self), "buttons": [asdict(button) for button in self.buttons]}


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftContent:
    """All that is submitted: what `rules.check` judges."""

    name: str
    language: str
    category: str
    content: Content

    @property
    def is_authentication(self) -> bool:
        return self.category == AUTHENTICATION

    @property
    def parameter_format(self) -> str:
        return "NAMED" if self.content.is_named and not self.is_authentication else "POSITIONAL"

    @property
    def components(self) -> list[Raw]:
        return _fixed_form(self.content) if self.is_authentication else written(self.content)

    def as_meta(self) -> Raw:
        """The body of Meta's create call."""
        return {
            "name": self.name,
            "language": self.language,
            "category": self.category,
            "parameter_format": self.parameter_format,
            "components": self.components,
        }


def names(text: str) -> list[str]:
    """The variables of a text, each once: numbers by their value, names as they come."""
    found = list(dict.fromkeys(VARIABLE.findall(text)))
    return (
        sorted(found, key=components.number) if all(name.isdecimal() for name in found) else found
    )


def from_json(stored: Mapping[str, Any]) -> Content:
    """What `as_json` wrote; keys of other versions are left aside."""
    known = {f.name for f in fields(Content)}
    kept = {key: value for key, value in stored.items() if key in known}
    keys = {f.name for f in fields(ButtonContent)}
    buttons = (b for b in kept.pop("buttons", ()) if isinstance(b, dict) and b.get("kind"))
    return Content(
        **kept,
        buttons=tuple(ButtonContent(**{k: v for k, v in b.items() if k in keys}) for b in buttons),
    )


def written(content: Content) -> list[Raw]:
    """Meta's components. `components.read` reads the same back."""
    found: list[Raw] = []
    if header := _header(content):
        found.append(header)
    found.append({"type": "BODY", "text": content.body, **_example("body", content.body, content)})
    if content.footer:
        found.append({"type": "FOOTER", "text": content.footer})
    if content.buttons:
        buttons = [_button(button) for button in content.buttons]
        found.append({"type": "BUTTONS", "buttons": buttons})
    return found


def from_meta(raw: list[Any], *, category: str = "", is_named: bool = False) -> Content:
    """A template of Meta's as the editor holds it. NotEditable if something would be lost."""
    layout = components.read(raw, is_named=is_named)
    kinds = {button.type for button in layout.buttons}
    strange = [*layout.unsupported, *sorted(kinds - {*BUTTON_KINDS, "OTP"})]
    if layout.header_kind not in HEADER_KINDS:
        strange.append(layout.header_kind)
    if strange:
        raise NotEditable(", ".join(strange))
    by_type = {str(part.get("type", "")).upper(): part for part in raw if isinstance(part, dict)}
    minutes = by_type.get("FOOTER", {}).get("code_expiration_minutes")
    is_fixed = category == AUTHENTICATION
    return Content(
        header_kind="" if is_fixed else layout.header_kind,
        header=layout.header,
        header_handle=_handle(by_type.get("HEADER", {})),
        body="" if is_fixed else layout.body,
        footer="" if is_fixed else layout.footer,
        buttons=tuple(_read_button(button) for button in layout.buttons if button.type != "OTP"),
        samples={
            v.key: v.example for v in layout.variables if v.key.startswith(("header", "body"))
        },
        security_line=by_type.get("BODY", {}).get("add_security_recommendation") is not False,
        code_minutes=minutes if isinstance(minutes, int) else None if is_fixed else MINUTES,
        code_label=next((b.text for b in layout.buttons if b.type == "OTP"), ""),
    )


def _fixed_form(content: Content) -> list[Raw]:
    button: Raw = {"type": "OTP", "otp_type": "COPY_CODE"}
    if content.code_label:
        button["text"] = content.code_label
    found: list[Raw] = [
        {"type": "BODY", "add_security_recommendation": content.security_line},
        {"type": "BUTTONS", "buttons": [button]},
    ]
    if content.code_minutes is not None:
        found.insert(1, {"type": "FOOTER", "code_expiration_minutes": content.code_minutes})
    return found


def _header(content: Content) -> Raw:
    match content.header_kind:
        case "":
            return {}
        case "TEXT":
            example = _example("header", content.header, content)
            return {"type": "HEADER", "format": "TEXT", "text": content.header, **example}
        case "LOCATION":
            return {"type": "HEADER", "format": "LOCATION"}
    found: Raw = {"type": "HEADER", "format": content.header_kind}
    if content.header_handle:
        found["example"] = {"header_handle": [content.header_handle]}
    return found


def _example(place: str, text: str, content: Content) -> Raw:
    """Samples as Meta wants them: a row by position, or a list by name."""
    found = names(text)
    if not found:
        return {}
    samples = [content.samples.get(f"{place}.{name}", "") for name in found]
    if content.is_named:
        named = [{"param_name": n, "example": s} for n, s in zip(found, samples, strict=True)]
        return {"example": {f"{place}_text_named_params": named}}
    return {"example": {f"{place}_text": [samples] if place == "body" else samples}}


def _button(button: ButtonContent) -> Raw:
    match button.kind:
        case "URL":
            found: Raw = {"type": "URL", "text": button.text, "url": button.url}
            return {**found, "example": [button.sample]} if VARIABLE.search(button.url) else found
        case "PHONE_NUMBER":
            digits = re.sub(r"[^\d+]", "", button.phone)
            return {"type": "PHONE_NUMBER", "text": button.text, "phone_number": digits}
        case "COPY_CODE":
            return {"type": "COPY_CODE", "example": button.sample}
    return {"type": button.kind, "text": button.text}


def _read_button(button: components.Button) -> ButtonContent:
    return ButtonContent(
        kind=button.type,
        text="" if button.type == "COPY_CODE" else button.text,
        url=button.url,
        phone=button.phone,
        sample=button.variable.example if button.variable else "",
    )


def _handle(header: Raw) -> str:
    """The sample that Meta was given. What it shows of one later is an address: it cannot be handed in again."""
    example = header.get("example")
    given = example.get("header_handle") if isinstance(example, dict) else None
    handle = given[0] if isinstance(given, list) and given and isinstance(given[0], str) else ""
    return "" if handle.startswith("http") else handle
