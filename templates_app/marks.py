"""Where a refused template offends, as far as Meta's reason and note tell: the places that the editor marks. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from templates_app.content import Content, DraftContent, names
from templates_app.rules import often
from templates_app.rules.forms import LINK
from templates_app.rules.often import PERSONAL, PROMOTION, SHORT_LINK

PLACES: Final = (
    "language", "category", "header", "body", "offer", "footer", "buttons", "cards",
)  # fmt: skip
NAMED: Final = {
    "header": re.compile(r"\bheader|\btitle|заголов", re.IGNORECASE),
    "body": re.compile(r"\bbody\b", re.IGNORECASE),
    "footer": re.compile(r"\bfooter|подпис", re.IGNORECASE),
    "buttons": re.compile(r"\bbuttons?\b|кнопк", re.IGNORECASE),
    "category": re.compile(r"\bcategory\b|категори", re.IGNORECASE),
    "language": re.compile(r"\blanguage\b|язык", re.IGNORECASE),
}
VARIABLES: Final = re.compile(r"variable|parameter|sample|example|placeholder", re.IGNORECASE)
URLS: Final = re.compile(r"\burls?\b|\blinks?\b|domain", re.IGNORECASE)


def of(refused: DraftContent, *, reason: str, note: str = "") -> frozenset[str]:
    """What Meta's note names; where it names nothing, what its reason usually means in a template such as this."""
    found = {place for place, pattern in NAMED.items() if pattern.search(note)}
    if VARIABLES.search(note):
        found |= set(_with_variables(refused.content))
    if URLS.search(note):
        found |= set(_matching(refused.content, LINK)) | set(_matching(refused.content, SHORT_LINK))
    return frozenset(found or _usual(refused, reason))


def left(places: frozenset[str], *, refused: DraftContent, now: DraftContent) -> frozenset[str]:
    """Those that still say what was refused. A sample that was changed is a change of its place."""
    return frozenset(place for place in places if _said(refused, place) == _said(now, place))


def _usual(refused: DraftContent, reason: str) -> set[str]:
    content = refused.content
    promoting = {*_matching(content, PROMOTION), *_matching(content, SHORT_LINK)}
    match reason:
        case "INVALID_FORMAT":
            return {*_with_variables(content)} or {"body"}
        case "INCORRECT_CATEGORY":
            return {"category", *promoting}
        case "TAG_CONTENT_MISMATCH":
            return {"category", "language"}
        case "PROMOTIONAL":
            return promoting or {"category", "body"}
        case "SCAM":
            return {*_matching(content, PERSONAL), *_matching(content, LINK)} or {"body"}
    return {"body"}


def _with_variables(content: Content) -> Iterator[str]:
    if names(content.header):
        yield "header"
    if names(content.body):
        yield "body"
    if any(names(button.url) for button in content.buttons):
        yield "buttons"
    if any(names(card.body) for card in content.cards):
        yield "cards"


def _matching(content: Content, pattern: re.Pattern[str]) -> Iterator[str]:
    for place, text in often.texts(content):
        if pattern.search(text):
            yield _section(place)


def _section(place: str) -> str:
    """The part of the page in which a place lies."""
    return "cards" if place.startswith("card ") else "buttons" if "button " in place else place


def _said(draft: DraftContent, place: str) -> object:
    content = draft.content
    samples = {key: word for key, word in content.samples.items() if key.startswith(f"{place}.")}
    match place:
        case "language":
            return draft.language
        case "category":
            return draft.category
        case "header":
            return content.header_kind, content.header, content.header_handle, samples
        case "body":
            return content.body, samples
        case "footer":
            return content.footer
        case "offer":
            return content.offer, content.offer_ends
        case "cards":
            return (
                content.card_kind,
                content.cards,
                {key: word for key, word in content.samples.items() if key.startswith("card.")},
            )
    return content.buttons
