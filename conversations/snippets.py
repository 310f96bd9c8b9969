"""Which part of a text a result shows, and which words are marked in it. Texts stay texts here, never HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

OPEN, SHUT = (
    "\x02",
    "\x03",
)  # what PostgreSQL puts around a word that was found; the text itself is without them
WIDTH: Final = 160
BEFORE: Final = 50  # characters shown before the first mark of a long text


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    is_hit: bool = False


Spans = Sequence[tuple[int, int]]


def spans(marked: str) -> Spans:
    """Where the marks stand, counted in the text without them."""
    found: list[tuple[int, int]] = []
    shift = 0
    for match in re.finditer(f"{OPEN}([^{OPEN}{SHUT}]*){SHUT}", marked):
        start = match.start() - shift
        found.append((start, start + len(match[1])))
        shift += 2
    return found


def occurrences(text: str, words: Iterable[str]) -> Spans:
    """Where any of the words stands in a short text such as a name, whatever the case."""
    wanted = "|".join(re.escape(word) for word in sorted(set(words), key=len, reverse=True) if word)
    if not wanted:
        return []
    return [match.span() for match in re.finditer(wanted, text, re.IGNORECASE)]


def pieces(text: str, marks: Spans) -> list[Piece]:
    """All of the text, cut at the marks."""
    made, at = [], 0
    for start, end in marks:
        if not at <= start < end <= len(text):
            continue
        made += [Piece(text[at:start]), Piece(text[start:end], is_hit=True)]
        at = end
    made.append(Piece(text[at:]))
    return [piece for piece in made if piece.text]


def excerpt(text: str, marks: Spans, *, width: int = WIDTH) -> list[Piece]:
    """One line of it around the first mark, cut between words, with … where something is left out."""
    first = marks[0][0] if marks else 0
    start = 0 if len(text) <= width or first <= BEFORE else _word_start(text, first - BEFORE)
    end = len(text) if len(text) - start <= width else _word_end(text, start + width)
    inside = [(a - start, min(b, end) - start) for a, b in marks if start <= a < end]
    made = [Piece(_line(piece.text), piece.is_hit) for piece in pieces(text[start:end], inside)]
    before = [Piece("… ")] if start else []
    return before + made + ([Piece(" …")] if end < len(text) else [])


def _line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _word_start(text: str, at: int) -> int:
    space = text.find(" ", at, at + 20)
    return space + 1 if space >= 0 else at


def _word_end(text: str, at: int) -> int:
    space = text.rfind(" ", at - 20, at)
    return space if space > 0 else at
