"""What differs between two versions of a draft, place by place and word by word. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from templates_app.content import ButtonContent, DraftContent

PIECES: Final = re.compile(r"\s+|\{\{\s*\w+\s*\}\}|\w+|[^\w\s]")
PLACES: Final = (
    "name",
    "language",
    "category",
    "header",
    "body",
    "footer",
    "buttons",
    "samples",
    "code",
    "lifetime",
)


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text: "same", "gone" or "new"."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    place: str
    runs: tuple[Run, ...]


def between(before: DraftContent, after: DraftContent) -> list[Difference]:
    """Only the places that differ, in the order of the editor."""
    old, new = texts(before), texts(after)
    return [
        Difference(place, tuple(runs(old[place], new[place])))
        for place in PLACES
        if old[place] != new[place]
    ]


def runs(before: str, after: str) -> Iterator[Run]:
    """What went and what came, by words. Joined without "new" they are `before`, without "gone" `after`."""
    old, new = PIECES.findall(before), PIECES.findall(after)
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Run("same", "".join(old[a:b]))
            continue
        if a < b:
            yield Run("gone", "".join(old[a:b]))
        if c < d:
            yield Run("new", "".join(new[c:d]))


def texts(draft: DraftContent) -> dict[str, str]:
    """Each place as one text that people can read."""
    content = draft.content
    header = content.header if content.header_kind == "TEXT" else content.header_filename
    code = "" if not draft.is_authentication else f"{content.code_label} {content.code_minutes}"
    return {
        "name": draft.name,
        "language": draft.language,
        "category": draft.category,
        "header": f"{content.header_kind} {header}".strip(),
        "body": content.body,
        "footer": content.footer,
        "buttons": "\n".join(_button(button) for button in content.buttons),
        "samples": "\n".join(f"{key}: {word}" for key, word in sorted(content.samples.items())),
        "code": code,
        "lifetime": "" if content.lifetime is None else _clock(content.lifetime),
    }


def _clock(seconds: int) -> str:
    """Hours, minutes, seconds: read alike in every language."""
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _button(button: ButtonContent) -> str:
    return " · ".join(filter(None, (button.kind, button.text, button.url, button.phone)))
