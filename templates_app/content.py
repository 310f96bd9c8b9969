"""What a draft says, as a value: from the editor's fields and from Meta's components, and back into them. Pure.

A sample's key is a variable's key of components.py: `header.1`, `body.first_name`, `card.0.body.1`. Authentication
templates, offers and carousels have a form of their own: only what belongs to it is written; what stood in the other
fields waits for a change of mind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Final

from templates_app import components, parts
from templates_app.parts import Raw

AUTHENTICATION: Final = "AUTHENTICATION"
OFFER, CAROUSEL = "OFFER", "CAROUSEL"
FORMS: Final = ("", OFFER, CAROUSEL)
HEADER_KINDS: Final = ("", "TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION")
BUTTON_KINDS: Final = ("QUICK_REPLY", "URL", "PHONE_NUMBER", "COPY_CODE", "FLOW")
CARD_BUTTON_KINDS: Final = ("QUICK_REPLY", "URL", "PHONE_NUMBER")
VARIABLE: Final = parts.VARIABLE
MINUTES: Final = 10
MONTH: Final = 30 * 86_400
MONTH_WRITTEN: Final = -1  # how Meta has thirty days of anything but marketing
names = parts.names


class NotEditable(ValueError):
    """The template holds parts that the editor does not know. Their names are the argument."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonContent:
    kind: str
    text: str = ""
    url: str = ""
    phone: str = ""
    sample: str = ""  # the end of the link, or the code
    flow: str = ""  # Meta's id of the form
    screen: str = ""  # with which it opens


