"""Whether Meta will take a draft: every problem at once, each with its place and in words. Pure, without Django.

`check` needs nothing but the draft; `check_known` what the database knows. The editor, the guard of the submission and
the simulator of Meta all ask these two. The rules are those of Meta's documents on template components.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from templates_app.content import CAROUSEL, OFFER, DraftContent
from templates_app.rules import forms, often, texts
from templates_app.rules.account import HOUR, MONTH, Known, Other, check_known, text_of
from templates_app.rules.buttons import buttons
from templates_app.rules.lifetime import lifetime
from templates_app.rules.problem import Problem, Severity, refused

__all__ = [
    "HOUR", "MONTH", "Known", "Other", "Problem", "Severity", "check", "check_known", "refuses", "text_of",
]  # fmt: skip

NAME: Final = re.compile(r"[a-z0-9_]+")
LANGUAGE: Final = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")
CATEGORIES: Final = ("MARKETING", "UTILITY", "AUTHENTICATION")
NAME_MOST: Final = 512


def check(draft: DraftContent) -> list[Problem]:
    """Everything that can be said of the draft alone, in the order of the page."""
    found = [*_name(draft)]
    if not LANGUAGE.fullmatch(draft.language):
        found.append(refused("language", "language_wrong"))
    if draft.category not in CATEGORIES:
        found.append(refused("category", "category_wrong"))
    if draft.is_authentication:
        return [*found, *forms.authentication(draft.content), *lifetime(draft)]
    return [*found, *_content(draft), *lifetime(draft), *often.warnings(draft)]


def refuses(problems: Iterable[Problem]) -> bool:
    """Whether Meta would certainly say no."""
    return any(problem.severity is Severity.REFUSED for problem in problems)


def _name(draft: DraftContent) -> Iterator[Problem]:
    if not draft.name:
        yield refused("name", "name_missing")
    elif not NAME.fullmatch(draft.name):
        yield refused("name", "name_letters")
    if len(draft.name) > NAME_MOST:
        yield refused("name", "name_long", n=len(draft.name), most=NAME_MOST)


def _content(draft: DraftContent) -> Iterator[Problem]:
    content = draft.content
    match content.form:
        case "":
            yield from texts.header(content)
            yield from texts.body(content)
            yield from texts.footer(content)
            yield from buttons(content.buttons)
        case form if form == OFFER:
            yield from forms.offer(draft)
        case form if form == CAROUSEL:
            yield from forms.carousel(draft)
        case _:
            yield refused("body", "form_wrong")
