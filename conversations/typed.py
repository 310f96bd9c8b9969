"""What somebody typed into a field of a kind, as its value; or why it is none. Pure, English and Russian spellings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final, TypeAlias
from urllib.parse import urlsplit

TEXT, NUMBER, DATE, FLAG, CHOICE, LINK = "text", "number", "date", "flag", "choice", "link"
KINDS: Final = (TEXT, NUMBER, DATE, FLAG, CHOICE, LINK)
LONGEST: Final = 1000
BIGGEST: Final = Decimal(10) ** 14
PLACES: Final = 6
YES: Final = frozenset({"yes", "y", "true", "1", "on", "да", "д"})
NO: Final = frozenset({"no", "n", "false", "0", "off", "нет", "н"})
ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
DOTTED: Final = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")
SPACES: Final = re.compile(r"[\s\u00a0\u202f']")

Value: TypeAlias = str | Decimal | date | bool


class Unclear(ValueError):
    """Not a value of this kind. `kind` says what was wanted; `too_long` that it was only too much of it."""

    def __init__(self, kind: str, *, too_long: bool = False) -> None:
        super().__init__(kind)
        self.kind, self.too_long = kind, too_long


def read(kind: str, typed: str, *, choices: Sequence[str] = ()) -> Value | None:
    """The value, None for nothing typed. A text keeps its words, a choice gets the spelling of the list."""
    words = " ".join(typed.replace("\0", " ").split())
    if not words:
        return None
    if len(words) > LONGEST:
        raise Unclear(kind, too_long=True)
    if kind == NUMBER:
        return _number(words)
    if kind == DATE:
        return _date(words)
    if kind == FLAG:
        return _flag(words)
    if kind == LINK:
        return _link(words)
    if kind == CHOICE:
        return _choice(words, choices)
    return words


def _number(words: str) -> Decimal:
    """“1 234,5” and “1234.5”; a comma is the decimal point where there is one of it and no point."""
    plain = SPACES.sub("", words)
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    elif "." in plain:
        plain = plain.replace(",", "")
    try:
        found = Decimal(plain)
    except InvalidOperation:
        raise Unclear(NUMBER) from None
    if not found.is_finite() or abs(found) >= BIGGEST:
        raise Unclear(NUMBER)
    return found.quantize(Decimal(1).scaleb(-PLACES)).normalize()


def _date(words: str) -> date:
    if found := ISO.fullmatch(words):
        parts = (int(found[1]), int(found[2]), int(found[3]))
    elif found := DOTTED.fullmatch(words):
        parts = (int(found[3]), int(found[2]), int(found[1]))
    else:
        raise Unclear(DATE)
    try:
        return date(*parts)
    except ValueError:
        raise Unclear(DATE) from None


def _flag(words: str) -> bool:
    if words.lower() in YES:
        return True
    if words.lower() in NO:
        return False
    raise Unclear(FLAG)


def _link(words: str) -> str:
    """An address of the web; without its https:// it is added."""
    address = words if "://" in words else f"https://{words}"
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        raise Unclear(LINK) from None
    if parts.scheme not in ("http", "https") or "." not in host or " " in address:
        raise Unclear(LINK)
    return address


def _choice(words: str, choices: Sequence[str]) -> str:
    for choice in choices:
        if choice.lower() == words.lower():
            return choice
    raise Unclear(CHOICE)
