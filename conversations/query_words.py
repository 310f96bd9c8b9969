"""What somebody types into the search box, taken apart: words, “phrases”, exclusions, filters like `from:me`.

Any text parses. What a filter cannot mean is a `Problem` at its place; the rest is searched for all the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

LONGEST: Final = 300
FEWEST_DIGITS: Final = 3  # of a phone number, to be searched for as one
MOST_DIGITS: Final = 20

KEYS: Final[dict[str, str]] = {
    "from": "from", "от": "from",
    "number": "number", "номер": "number",
    "label": "label", "метка": "label",
    "team": "team", "команда": "team",
    "before": "before", "до": "before",
    "after": "after", "после": "after",
    "has": "has", "есть": "has",
    "in": "in", "статус": "in",
}  # fmt: skip
HAS: Final[dict[str, str]] = {
    "media": "media", "медиа": "media",
    "photo": "photo", "image": "photo", "picture": "photo", "фото": "photo",
    "video": "video", "видео": "video",
    "file": "file", "document": "file", "файл": "file", "документ": "file",
    "voice": "voice", "голос": "voice", "голосовое": "voice",
    "audio": "audio", "аудио": "audio",
    "link": "link", "url": "link", "ссылка": "link",
    "note": "note", "заметка": "note",
}  # fmt: skip
STATES: Final[dict[str, str]] = {
    "open": "open", "открыт": "open", "открытые": "open",
    "pending": "pending", "ожидание": "pending", "ожидают": "pending",
    "snoozed": "snoozed", "отложен": "snoozed", "отложенные": "snoozed",
    "resolved": "resolved", "closed": "resolved", "решён": "resolved", "решен": "resolved", "решённые": "resolved",
    "закрыт": "resolved", "закрытые": "resolved",
}  # fmt: skip
DAYS_BACK: Final[dict[str, int]] = {"today": 0, "сегодня": 0, "yesterday": 1, "вчера": 1}

PIECE = re.compile(
    r'(?P<minus>-)?(?:(?P<key>[^\W\d_]+):)?(?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]*))'
)
PHONE_PIECE = re.compile(r"\+?[\d\s().\-\u2010-\u2015]+")
UNSEEN = dict.fromkeys((0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
AGO = re.compile(r"(\d{1,4})([dwдн])")
ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
DOTTED = re.compile(r"(\d{1,2})[./](\d{1,2})(?:[./](\d{4}|\d{2}))?")


@dataclass(frozen=True, slots=True)
class Span:
    """Where it stands in the text that was typed."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Term:
    """A word, or a phrase whose words follow each other. `is_unfinished`: the last one, which may still grow."""

    words: str
    span: Span
    is_phrase: bool = False
    is_excluded: bool = False
    is_unfinished: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """`value` as typed; for has and in `meaning` is our own word, for before and after `day` is the day."""

    key: str
    value: str
    span: Span
    is_excluded: bool = False
    meaning: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """`code`: empty, has, state or day here; unknown from those who look names up."""

    code: str
    key: str
    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Query:
    text: str
    terms: tuple[Term, ...] = ()
    filters: tuple[Filter, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.terms and not self.filters

    def without(self, span: Span) -> str:
        """The text that is left when this piece of it is taken away."""
        return " ".join((self.text[: span.start] + self.text[span.end :]).split())

    def of(self, *keys: str) -> list[Filter]:
        return [one for one in self.filters if one.key in keys]


def parse(text: str, *, today: date) -> Query:
    """Take the text apart. Any text will do; it is cut at LONGEST characters."""
    text = _tidy(text)
    terms: list[Term] = []
    filters: list[Filter] = []
    problems: list[Problem] = []
    for found in _pieces(text):
        span = Span(found.start(), found.end())
        key = KEYS.get((found["key"] or "").casefold(), "")
        said = found["quoted"] if found["quoted"] is not None else found["bare"] or ""
        is_excluded = found["minus"] is not None
        if key:
            made = _filter(key, said.strip(), span, is_excluded=is_excluded, today=today)
            (filters if isinstance(made, Filter) else problems).append(made)  # type: ignore[arg-type]
        elif words := _words(found):
            is_phrase = found["quoted"] is not None
            is_last = found.end() == len(text) and not is_phrase and not is_excluded
            terms.append(Term(words, span, is_phrase, is_excluded, is_last and words[-1].isalnum()))
    return Query(text, tuple(terms), tuple(filters), tuple(problems))


def _tidy(text: str) -> str:
    """Typographic quotes are what keyboards make of plain ones; marks of direction come with copied numbers."""
    cut = text.replace("\0", " ").translate(str.maketrans("“”„«»", '"' * 5)).translate(UNSEEN)
    cut = cut[:LONGEST]
    return "".join(" " if "\ud800" <= letter <= "\udfff" else letter for letter in cut)


def _pieces(text: str) -> Iterator[re.Match[str]]:
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        found = PIECE.match(text, at)
        assert found is not None  # every part of it may be empty
        if found.end() == at:
            at += 1
            continue
        yield found
        at = found.end()


def _words(found: re.Match[str]) -> str:
    """What is searched for; nothing if there is no letter or digit in it. `12:30` stays a word."""
    text = found["quoted"] if found["quoted"] is not None else found["bare"] or ""
    if found["key"]:
        text = f"{found['key']}:{text}"
    return text.strip() if any(letter.isalnum() for letter in text) else ""


def _filter(
    key: str, value: str, span: Span, *, is_excluded: bool, today: date
) -> Filter | Problem:
    if not value:
        return Problem("empty", key, value, span)
    if key in ("before", "after"):
        when = day(value, today=today)
        if when is None:
            return Problem("day", key, value, span)
        if is_excluded:  # “not before” is “from then on”
            key = "after" if key == "before" else "before"
        return Filter(key, value, span, day=when)
    if key in ("has", "in"):
        meaning = (HAS if key == "has" else STATES).get(value.casefold(), "")
        if not meaning:
            return Problem("has" if key == "has" else "state", key, value, span)
        return Filter(key, value, span, is_excluded, meaning)
    return Filter(key, value, span, is_excluded)


def day(value: str, *, today: date) -> date | None:
    """2026-11-23, 2026-11 (its first day), 2026, 23.11.2026, 23.11 (the last one), 7d, 2w, yesterday; else None."""
    value = value.casefold().strip()
    try:
        if value in DAYS_BACK:
            return today - timedelta(days=DAYS_BACK[value])
        if found := AGO.fullmatch(value):
            return today - timedelta(days=int(found[1]) * (7 if found[2] in "wн" else 1))
        if found := ISO.fullmatch(value):
            return date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
        if found := DOTTED.fullmatch(value):
            return _dotted(found, today)
    except (ValueError, OverflowError):
        return None
    return None


def _dotted(found: re.Match[str], today: date) -> date:
    year = int(found[3]) if found[3] else today.year
    when = date(year + 2000 if year < 100 else year, int(found[2]), int(found[1]))
    if found[3] or when <= today:
        return when
    return when.replace(year=when.year - 1)


def digits(text: str) -> str:
    """The digits of any script, as 0 to 9: ٠٩٢١ is 0921."""
    found = (unicodedata.decimal(letter, None) for letter in text)
    return "".join(str(digit) for digit in found if digit is not None)


def phone_forms(text: str) -> tuple[str, ...]:
    """What to look for within stored numbers (digits with the country in front), for a number typed in any way.

    Empty if the text is no phone number. A leading 8 may be Russia's way to say 7, a leading 0 or 00 is how one dials.
    """
    text = text.translate(UNSEEN)
    if not PHONE_PIECE.fullmatch(text):
        return ()
    typed = digits(text)
    if not FEWEST_DIGITS <= len(typed) <= MOST_DIGITS:
        return ()
    if "+" in text:
        return (typed,)
    forms = [typed]
    bare = typed.lstrip("0")
    if typed.startswith("0") and len(bare) >= FEWEST_DIGITS:
        forms.append(bare)
    if typed.startswith("8") and len(typed) > FEWEST_DIGITS:
        forms.append("7" + typed[1:])
    return tuple(forms)


def name_words(query: Query) -> list[str]:
    """The words to look for in names and numbers; a number written with spaces and brackets is one word."""
    found: list[str] = []
    for term in query.terms:
        if term.is_excluded:
            continue
        together = f"{found[-1]} {term.words}" if found else ""
        if together and PHONE_PIECE.fullmatch(together):
            found[-1] = together
        else:
            found.append(term.words)
    return found