@dataclass(frozen=True, slots=True, kw_only=True)
class CardContent:
    handle: str = ""  # of the uploaded picture or film
    filename: str = ""
    body: str = ""
    buttons: tuple[ButtonContent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An Android app that takes the code by itself."""

    package: str = ""
    signature: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    form: str = ""  # of FORMS
    header_kind: str = ""
    header: str = ""
    header_handle: str = ""  # of the uploaded sample
    header_filename: str = ""
    body: str = ""
    footer: str = ""
    buttons: tuple[ButtonContent, ...] = ()
    samples: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)  # by the variable's key: sources.py
    offer: str = ""
    offer_ends: bool = True
    card_kind: str = "IMAGE"
    cards: tuple[CardContent, ...] = ()
    security_line: bool = True
    code_minutes: int | None = MINUTES
    code_label: str = ""
    code_kind: str = "COPY_CODE"
    code_autofill: str = ""
    code_apps: tuple[App, ...] = ()
    code_terms: bool = False
    lifetime: int | None = None  # seconds in which it is delivered or dropped; None: as Meta does

    @property
    def texts(self) -> tuple[str, ...]:
        """Those that may hold variables."""
        if self.form == CAROUSEL:
            return (self.body, *(card.body for card in self.cards))
        return (self.header if self.header_kind == "TEXT" else "", self.body)

    @property
    def is_named(self) -> bool:
        return any(not name.isdecimal() for text in self.texts for name in names(text))

    def as_json(self) -> Raw:
        plain = asdict(self)
        return plain | {key: list(plain[key]) for key in ("buttons", "cards", "code_apps")}


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
        lifetime = lifetime_written(self.content.lifetime, category=self.category)
        found = {} if lifetime is None else {LIFETIME: lifetime}
        return found | {
            "name": self.name,
            "language": self.language,
            "category": self.category,
            "parameter_format": self.parameter_format,
            "components": self.components,
        }


LIFETIME: Final = "message_send_ttl_seconds"


def lifetime_written(seconds: int | None, *, category: str) -> int | None:
    return MONTH_WRITTEN if seconds == MONTH and category != "MARKETING" else seconds


def lifetime_read(said: Any) -> int | None:
    """What Meta says of a template; None where it says nothing."""
    if not isinstance(said, int) or isinstance(said, bool) or said in (0, None):
        return None
    return MONTH if said == MONTH_WRITTEN else said


# --- kept --------------------------------------------------------------------------------------------


def from_json(stored: Mapping[str, Any]) -> Content:
    """What `as_json` wrote; keys of other versions are left aside."""
    kept = _known(Content, stored)
    for key, read in (
        ("buttons", _buttons_from),
        ("cards", _cards_from),
        ("code_apps", _apps_from),
    ):
        if key in kept:
            kept[key] = read(kept[key])
    return Content(**kept)


def _known(kind: type[Any], stored: Any) -> dict[str, Any]:
    names_of = {f.name for f in fields(kind)}
    return {k: v for k, v in stored.items() if k in names_of} if isinstance(stored, Mapping) else {}


def _buttons_from(stored: Sequence[Any]) -> tuple[ButtonContent, ...]:
    rows = [_known(ButtonContent, button) for button in stored]
    return tuple(ButtonContent(**row) for row in rows if row.get("kind"))


def _cards_from(stored: Sequence[Any]) -> tuple[CardContent, ...]:
    rows = [_known(CardContent, card) for card in stored]
    return tuple(
        CardContent(**row | {"buttons": _buttons_from(row.get("buttons", ()))}) for row in rows
    )


def _apps_from(stored: Sequence[Any]) -> tuple[App, ...]:
    return tuple(App(**_known(App, app)) for app in stored)


# --- to Meta -----------------------------------------------------------------------------------------


def written(content: Content) -> list[Raw]:
    """Meta's components. `components.read` reads the same back."""
    is_plain, is_carousel = content.form == "", content.form == CAROUSEL
    found: list[Raw] = []
    if not is_carousel and (header := _header(content)):
        found.append(header)
    if content.form == OFFER:
        offer = {"text": content.offer, "has_expiration": content.offer_ends}
        found.append({"type": "LIMITED_TIME_OFFER", "limited_time_offer": offer})
    found.append({"type": "BODY", "text": content.body, **_example("body", content.body, content)})
    if is_plain and content.footer:
        found.append({"type": "FOOTER", "text": content.footer})
    if not is_carousel and content.buttons:
        buttons = [_button(button) for button in content.buttons]
        found.append({"type": "BUTTONS", "buttons": buttons})
    if is_carousel:
        cards = [_card(n, card, content) for n, card in enumerate(content.cards)]
        found.append({"type": "CAROUSEL", "cards": cards})
    return found


def _fixed_form(content: Content) -> list[Raw]:
    button: Raw = {"type": "OTP", "otp_type": content.code_kind}
    if content.code_label:
        button["text"] = content.code_label
    if content.code_kind != "COPY_CODE":
        if content.code_autofill:
            button["autofill_text"] = content.code_autofill
        button["supported_apps"] = [
            {"package_name": app.package, "signature_hash": app.signature}
            for app in content.code_apps
        ]
    if content.code_kind == "ZERO_TAP":
        button["zero_tap_terms_accepted"] = content.code_terms
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
    return _file_header(content.header_kind, content.header_handle)


def _file_header(kind: str, handle: str) -> Raw:
    found: Raw = {"type": "HEADER", "format": kind}
    return found | {"example": {"header_handle": [handle]}} if handle else found


def _card(place: int, card: CardContent, content: Content) -> Raw:
    found = [_file_header(content.card_kind, card.handle)]
    if card.body:
        example = _example("body", card.body, content, within=f"card.{place}.")
        found.append({"type": "BODY", "text": card.body, **example})
    if card.buttons:
        found.append({"type": "BUTTONS", "buttons": [_button(button) for button in card.buttons]})
    return {"components": found}


def _example(place: str, text: str, content: Content, *, within: str = "") -> Raw:
    """Samples as Meta wants them: a row by position, or a list by name."""
    found = names(text)
    if not found:
        return {}
    samples = [content.samples.get(f"{within}{place}.{name}", "") for name in found]
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
        case "FLOW":
            form = {"type": "FLOW", "text": button.text, "flow_id": button.flow}
            return form | ({"navigate_screen": button.screen} if button.screen else {})
    return {"type": button.kind, "text": button.text}


# --- from Meta ---------------------------------------------------------------------------------------


def from_meta(raw: list[Any], *, category: str = "", is_named: bool = False) -> Content:
    """A template of Meta's as the editor holds it. NotEditable if something would be lost."""
    content = read(raw, category=category, is_named=is_named)
    return replace(
        content,
        header_handle=_own(content.header_handle),
        cards=tuple(replace(card, handle=_own(card.handle)) for card in content.cards),
    )


def read(raw: list[Any], *, category: str = "", is_named: bool = False) -> Content:
    """The same with the samples' handles as they stand. NotEditable if something would be lost."""
    layout = components.read(raw, is_named=is_named)
    found = parts.by_type(raw)
    buttons = tuple(parts.buttons(found.get("BUTTONS", {})))
    _refuse_strange(layout, buttons)
    minutes = found.get("FOOTER", {}).get("code_expiration_minutes")
    is_fixed = category == AUTHENTICATION
    code = next((button for button in buttons if button.type == "OTP"), parts.Button(type=""))
    return Content(
        form=CAROUSEL if layout.cards else OFFER if "LIMITED_TIME_OFFER" in found else "",
        header_kind="" if is_fixed else layout.header_kind,
        header=layout.header,
        header_handle=parts.handle(found.get("HEADER", {})),
        body="" if is_fixed else layout.body,
        footer="" if is_fixed else layout.footer,
        buttons=tuple(_read_button(button) for button in buttons if button.type != "OTP"),
        samples={
            v.key: v.example for v in layout.variables if v.key.startswith(("header.", "body."))
        }
        | {v.key: v.example for card in layout.cards for v in card.among("body")},
        offer=layout.offer,
        offer_ends=layout.offer_ends or not layout.offer,
        card_kind=layout.cards[0].header_kind if layout.cards else "IMAGE",
        cards=tuple(_read_card(card) for card in layout.cards),
        security_line=found.get("BODY", {}).get("add_security_recommendation") is not False,
        code_minutes=minutes if isinstance(minutes, int) else None if is_fixed else MINUTES,
        code_label=code.text,
        code_kind=code.code_kind or "COPY_CODE",
        code_autofill=code.autofill,
        code_apps=tuple(App(package=package, signature=sign) for package, sign in code.apps),
        code_terms=code.has_terms,
    )


def _refuse_strange(layout: components.Layout, buttons: Sequence[parts.Button]) -> None:
    every = {*BUTTON_KINDS, "OTP"}
    kinds = {button.type for button in buttons} - every
    kinds |= {b.type for card in layout.cards for b in card.buttons} - {*CARD_BUTTON_KINDS}
    strange = [*layout.unsupported, *sorted(kinds)]
    if layout.header_kind not in HEADER_KINDS:
        strange.append(layout.header_kind)
    if len({card.header_kind for card in layout.cards}) > 1:
        strange.append(CAROUSEL)
    if strange:
        raise NotEditable(", ".join(dict.fromkeys(strange)))


def _read_card(card: parts.Card) -> CardContent:
    return CardContent(
        handle=card.header_handle,
        body=card.body,
        buttons=tuple(_read_button(button) for button in card.buttons),
    )


def _read_button(button: parts.Button) -> ButtonContent:
    return ButtonContent(
        kind=button.type,
        text="" if button.type == "COPY_CODE" else button.text,
        url=button.url,
        phone=button.phone,
        sample=button.variable.example if button.variable else "",
        flow=button.flow,
        screen=button.screen,
    )


def _own(handle: str) -> str:
    """What Meta shows of a sample later is an address: it cannot be handed in again."""
    return "" if handle.startswith("http") else handle
