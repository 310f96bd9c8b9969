"""WhatsApp's text formatting as tokens; making HTML of them is somebody else's work.

`parse` never loses a character: marks such as `*` are tokens of their own, and `source` gives the
text back. One pass, so a hostile text of 100,000 stars costs no more than a friendly one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Style(StrEnum):
    BOLD = "bold"
    ITALIC = "italic"
    STRIKE = "strike"
    CODE = "code"
    MONO = "mono"


class LineKind(StrEnum):
    TEXT = "text"
    QUOTE = "quote"
    BULLET = "bullet"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Token:
    """A run of text in its styles, outermost first. A mark is not shown; `href` is set for
    links.
    """

    text: str
    styles: tuple[Style, ...] = ()
    href: str = ""
    is_mark: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line, or several where a ``` block spans them. `mark` ("> ", "- ", "1. ") is not in
    the tokens.
    """

    kind: LineKind
    tokens: tuple[Token, ...]
    mark: str = ""
    end: str = ""  # the line break, if there is one

    @property
    def number(self) -> int:
        return int(self.mark.strip().rstrip(".")) if self.kind is LineKind.NUMBER else 0


LINE_MARK = re.compile(
    r"(?P<quote>> ?)(?=\S)|(?P<bullet>[-*] )(?=\S)|(?P<number>[0-9]{1,3}\. )(?=\S)"
)
INLINE = re.compile(
    r"`(?P<code>[^`]+)`|(?P<link>https?://[^\s<>\"]+|www\.[^\s<>\"]+)|(?P<mark>[*_~])", re.I
)
STYLES = {"*": Style.BOLD, "_": Style.ITALIC, "~": Style.STRIKE}
FENCE = "```"
MARKS = re.compile(r"[*_~`>]")


def parse(text: str) -> list[Line]:
    """The text as lines of tokens."""
    lines: list[Line] = []
    fences = _Fences(text)
    position = 0
    while position < len(text):
        line, position = _line(text, position, fences)
        lines.append(line)
    return lines


def may_have_marks(text: str) -> bool:
    """False for most of what people write: its plain text is the text itself."""
    return MARKS.search(text) is not None


def source(lines: Iterable[Line]) -> str:
    """Exactly what was parsed."""
    return "".join(
        line.mark + "".join(token.text for token in line.tokens) + line.end for line in lines
    )


def plain(lines: Iterable[Line]) -> str:
    """The text without its styling marks, for one-line previews and notifications. Points and numbers stay."""
    return "".join(
        ("" if line.kind is LineKind.QUOTE else line.mark)
        + "".join(token.text for token in line.tokens if not token.is_mark)
        + line.end
        for line in lines
    )


class _Fences:
    """Where ``` blocks begin and end; asked from left to right only, so the text is searched
    once.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._next: tuple[int, int] | None = None
        self._find(0)

    def _find(self, start: int) -> None:
        self._next = None
        while (begin := self._text.find(FENCE, start)) >= 0:
            end = self._text.find(FENCE, begin + len(FENCE))
            if end < 0:
                return
            if self._text[begin + len(FENCE) : end].strip():
                self._next = (begin, end + len(FENCE))
                return
            start = end

    def after(self, position: int) -> tuple[int, int] | None:
        """The first block that begins at or after the position."""
        if self._next and self._next[0] < position:
            self._find(position)
        return self._next


def _line(text: str, position: int, fences: _Fences) -> tuple[Line, int]:
    """The line that begins here, and where the next one does."""
    kind, mark = LineKind.TEXT, ""
    fence = fences.after(position)
    if (found := LINE_MARK.match(text, position)) and not (fence and fence[0] == position):
        kind, mark = LineKind(found.lastgroup or "text"), found.group()
        position += len(mark)
    tokens: list[Token] = []
    end = -1
    while True:
        fence = fences.after(position)
        if end < position:  # looked for again only once a block has jumped over it
            newline = text.find("\n", position)
            end = newline if newline >= 0 else len(text)
        if fence is None or fence[0] >= end:
            tokens += _inline(text, position, end)
            break
        begin, fence_end = fence
        tokens += _inline(text, position, begin)
        tokens += (
            Token(FENCE, is_mark=True),
            Token(text[begin + len(FENCE) : fence_end - len(FENCE)], (Style.MONO,)),
            Token(FENCE, is_mark=True),
        )
        position = fence_end
    line = Line(kind, tuple(tokens), mark, "\n" if newline >= 0 else "")
    return line, end + len(line.end)


def _inline(text: str, start: int, end: int) -> Iterator[Token]:
    """The tokens of a stretch without line breaks and ``` blocks."""
    atoms: list[
        tuple[int, int, Token | None]
    ] = []  # what stands for itself, and marks that found their partner
    opened: dict[str, int] = {}
    pairs: dict[int, int] = {}
    position = start
    while found := INLINE.search(text, position, end):
        position = found.end()
        if found["code"]:
            atoms.append((found.start(), found.end(), Token(found["code"], (Style.CODE,))))
        elif found["link"]:
            link = _trimmed(found["link"])
            position = found.start() + len(link)
            if len(link) > (len("www.") if link[:4].lower() == "www." else len("https://")):
                href = link if "://" in link else f"https://{link}"
                atoms.append((found.start(), position, Token(link, href=href)))
        else:
            _pair(text, found.start(), end, opened, pairs)
    marks = sorted([*pairs, *pairs.values()])
    boundaries = sorted(
        atoms + [(mark, mark + 1, None) for mark in marks], key=lambda atom: atom[0]
    )
    yield from _runs(text, start, end, boundaries, pairs)


def _pair(text: str, at: int, end: int, opened: dict[str, int], pairs: dict[int, int]) -> None:
    """Close what this mark closes, or open what it opens. Marks opened inside of a closed
    pair stay plain text.
    """
    mark = text[at]
    before = text[at - 1] if at else " "
    after = text[at + 1] if at + 1 < end else " "
    begun = opened.get(mark)
    if begun is not None and not before.isspace() and not after.isalnum() and at > begun + 1:
        pairs[begun] = at
        for other in [other for other, place in opened.items() if place >= begun]:
            del opened[other]
    elif begun is None and not before.isalnum() and not after.isspace() and after != mark:
        opened[mark] = at


def _runs(
    text: str,
    start: int,
    end: int,
    boundaries: list[tuple[int, int, Token | None]],
    pairs: dict[int, int],
) -> Iterator[Token]:
    styles: list[Style] = []
    position = start
    for begin, finish, token in boundaries:
        if position < begin:
            yield Token(text[position:begin], tuple(styles))
        if token is None:
            style = STYLES[text[begin]]
            if begin in pairs:
                styles.append(style)
            else:
                styles.remove(style)
            yield Token(text[begin], is_mark=True)
        elif token.href:
            yield Token(token.text, tuple(styles), token.href)
        else:
            yield Token("`", is_mark=True)
            yield Token(token.text, (*styles, *token.styles))
            yield Token("`", is_mark=True)
        position = finish
    if position < end:
        yield Token(text[position:end], tuple(styles))


def _trimmed(link: str) -> str:
    """A link without the punctuation of the sentence around it; a closing bracket stays if it
    was opened inside.
    """
    end = len(link)
    unopened = link.count(")") - link.count("(")
    while end and (link[end - 1] in ".,;:!?'*_~" or (link[end - 1] == ")" and unopened > 0)):
        unopened -= link[end - 1] == ")"
        end -= 1
    return link[:end]
