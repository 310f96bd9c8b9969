"""What Meta's reviewers often refuse or move to another category. Warnings: they are often right, not always. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from templates_app.content import CAROUSEL, OFFER, ButtonContent, Content, DraftContent
from templates_app.rules.problem import Problem, Severity, problem

PROMOTION: Final = re.compile(
    r"\b(?:sales?|discounts?|promo\w*|offers?|coupons?|black friday|free gift|buy now|cheap(?:er|est)?)\b"
    r"|% off|скидк\w*|акци[яию]\w*|распродаж\w*|промокод\w*|выгодн\w*|в подарок|спецпредложени\w*|ч[её]рн\w+ пятниц\w*",
    re.IGNORECASE,
)
SHORT_LINK: Final = re.compile(
    r"\b(?:bit\.ly|tinyurl\.com|wa\.me|t\.co|goo\.gl|is\.gd|cutt\.ly|clck\.ru|vk\.cc)/\S*",
    re.IGNORECASE,
)
PERSONAL: Final = re.compile(
    r"\b(?:card number|cvv|passport number)\b|номер карты|номер паспорта|пин-код", re.IGNORECASE
)
ONE_TIME: Final = re.compile(
    r"\b(?:verification|one-time|login|security|sms) (?:code|password)\b|\botp\b"
    r"|код(?:а|ом)? (?:подтверждения|доступа|входа|из смс)|одноразов\w+ (?:код|пароль)\w*",
    re.IGNORECASE,
)
OPT_OUT: Final = re.compile(
    r"unsubscribe|opt.?out|stop|no more|отпис|стоп|не присыла|больше не", re.IGNORECASE
)
GLUED: Final = re.compile(r"\w+\{\{\s*\w+\s*\}\}|\{\{\s*\w+\s*\}\}\w+")
ALONE: Final = re.compile(r"^[^\w\n{}]*\{\{\s*\w+\s*\}\}[^\w\n{}]*$", re.MULTILINE)


def warnings(draft: DraftContent) -> Iterator[Problem]:
    for place, text in texts(draft.content):
        yield from _words(place, text, category=draft.category)
    for place, text in written(draft.content):
        yield from _grammar(place, text)
    if draft.category == "MARKETING" and not _lets_go(draft.content):
        yield problem("buttons", "no_opt_out", Severity.NOTE)


def _words(place: str, text: str, *, category: str) -> Iterator[Problem]:
    checks = [("short_link", SHORT_LINK), ("personal", PERSONAL), ("one_time", ONE_TIME)]
    if category == "UTILITY":
        checks.append(("promotional", PROMOTION))
    for rule, pattern in checks:
        if found := pattern.search(text):
            yield problem(place, rule, Severity.OFTEN_REFUSED, found=found[0])


def _grammar(place: str, text: str) -> Iterator[Problem]:
    """A reader must see what stands for a variable, and any value must fit into the sentence."""
    if found := GLUED.search(text):
        yield problem(place, "variable_glued", Severity.OFTEN_REFUSED, found=found[0])
    if "\n" in text.strip() and (lone := ALONE.search(text)):
        yield problem(place, "variable_alone", Severity.OFTEN_REFUSED, found=lone[0].strip())


def _lets_go(content: Content) -> bool:
    """Whether the reader is told how to get no more of these."""
    said = [content.footer, content.body, *(button.text for button in content.buttons)]
    said += [button.text for card in content.cards for button in card.buttons]
    return any(OPT_OUT.search(text) for text in said)


def written(content: Content) -> Iterator[tuple[str, str]]:
    """What may hold variables, by place."""
    if content.form != CAROUSEL and content.header_kind == "TEXT":
        yield "header", content.header
    yield "body", content.body
    if content.form == CAROUSEL:
        yield from ((f"card {n}", card.body) for n, card in enumerate(content.cards, start=1))


def texts(content: Content) -> Iterator[tuple[str, str]]:
    """Everything that is read, by place."""
    yield from written(content)
    if content.form == OFFER:
        yield "offer", content.offer
    if not content.form:
        yield "footer", content.footer
    if content.form != CAROUSEL:
        yield from _labels("", content.buttons)
        return
    for position, card in enumerate(content.cards, start=1):
        yield from _labels(f"card {position} ", card.buttons)


def _labels(before: str, buttons: tuple[ButtonContent, ...]) -> Iterator[tuple[str, str]]:
    for position, button in enumerate(buttons, start=1):
        yield f"{before}button {position}", f"{button.text} {button.url}"
