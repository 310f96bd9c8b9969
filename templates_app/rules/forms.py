"""The rules of the forms that Meta fixes: one-time codes, offers that end, carousels. Pure.

Their limits stand in Meta's pages on authentication, limited-time offer and media card carousel templates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from templates_app.content import (
    CARD_BUTTON_KINDS,
    App,
    ButtonContent,
    CardContent,
    Content,
    DraftContent,
)
from templates_app.parts import CARD_HEADERS, CODE_KINDS
from templates_app.rules import buttons, texts
from templates_app.rules.problem import Problem, refused

MINUTES: Final = range(1, 91)
APPS_MOST, PACKAGE_MOST = 5, 224
PACKAGE: Final = re.compile(r"[a-zA-Z]\w*(?:\.[a-zA-Z]\w*)+", re.ASCII)
SIGNATURE: Final = re.compile(r"[a-zA-Z0-9+/=]{11}")
LINK: Final = re.compile(r"https?://|www\.", re.IGNORECASE)
EMOJI: Final = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f]")
OFFER_MOST, OFFER_BODY_MOST = 16, 600
OFFER_HEADERS: Final = ("", *CARD_HEADERS)
OFFER_BUTTONS: Final = (["URL"], ["COPY_CODE", "URL"])
CARDS: Final = range(2, 11)
CARD_BODY_MOST, CARD_LINES_MOST, CARD_BUTTONS_MOST = 160, 2, 2
MARKETING: Final = "MARKETING"


# --- one-time codes ----------------------------------------------------------------------------------


def authentication(content: Content) -> Iterator[Problem]:
    """Meta writes the text; ours are the labels, for how long the code holds, and which apps take it."""
    if content.code_minutes is not None and content.code_minutes not in MINUTES:
        yield refused("code", "minutes_wrong")
    if content.code_kind not in CODE_KINDS:
        yield refused("code", "code_kind")
    takes = content.code_kind != "COPY_CODE"
    for label in (content.code_label, content.code_autofill if takes else ""):
        yield from buttons.label("code", label)
        if LINK.search(label) or EMOJI.search(label):
            yield refused("code", "authentication_plain")
    if not takes:
        return
    if not 1 <= len(content.code_apps) <= APPS_MOST:
        yield refused("code", "apps_count", n=len(content.code_apps), most=APPS_MOST)
    for position, app in enumerate(content.code_apps, start=1):
        yield from _app(f"app {position}", app)
    if content.code_kind == "ZERO_TAP" and not content.code_terms:
        yield refused("code", "terms_missing")


def _app(place: str, app: App) -> Iterator[Problem]:
    if not PACKAGE.fullmatch(app.package) or len(app.package) > PACKAGE_MOST:
        yield refused(place, "app_package", most=PACKAGE_MOST)
    if not SIGNATURE.fullmatch(app.signature):
        yield refused(place, "app_signature")


# --- offers that end ---------------------------------------------------------------------------------


def offer(draft: DraftContent) -> Iterator[Problem]:
    content = draft.content
    if draft.category != MARKETING:
        yield refused("category", "form_category")
    if not content.offer.strip():
        yield refused("offer", "offer_missing")
    yield from texts.length("offer", content.offer, OFFER_MOST)
    if texts.BRACES.search(content.offer):
        yield refused("offer", "offer_variables")
    if content.header_kind not in OFFER_HEADERS:
        yield refused("header", "offer_header")
    yield from texts.header(content)
    yield from texts.body(content, most=OFFER_BODY_MOST)
    if [button.kind for button in content.buttons] not in OFFER_BUTTONS:
        yield refused("buttons", "offer_buttons")
    for position, button in enumerate(content.buttons, start=1):
        yield from buttons.one(f"button {position}", button)


# --- carousels ---------------------------------------------------------------------------------------


def carousel(draft: DraftContent) -> Iterator[Problem]:
    content, cards = draft.content, draft.content.cards
    if draft.category != MARKETING:
        yield refused("category", "form_category")
    yield from texts.body(content)
    if len(cards) not in CARDS:
        yield refused("cards", "cards_count", n=len(cards))
    if content.card_kind not in CARD_HEADERS:
        yield refused("cards", "card_kind")
    for position, card in enumerate(cards):
        yield from _card(f"card {position + 1}", card, content, key=f"card.{position}")
    yield from _alike(cards)


def _card(place: str, card: CardContent, content: Content, *, key: str) -> Iterator[Problem]:
    if not card.handle:
        yield refused(place, "card_file")
    if card.body:
        yield from texts.sentence(
            place, card.body, content, most=CARD_BODY_MOST, samples_at=f"{key}.body"
        )
    if (breaks := card.body.count("\n")) > CARD_LINES_MOST:
        yield refused(place, "card_lines", n=breaks, most=CARD_LINES_MOST)
    if len(card.buttons) > CARD_BUTTONS_MOST:
        yield refused(place, "buttons_many", n=len(card.buttons), most=CARD_BUTTONS_MOST)
    for position, button in enumerate(card.buttons, start=1):
        yield from _card_button(f"{place} button {position}", button)


def _card_button(place: str, button: ButtonContent) -> Iterator[Problem]:
    if button.kind not in CARD_BUTTON_KINDS:
        yield refused(place, "button_kind")
    yield from buttons.one(place, button)


def _alike(cards: tuple[CardContent, ...]) -> Iterator[Problem]:
    """All cards have the same parts as the first."""
    for position, card in enumerate(cards[1:], start=2):
        first = cards[0]
        if bool(card.body) != bool(first.body):
            yield refused(f"card {position}", "card_bodies")
        if [b.kind for b in card.buttons] != [b.kind for b in first.buttons]:
            yield refused(f"card {position}", "card_buttons")
