"""Templates as Meta sees them: what may be created, what review decides, whether a send fits, how it reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from simulator.errors import GraphError
from simulator.models import Json, Template
from templates_app import fixed_words
from templates_app.rules.often import PERSONAL, PROMOTION, SHORT_LINK

VARIABLE: Final = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
MEDIA_FORMATS: Final = ("IMAGE", "VIDEO", "DOCUMENT", "GIF")
CODE_MOST: Final = 15


def part(components: list[Json], kind: str) -> Json:
    """The component of a kind, or an empty one."""
    return next((c for c in components if str(c.get("type", "")).upper() == kind), {})


def variables(text: str) -> list[str]:
    """The names of a text's variables, each once, in order."""
    return list(dict.fromkeys(VARIABLE.findall(text)))


def all_text(components: list[Json]) -> str:
    """Every word of a template, for the reviewer."""
    buttons = part(components, "BUTTONS").get("buttons", [])
    texts = [str(c.get("text", "")) for c in components]
    texts += [all_text(card.get("components", [])) for card in cards_of(components)]
    return "\n".join([*texts, *(f"{b.get('text', '')} {b.get('url', '')}" for b in buttons)])


def cards_of(components: list[Json]) -> list[Json]:
    """Of its carousel."""
    return list(part(components, "CAROUSEL").get("cards", []))


def category_after_review(template_category: str, components: list[Json]) -> str:
    """Meta approves promotional utility templates as marketing."""
    if template_category == "UTILITY" and PROMOTION.search(all_text(components)):
        return "MARKETING"
    return template_category


def review(template: Template) -> tuple[str, str]:
    """The automatic reviewer: a status and a reason. Names with `reject` or `hold` steer it, for demonstrations."""
    text = all_text(template.components)
    if "hold" in template.name:
        return "PENDING", "NONE"
    if "reject" in template.name:
        return "REJECTED", "INVALID_FORMAT"
    if SHORT_LINK.search(text):
        return "REJECTED", "PROMOTIONAL"
    if PERSONAL.search(text):
        return "REJECTED", "SCAM"
    if template.category == "AUTHENTICATION" and "http" in text:
        return "REJECTED", "TAG_CONTENT_MISMATCH"
    return "APPROVED", "NONE"


def is_code(template: Template) -> bool:
    """Whether it carries a one-time code: Meta writes its text."""
    kinds = {str(button.get("type", "")).upper() for button in buttons_of(template)}
    return "OTP" in kinds or any("otp_type" in button for button in buttons_of(template))


def parameters_of(content: Json, kind: str) -> list[Json]:
    """What a send gives for one component."""
    found: Json = next(
        (c for c in content.get("components", []) if str(c.get("type", "")).lower() == kind), {}
    )
    return list(found.get("parameters", []))


def buttons_of(template: Template) -> list[Json]:
    """The template's buttons, flat."""
    return list(part(template.components, "BUTTONS").get("buttons", []))


def check_send(template: Template, content: Json) -> None:
    """Refuse a send whose parameters do not fit the template."""
    header = part(template.components, "HEADER")
    body_names = variables(str(part(template.components, "BODY").get("text", "")))
    if is_code(template) and not body_names:
        body_names = ["1"]
    _count("body", given=parameters_of(content, "body"), expected=body_names, template=template)
    given = parameters_of(content, "header")
    wanted_format = str(header.get("format", "TEXT")).upper()
    if wanted_format in MEDIA_FORMATS:
        kind = "video" if wanted_format == "GIF" else wanted_format.lower()
        if not given or given[0].get("type") != kind:
            got = given[0].get("type", "UNKNOWN") if given else "UNKNOWN"
            raise GraphError(
                132012,
                details=f"header: Format mismatch, expected {wanted_format}, received {str(got).upper()}",
            )
    elif wanted_format == "LOCATION":
        if not given or given[0].get("type") != "location":
            raise GraphError(
                132012, details="header: Format mismatch, expected LOCATION, received UNKNOWN"
            )
    else:
        _count(
            "header",
            given=given,
            expected=variables(str(header.get("text", ""))),
            template=template,
        )
    _check_buttons(buttons_of(template), content)
    _check_offer(template, content)
    _check_cards(template, content)


def _check_offer(template: Template, content: Json) -> None:
    """An offer with a countdown must be told its end."""
    offer = part(template.components, "LIMITED_TIME_OFFER").get("limited_time_offer", {})
    if not offer.get("has_expiration"):
        return
    given = parameters_of(content, "limited_time_offer")
    ends = given[0].get("limited_time_offer", {}).get("expiration_time_ms") if given else None
    if not isinstance(ends, int) or isinstance(ends, bool) or ends <= 0:
        raise GraphError(131008, details="limited_time_offer: expiration_time_ms is missing")


def _check_cards(template: Template, content: Json) -> None:
    """As many as the template has, each with its file, its variables and its buttons."""
    wanted = cards_of(template.components)
    if not wanted:
        return
    given = part(content.get("components", []), "CAROUSEL").get("cards", [])
    if [card.get("card_index") for card in given] != list(range(len(wanted))):
        raise GraphError(
            132000,
            details=f"carousel: {len(given)} cards are given, the template has {len(wanted)}",
        )
    for place, (mine, theirs) in enumerate(zip(wanted, given, strict=True)):
        card = replace(template, components=mine.get("components", []), category="MARKETING")
        try:
            check_send(card, theirs)
        except GraphError as refusal:
            raise GraphError(refusal.code, details=f"card {place}: {refusal.details}") from refusal


