"""The one contract for sending a template: template, values and files in, what Meta is told out, or all that is wrong.

Whoever sends asks here: the inbox, many at once, what goes later, and what sends by itself. Pure, without Django.
Sources: Meta's limits in section 4 of its reference; errors 132000, 132001, 132005, 132012, 132015, 132016.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Protocol, TypeVar

from templates_app import components
from templates_app.components import Layout, Preview
from templates_app.parts import Raw, Variable

APPROVED: Final = "APPROVED"
HEADER_MOST: Final = 60
BODY_MOST: Final = 1024  # with a header, footer or buttons beside it
BODY_ALONE_MOST: Final = 32_768
CODE_MOST: Final = 15
LINK_MOST: Final = 2000
BROKEN: Final = re.compile(r"[\n\r\t]| {5,}")
LATITUDE, LONGITUDE = "header.latitude", "header.longitude"
EARTH: Final = {LATITUDE: 90.0, LONGITUDE: 180.0}


class Trouble(StrEnum):
    """What may be wrong. The rows of `Problem` say where."""

    UNKNOWN = "unknown"  # the account has none of this name
    LANGUAGE = "language"  # not in this language, nor in one that could stand for it
    STATE = "state"  # Meta does not send it now; `detail`: its state
    NEEDS_PHONE = "needs_phone"  # a code, to somebody who is known by a user id only (131062)
    HIDDEN = "hidden"  # from the role of whoever sends
    PARTS = "parts"  # `detail`: a component that we cannot fill
    MISSING = "missing"  # `key` has no value
    SURPLUS = "surplus"  # `key` is no variable of it
    BROKEN = "broken"  # line breaks, tabs, more than four spaces in a row
    LONG = "long"  # `detail`: how many characters are allowed
    LINK = "link"  # the end of a link that would break it
    PLACE = "place"  # no latitude or longitude
    FILE_MISSING = "file_missing"  # `detail`: image, video or document
    FILE_KIND = "file_kind"  # `detail`: what it must be


@dataclass(frozen=True, slots=True)
class Problem:
    """`key` as in components.py, empty where it is about the template itself."""

    trouble: Trouble
    key: str = ""
    detail: str = ""


class Sendable(components.HasComponents, Protocol):
    """What is needed of a template."""

    name: Any
    language: Any
    category: Any
    status: Any


S = TypeVar("S", bound=Sendable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """May go. `filled`: the components of the send but for files, which Meta gives ids when they are uploaded."""

    name: str
    language: str
    category: str
    layout: Layout
    filled: Sequence[Raw]
    preview: Preview

    @property
    def content(self) -> Raw:
        """What a message keeps of it (see conversations/outgoing.py)."""
        return {
            "name": self.name,
            "language": self.language,
            "category": self.category,
            "components": list(self.filled),
            "preview": self.preview.as_json(),
        }


@dataclass(frozen=True, slots=True)
class Unfit:
    """May not go, for all of these reasons."""

    problems: tuple[Problem, ...] = field(default=())


def weigh(
    template: Sendable,
    values: Mapping[str, str],
    *,
    files: Mapping[str, str] | None = None,
    has_phone: bool = True,
) -> Ready | Unfit:
    """`values` by the keys of `components.variables`; `files`: the kind of each file by the key of its place.

    `has_phone`: whether the number of whoever gets it is known.
    """
    layout = components.of(template)
    wrong = (
        *standing(template, has_phone=has_phone),
        *(Problem(Trouble.PARTS, detail=part) for part in layout.unsupported),
        *_of_values(layout, values),
        *_of_files(layout, files or {}),
    )
    preview = components.preview(layout, values)
    found = [*wrong, *_of_length(layout, preview)]
    if found:
        return Unfit(tuple(found))
    return Ready(
        name=template.name,
        language=template.language,
        category=template.category,
        layout=layout,
        filled=components.fill(layout, values),
        preview=preview,
    )


def standing(template: Sendable, *, has_phone: bool = True) -> tuple[Problem, ...]:
    """Whether Meta sends it now, to somebody like this."""
    found = []
    if template.status != APPROVED:
        found.append(Problem(Trouble.STATE, detail=template.status))
    if not has_phone and components.of(template).is_code:
        found.append(Problem(Trouble.NEEDS_PHONE))
    return tuple(found)


def _of_values(layout: Layout, values: Mapping[str, str]) -> Iterator[Problem]:
    missing = components.missing(layout, values)
    for key in missing:
        yield Problem(Trouble.MISSING, key)
    known = {variable.key: variable for variable in layout.variables}
    for key, value in values.items():
        if key not in known:
            if str(value).strip():
                yield Problem(Trouble.SURPLUS, key)
        elif key not in missing:
            yield from _of_value(layout, known[key], str(value))


def _of_value(layout: Layout, variable: Variable, value: str) -> Iterator[Problem]:
    key = variable.key
    if BROKEN.search(value):
        yield Problem(Trouble.BROKEN, key)
    if most := EARTH.get(key):
        if not _is_within(value, most):
            yield Problem(Trouble.PLACE, key)
        return
    kind = _button_kind(layout, key)
    if kind == "URL":
        if re.search(r"\s", value.strip()):
            yield Problem(Trouble.LINK, key)
    elif len(value) > CODE_MOST and (kind == "COPY_CODE" or layout.is_code):
        yield Problem(Trouble.LONG, key, str(CODE_MOST))


def _is_within(value: str, most: float) -> bool:
    try:
        return -most <= float(value) <= most
    except ValueError:
        return False


def _button_kind(layout: Layout, key: str) -> str:
    """Of the button whose value this is; empty for words."""
    buttons = [*layout.buttons, *(button for card in layout.cards for button in card.buttons)]
    return next((b.type for b in buttons if b.variable and b.variable.key == key), "")


def _of_files(layout: Layout, files: Mapping[str, str]) -> Iterator[Problem]:
    wanted = dict(layout.card_files)
    if layout.needs_file:
        wanted = {components.HEADER_FILE: layout.file_kind, **wanted}
    for key, kind in wanted.items():
        if not files.get(key):
            yield Problem(Trouble.FILE_MISSING, key, kind)
        elif files[key] != kind:
            yield Problem(Trouble.FILE_KIND, key, kind)


def _of_length(layout: Layout, preview: Preview) -> Iterator[Problem]:
    """What Meta counts after the variables are filled in."""
    is_alone = not (layout.header_kind or layout.footer or layout.buttons)
    most = BODY_ALONE_MOST if is_alone else BODY_MOST
    if len(preview.body) > most:
        yield Problem(Trouble.LONG, "body", str(most))
    if layout.header_kind == "TEXT" and len(preview.header) > HEADER_MOST:
        yield Problem(Trouble.LONG, "header", str(HEADER_MOST))
    for place, button in enumerate(preview.buttons):
        if len(button.get("url", "")) > LINK_MOST:
            yield Problem(Trouble.LONG, f"button.{place}", str(LINK_MOST))


# --- which language -------------------------------------------------------------------------------------


def chain(language: str, *, default: str = "") -> list[str]:
    """What may stand for a language, best first: `pt_BR`, `pt`, then the default and its own. `xx_*`: any region."""
    found: list[str] = []
    for one in filter(None, (language.replace("-", "_"), default.replace("-", "_"))):
        base = one.partition("_")[0]
        found += [one, base, f"{base}_*"]
    return list(dict.fromkeys(found))


def choose(rows: Iterable[S], *, language: str, default: str = "") -> S | None:
    """The one to send of the languages of one name: the first of the chain that Meta sends now, else the first."""
    ranked = [(rank, row) for row in rows if (rank := _rank(row.language, language, default)) >= 0]
    ranked.sort(key=lambda one: (one[1].status != APPROVED, one[0], one[1].language))
    return ranked[0][1] if ranked else None


def _rank(language: str, wanted: str, default: str) -> int:
    steps = chain(wanted, default=default)
    base = language.partition("_")[0]
    if language in steps:
        return steps.index(language)
    return steps.index(f"{base}_*") if f"{base}_*" in steps else -1
