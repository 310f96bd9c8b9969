"""The rules of buttons: how many, in which order, and what each must say. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final
from urllib.parse import urlsplit

from templates_app.content import BUTTON_KINDS, ButtonContent
from templates_app.rules.problem import Problem, Severity, problem, refused
from templates_app.rules.texts import BRACES, VARIABLE

LABEL_MOST, URL_MOST, PHONE_MOST, CODE_MOST, BUTTONS_MOST = 25, 2000, 20, 15, 10
KIND_MOST: Final = {"URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1}
DESKTOP_MOST: Final = 3
FLOW_ID: Final = re.compile(r"[0-9]{5,30}", re.ASCII)


def buttons(found: Sequence[ButtonContent]) -> Iterator[Problem]:
    if len(found) > BUTTONS_MOST:
        yield refused("buttons", "buttons_many", n=len(found), most=BUTTONS_MOST)
    seen: Counter[str] = Counter()
    for position, button in enumerate(found, start=1):
        place, most = f"button {position}", KIND_MOST.get(button.kind, BUTTONS_MOST)
        seen[button.kind] += 1
        if button.kind not in BUTTON_KINDS:
            yield refused(place, "button_kind")
        elif seen[button.kind] > most and button.kind in KIND_MOST:
            yield refused(place, "buttons_kind", most=most)
        yield from one(place, button)
    replies = [button.kind == "QUICK_REPLY" for button in found]
    if sum(a != b for a, b in pairwise(replies)) > 1:
        yield refused("buttons", "buttons_order")
    if len(found) > DESKTOP_MOST or len(set(replies)) > 1:
        yield problem("buttons", "buttons_desktop", Severity.NOTE)


def one(place: str, button: ButtonContent) -> Iterator[Problem]:
    if button.kind != "COPY_CODE":
        if not button.text.strip():
            yield refused(place, "label_missing")
        yield from label(place, button.text)
    match button.kind:
        case "URL":
            yield from _url(place, button)
        case "PHONE_NUMBER":
            digits = re.sub(r"[ ()\-]", "", button.phone)
            if not re.fullmatch(r"\+?\d{5,}", digits) or len(digits) > PHONE_MOST:
                yield refused(place, "phone_wrong", most=PHONE_MOST)
        case "COPY_CODE":
            if not button.sample.strip() or len(button.sample) > CODE_MOST:
                yield refused(place, "code_wrong", most=CODE_MOST)
        case "FLOW":
            if not FLOW_ID.fullmatch(button.flow.strip()):
                yield refused(place, "flow_wrong")


def label(place: str, text: str) -> Iterator[Problem]:
    if len(text) > LABEL_MOST:
        yield refused(place, "label_long", n=len(text), most=LABEL_MOST)
    if BRACES.search(text):
        yield refused(place, "label_variables")


def _url(place: str, button: ButtonContent) -> Iterator[Problem]:
    if not _is_address(VARIABLE.sub("x", button.url)):
        yield refused(place, "url_wrong")
    if len(button.url) > URL_MOST:
        yield refused(place, "url_long", n=len(button.url), most=URL_MOST)
    found = BRACES.findall(button.url)
    if found and (len(found) > 1 or not re.search(r"\{\{\s*1\s*\}\}$", button.url)):
        yield refused(place, "url_variable")
    if found and not button.sample.strip():
        yield refused(place, "url_sample")


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in host and not re.search(r"\s", url)
