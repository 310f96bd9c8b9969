"""Reads the dialogue scripts of `stories/`: who says what, in which kind of message.

# delivery shop                 a story: its topic and the team that answers
< Where is my order {order}?    the customer; `|` parts variants of one line
> [image coat][quote] On us     our side; what stands in brackets makes it more than a text
<+ ❤️                           the customer reacts to the line above; `>+` we do
= user_changed_number           a notice of WhatsApp
@ assigned                      a line of ours that the customer never sees
--- 3d                          time passes (m, h, d)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "stories"
MARKS: Final = {"<": "in", ">": "out", "<+": "in+", ">+": "out+", "=": "notice", "@": "activity"}
UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}
DIRECTIVE: Final = re.compile(r"\[(\w+)(?: ([^\]]*))?\]\s*")


@dataclass(frozen=True, slots=True)
class Line:
    """`side` is one of MARKS' values; `said` holds the directives, such as {"image": "coat"}."""

    side: str
    variants: tuple[str, ...]
    said: dict[str, str]
    pause: timedelta = timedelta()

    @property
    def is_ours(self) -> bool:
        return self.side == "out"

    @property
    def is_theirs(self) -> bool:
        return self.side == "in"


@dataclass(frozen=True, slots=True)
class Story:
    topic: str
    team: str
    language: str
    lines: tuple[Line, ...]
    who: str = ""  # a part written for one person, by key


@cache
def stories(name: str, *, language: str) -> tuple[Story, ...]:
    """All stories of one file."""
    return tuple(parse((FOLDER / f"{name}.txt").read_text("utf-8"), language=language))


def parse(text: str, *, language: str) -> list[Story]:
    found: list[Story] = []
    head: list[str] = []
    lines: list[Line] = []
    pause = timedelta()
    for number, row in enumerate([*text.splitlines(), "# end"], start=1):
        mark, _space, rest = row.strip().partition(" ")
        if mark == "#":
            if head:
                who = head[2] if len(head) > 2 else ""
                spoken = head[3] if len(head) > 3 else language
                found.append(Story(head[0], head[1], spoken, tuple(lines), who))
            head, lines, pause = rest.split(), [], timedelta()
        elif mark == "---":
            pause += timedelta(**{UNITS[rest[-1]]: float(rest[:-1])})
        elif mark in MARKS:
            lines.append(_line(MARKS[mark], rest, pause=pause))
            pause = timedelta()
        elif mark:
            raise ValueError(f"line {number} is no line of a story: {row!r}")
    return found


def _line(side: str, rest: str, *, pause: timedelta) -> Line:
    said: dict[str, str] = {}
    while found := DIRECTIVE.match(rest):
        said[found[1]] = found[2] or ""
        rest = rest[found.end() :]
    variants = tuple(part.strip().replace("\\n", "\n") for part in rest.split(" | "))
    return Line(side, variants, said, pause)
