"""The rules of what is written: header, body, footer, and the variables in them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from templates_app.content import HEADER_KINDS, Content
from templates_app.parts import names as names_in
from templates_app.parts import number
from templates_app.rules.problem import Problem, Severity, problem, refused

VARIABLE: Final = re.compile(r"\{\{\s*\w+\s*\}\}")
BRACES: Final = re.compile(r"\{\{[^{}]*\}?\}?|\}\}")
VARIABLE_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
BODY_MOST, LINE_MOST = 1024, 60
WORDS_EACH: Final = 2  # around every variable; and one more
FORBIDDEN: Final = re.compile(r"[\n\t]| {5,}")  # in what stands for a variable


def header(content: Content) -> Iterator[Problem]:
    kind, text = content.header_kind, content.header
    if kind not in HEADER_KINDS:
        yield refused("header", "header_kind")
    elif kind == "TEXT":
        if not text.strip():
            yield refused("header", "header_missing")
        yield from length("header", text, LINE_MOST)
        if (count := len(names_in(text))) > 1:
            yield refused("header", "header_variables", n=count)
        yield from variables("header", text, content, samples_at="header")
    elif kind not in ("", "LOCATION") and not content.header_handle:
        yield refused("header", "header_sample_file")


def body(content: Content, *, most: int = BODY_MOST) -> Iterator[Problem]:
    if not content.body.strip():
        yield refused("body", "body_missing")
        return
    yield from sentence("body", content.body, content, most=most, samples_at="body")


def sentence(
    place: str, written: str, content: Content, *, most: int, samples_at: str
) -> Iterator[Problem]:
    """A body, or the words of a card."""
    text = written.strip()
    yield from length(place, written, most)
    if first := VARIABLE.match(text):
        yield refused(place, "variable_first", found=first[0])
    if last := re.search(rf"{VARIABLE.pattern}$", text):
        yield refused(place, "variable_last", found=last[0])
    if re.search(r"\}\}\s*\{\{", text):
        yield refused(place, "variables_touch")
    count, words = len(names_in(text)), len(VARIABLE.sub("", text).split())
    if count and words < (wanted := count * WORDS_EACH + 1):
        yield refused(place, "variables_many", wanted=wanted, n=words)
    yield from variables(place, written, content, samples_at=samples_at)


def variables(place: str, text: str, content: Content, *, samples_at: str) -> Iterator[Problem]:
    """How they are called, and their samples. `samples_at`: before the sample's key."""
    for match in BRACES.finditer(text):
        if not VARIABLE.fullmatch(match[0]):
            yield refused(place, "braces", found=match[0])
    names = names_in(text)
    numbers = [number(name) for name in names if name.isdecimal()]
    if content.is_named and numbers:
        yield refused(place, "variables_mixed")
    elif numbers and (gap := min(set(range(1, len(numbers) + 1)) - set(numbers), default=0)):
        yield refused(place, "variables_gap", wanted=braced(str(gap)))
    for name in names:
        is_number = name.isdecimal() and name.isascii()
        if not is_number and not VARIABLE_NAME.fullmatch(name):
            yield refused(place, "variable_name", found=braced(name))
        elif not is_number and re.search(r"\d", name):
            yield problem(place, "variable_digits", Severity.NOTE, found=braced(name))
        yield from _sample(place, name, content.samples, key=f"{samples_at}.{name}")


def _sample(place: str, name: str, samples: Mapping[str, str], *, key: str) -> Iterator[Problem]:
    sample = samples.get(key, "")
    if not sample.strip():
        yield refused(place, "sample_missing", found=braced(name))
    elif FORBIDDEN.search(sample):
        yield refused(place, "sample_form", found=braced(name))


def footer(content: Content) -> Iterator[Problem]:
    yield from length("footer", content.footer, LINE_MOST)
    if BRACES.search(content.footer):
        yield refused("footer", "footer_variables")


def length(place: str, text: str, most: int) -> Iterator[Problem]:
    if len(text) > most:
        yield refused(place, "text_long", n=len(text), most=most)


def braced(name: str) -> str:
    return f"{{{{{name}}}}}"
