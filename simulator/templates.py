"""Templates as Meta sees them: what may be created, what review decides, whether a send fits, how it reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

from simulator.errors import GraphError
from simulator.models import Json, Template

NAME: Final = re.compile(r"^[a-z0-9_]{1,512}$")
VARIABLE: Final = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
CATEGORIES: Final = ("MARKETING", "UTILITY", "AUTHENTICATION")
EDITABLE: Final = ("APPROVED", "REJECTED", "PAUSED")
PROMOTION: Final = re.compile(
    r"\b(sale|discount|promo|offer|coupon|% off|black friday)|скидк|акци[яию]|распродаж|промокод",
    re.IGNORECASE,
)
SHORT_LINK: Final = re.compile(r"(bit\.ly|tinyurl\.com|wa\.me|t\.co)/", re.IGNORECASE)
PERSONAL: Final = re.compile(r"\b(card number|cvv|passport number|номер карты)\b", re.IGNORECASE)
MEDIA_FORMATS: Final = ("IMAGE", "VIDEO", "DOCUMENT", "GIF")


def part(components: list[Json], kind: str) -> Json:
    """The component of a kind, or an empty one."""
    return next((c for c in components if str(c.get("type", "")).upper() == kind), {})


def variables(text: str) -> list[str]:
    """The names of a text's variables, each once, in order."""
    return list(dict.fromkeys(VARIABLE.findall(text)))


def _refuse(details: str, *, subcode: int, title: str) -> GraphError:
    return GraphError(
        100,
        message="Invalid parameter",
        subcode=subcode,
        user_title=title,
        user_msg=details,
        details=details,
    )


def check_new(*, name: str, language: str, category: str, components: Any) -> None:
    """Refuse what Meta refuses at once, before any review."""
    if not NAME.match(name):
        raise _refuse(
            "The name may hold lower case letters, digits and underscores.",
            subcode=2388042,
            title="Invalid name",
        )
    if not re.match(r"^[a-z]{2,3}([_-][A-Z]{2})?$", language):
        raise GraphError(
            100, message=f"(#100) Param language must be a supported locale - got {language!r}."
        )
    if category not in CATEGORIES:
        raise GraphError(
            100,
            message="(#100) Param category must be one of {UTILITY, MARKETING, AUTHENTICATION} - got "
            f'"{category}".',
        )
    if not isinstance(components, list) or not part(components, "BODY"):
        raise _refuse("The template needs a body.", subcode=2388043, title="Body missing")
    _check_text(components, category=category)
    _check_buttons(part(components, "BUTTONS").get("buttons", []))


def _check_text(components: list[Json], *, category: str) -> None:
    header, body, footer = (part(components, kind) for kind in ("HEADER", "BODY", "FOOTER"))
    text = str(body.get("text", ""))
    if not text and category != "AUTHENTICATION":
        raise _refuse("The body has no text.", subcode=2388043, title="Body missing")
    for value, longest, where in (
        (text, 1024, "body"),
        (str(header.get("text", "")), 60, "header"),
        (str(footer.get("text", "")), 60, "footer"),
    ):
        if len(value) > longest:
            raise _refuse(
                f"The {where} is longer than {longest} characters.",
                subcode=2388040,
                title="Too long",
            )
    if header.get("format") in MEDIA_FORMATS and not header.get("example", {}).get("header_handle"):
        raise _refuse("A media header needs a sample.", subcode=2388273, title="Sample missing")
    if len(variables(str(header.get("text", "")))) > 1:
        raise _refuse("A header may hold one variable.", subcode=2388047, title="Header format")
    if VARIABLE.search(str(footer.get("text", ""))):
        raise _refuse("A footer may hold no variables.", subcode=2388073, title="Footer format")
    if names := variables(text):
        _check_variables(body, text, names)


def _check_variables(body: Json, text: str, names: list[str]) -> None:
    stripped = text.strip()
    if VARIABLE.match(stripped) or re.search(r"\}\}$", stripped):
        raise _refuse(
            "Variables can't be at the start or end of the template.",
            subcode=2388299,
            title="Variable at the edge",
        )
    if re.search(r"\}\}\s*\{\{", text):
        raise _refuse("Variables can't stand side by side.", subcode=2388072, title="Body format")
    numbered = [name for name in names if name.isdigit()]
    if numbered and (
        len(numbered) < len(names) or sorted(map(int, names)) != list(range(1, len(names) + 1))
    ):
        raise _refuse(
            "Variables must be {{1}} to {{n}} without a gap.", subcode=2388072, title="Body format"
        )
    words = len(VARIABLE.sub("", text).split())
    if words < len(names) * 2 + 1:
        raise _refuse(
            "Too many variables for its length.", subcode=2388293, title="Too many variables"
        )
    example = body.get("example", {})
    given = example.get("body_text_named_params") or (example.get("body_text") or [[]])[0]
    if len(given) < len(names):
        raise _refuse("Each variable needs a sample.", subcode=2388043, title="Sample missing")


def _check_buttons(buttons: Any) -> None:
    if not isinstance(buttons, list) or len(buttons) > 10:
        raise _refuse(
            "A template has at most 10 buttons.", subcode=2388050, title="Too many buttons"
        )
    kinds = [str(button.get("type", "")).upper() for button in buttons]
    for kind, most in (("URL", 2), ("PHONE_NUMBER", 1), ("COPY_CODE", 1)):
        if kinds.count(kind) > most:
            raise _refuse(
                f"At most {most} {kind} buttons.", subcode=2388050, title="Too many buttons"
            )
    for button in buttons:
        if len(str(button.get("text", ""))) > 25:
            raise _refuse(
                "A button label has at most 25 characters.", subcode=2388051, title="Label too long"
            )
    blocks = [kind == "QUICK_REPLY" for kind in kinds]
    changes = sum(1 for a, b in pairwise(blocks) if a != b)
    if changes > 1:
        raise _refuse("Quick replies must stand together.", subcode=2388052, title="Button order")


def all_text(components: list[Json]) -> str:
    """Every word of a template, for the reviewer."""
    buttons = part(components, "BUTTONS").get("buttons", [])
    texts = [str(c.get("text", "")) for c in components]
    return "\n".join([*texts, *(f"{b.get('text', '')} {b.get('url', '')}" for b in buttons)])


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
    if template.category == "AUTHENTICATION" and not body_names:
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
    _check_button_parameters(template, content)


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


def _check_button_parameters(template: Template, content: Json) -> None:
    given = {
        str(c.get("index", "0")): c
        for c in content.get("components", [])
        if str(c.get("type", "")).lower() == "button"
    }
    for index, button in enumerate(buttons_of(template)):
        needs = VARIABLE.search(str(button.get("url", ""))) or str(
            button.get("type", "")
        ).upper() in (
            "COPY_CODE",
            "OTP",
        )
        if needs and not given.get(str(index), {}).get("parameters"):
            raise GraphError(
                131008,
                details=f"buttons: Button at index {index} of type {button.get('type')} requires a parameter",
            )
    if any(
        not place.isdigit() or int(place) >= max(1, len(buttons_of(template))) for place in given
    ):
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
    if body.get("add_security_recommendation") or (
        template.category == "AUTHENTICATION" and not shown["body"]
    ):
        code = next((v for _, v in _values(parameters_of(content, "body"), ["1"])), "")
        shown["body"] = (
            f"*{code}* is your verification code. For your security, do not share this code."
        )
    if header.get("text"):
        shown["header"] = {"type": "text", "text": fill(str(header["text"]), header_parameters)}
    elif header_parameters:
        shown["header"] = header_parameters[0]
    return shown


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