def _count(where: str, *, given: list[Json], expected: list[str], template: Template) -> None:
    if len(given) != len(expected):
        raise GraphError(
            132000,
            details=f"{where}: number of localizable_params ({len(given)}) does not match the expected number of"
            f" params ({len(expected)})",
        )
    for parameter in given:
        text = parameter.get("text")
        if parameter.get("type", "text") == "text":
            if text in (None, ""):
                raise GraphError(131008, details=f"{where}: a text parameter has no text")
            if re.search(r"[\n\t]| {5,}", str(text)):
                raise GraphError(
                    132012,
                    details=f"{where}: Param text cannot have new-line/tab characters or more than 4 spaces",
                )
    if template.parameter_format == "NAMED" and expected:
        names = {parameter.get("parameter_name") for parameter in given}
        if names != set(expected):
            raise GraphError(
                132000, details=f"{where}: parameter names do not match {sorted(expected)}"
            )


def _check_buttons(buttons: list[Json], content: Json) -> None:
    given = {
        str(c.get("index", "0")): c
        for c in content.get("components", [])
        if str(c.get("type", "")).lower() == "button"
    }
    for index, button in enumerate(buttons):
        kind = str(button.get("type", "")).upper()
        needs = VARIABLE.search(str(button.get("url", ""))) or kind in ("COPY_CODE", "OTP")
        parameters = given.get(str(index), {}).get("parameters")
        if needs and not parameters:
            raise GraphError(
                131008,
                details=f"buttons: Button at index {index} of type {button.get('type')} requires a parameter",
            )
        code = (
            str(parameters[0].get("coupon_code") or parameters[0].get("text") or "")
            if needs
            else ""
        )
        if kind in ("COPY_CODE", "OTP") and not 0 < len(code) <= CODE_MOST:
            raise GraphError(
                132012,
                details=f"buttons: the code at index {index} has 1 to {CODE_MOST} characters",
            )
    if any(not place.isdigit() or int(place) >= max(1, len(buttons)) for place in given):
        raise GraphError(132000, details="buttons: there is no button at this index")


def _values(parameters: list[Json], names: list[str]) -> Iterator[tuple[str, str]]:
    for place, parameter in enumerate(parameters):
        name = str(
            parameter.get("parameter_name") or (names[place] if place < len(names) else place + 1)
        )
        kind = str(parameter.get("type", "text"))
        value = parameter.get(kind)
        if isinstance(value, dict):
            value = value.get("fallback_value", "")
        yield name, str(value or "")


def fill(text: str, parameters: list[Json]) -> str:
    """A text with its variables replaced."""
    values = dict(_values(parameters, variables(text)))
    return VARIABLE.sub(lambda match: values.get(match.group(1), match.group(0)), text)


def render(template: Template, content: Json) -> Json:
    """What the customer sees: header, body, footer and buttons with everything filled in."""
    header = part(template.components, "HEADER")
    body = part(template.components, "BODY")
    given = {
        int(c["index"]): c.get("parameters", [])
        for c in content.get("components", [])
        if str(c.get("type", "")).lower() == "button" and str(c.get("index", "")).isdigit()
    }
    header_parameters = parameters_of(content, "header")
    shown: Json = {
        "name": template.name,
        "category": template.category,
        "body": fill(str(body.get("text", "")), parameters_of(content, "body")),
        "footer": str(part(template.components, "FOOTER").get("text", "")),
        "buttons": [_shown_button(b, given.get(i, [])) for i, b in enumerate(buttons_of(template))],
    }
    if offer := part(template.components, "LIMITED_TIME_OFFER").get("limited_time_offer"):
        until = parameters_of(content, "limited_time_offer")
        ends = until[0]["limited_time_offer"]["expiration_time_ms"] if until else 0
        shown["offer"] = {"text": str(offer.get("text", "")), "ends": ends // 1000}
    if wanted := cards_of(template.components):
        given_cards = part(content.get("components", []), "CAROUSEL").get("cards", [])
        shown["cards"] = [
            render(replace(template, components=mine.get("components", [])), theirs)
            for mine, theirs in zip(wanted, given_cards, strict=False)
        ]
    if is_code(template):
        _write_code(shown, template, content)
    if header.get("text"):
        shown["header"] = {"type": "text", "text": fill(str(header["text"]), header_parameters)}
    elif header_parameters:
        shown["header"] = header_parameters[0]
    return shown


def _write_code(shown: Json, template: Template, content: Json) -> None:
    """The words that Meta writes itself."""
    body, footer = (part(template.components, kind) for kind in ("BODY", "FOOTER"))
    if not body.get("text"):
        warned = bool(body.get("add_security_recommendation"))
        text = fixed_words.body(template.language, has_warning=warned)
        shown["body"] = fill(text, parameters_of(content, "body"))
    if minutes := footer.get("code_expiration_minutes"):
        shown["footer"] = fixed_words.footer(template.language, minutes=int(minutes))


def _shown_button(button: Json, parameters: list[Json]) -> Json:
    kind = str(button.get("type", "")).upper()
    shown: Json = {"type": kind, "text": str(button.get("text", ""))}
    if button.get("url"):
        shown["url"] = VARIABLE.sub(
            lambda _: str(parameters[0].get("text", "")) if parameters else "", button["url"]
        )
    if button.get("phone_number"):
        shown["phone_number"] = button["phone_number"]
    if kind == "QUICK_REPLY":
        shown["payload"] = str(parameters[0].get("payload", "")) if parameters else shown["text"]
    if kind in ("COPY_CODE", "OTP"):
        first = parameters[0] if parameters else {}
        shown["code"] = str(first.get("coupon_code") or first.get("text") or "")
        shown["text"] = shown["text"] or "Copy code"
    return shown
