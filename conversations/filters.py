"""What a list is asked for, as a typed tree of rules: and, or, and conditions. Pure: no Django, no clock.

In an address and in a saved view it is JSON: a group is `{"all": […]}` or `{"any": […]}`, a condition
`["status", "is", ["open"]]`. Anything that is not understood raises Unreadable with what it was about.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeAlias

DEEPEST: Final = 3  # groups within groups
MOST_CONDITIONS: Final = 40
MOST_VALUES: Final = 100
LONGEST: Final = 8000  # characters of the whole
LONGEST_TEXT: Final = 200

CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "status": ("open", "pending", "snoozed", "resolved"),
    "window": ("open", "soon", "closed"),
    "priority": ("0", "1", "2", "3", "4"),
    "source": ("customer", "us", "ad"),
}
# Subjects whose values are ids, and the words that may stand instead of one.
IDS: Final[Mapping[str, tuple[str, ...]]] = {
    "assignee": ("me", "none"),
    "team": ("mine", "none"),
    "number": (),
    "label": ("none",),
    "reason": ("none",),
}
FLAGS: Final = ("unread", "waiting")
DATES: Final = ("created", "last")
LANGUAGE: Final = "language"
SUBJECTS: Final = (*CHOICES, *IDS, *FLAGS, *DATES, LANGUAGE)
FIELD: Final = re.compile(r"field:([1-9]\d{0,17})")
SET_OPS: Final = ("is", "not")
FLAG_OPS: Final = ("yes", "no")
DATE_OPS: Final = ("before", "after", "on", "within", "older")
NUMBER_OPS: Final = ("equals", "less", "more")
TEXT_OPS: Final = ("has",)
BARE_OPS: Final = ("filled", "empty", *FLAG_OPS)
FIELD_OPS: Final = (*SET_OPS, *DATE_OPS, *NUMBER_OPS, *TEXT_OPS, *BARE_OPS)
LANGUAGE_CODE: Final = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")
ID: Final = re.compile(r"[1-9]\d{0,17}")
MOST_DAYS: Final = 4000
EARLIEST, LATEST = date(1000, 1, 1), date(9000, 1, 1)  # a day more is still a day


class Unreadable(ValueError):
    """`problem` is one of: form, subject, operator, value, size; `what` is what it was about."""

    def __init__(self, problem: str, what: object = "") -> None:
        super().__init__(f"{problem}: {what}")
        self.problem, self.what = problem, str(what)[:80]


@dataclass(frozen=True, slots=True)
class Condition:
    """`values` are text as it stands in an address: ids, names, ISO dates, numbers of days."""

    subject: str
    op: str
    values: tuple[str, ...] = ()

    @property
    def field_id(self) -> int | None:
        found = FIELD.fullmatch(self.subject)
        return int(found[1]) if found else None


@dataclass(frozen=True, slots=True)
class Group:
    """All of its parts must hold, or any one of them. An empty group holds always."""

    every: bool = True
    parts: tuple[Part, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.parts)

    @property
    def conditions(self) -> Iterator[Condition]:
        for part in self.parts:
            if isinstance(part, Group):
                yield from part.conditions
            else:
                yield part


Part: TypeAlias = "Condition | Group"
NOTHING_ASKED: Final = Group()


def parse(text: str) -> Group:
    """A tree from its JSON. Empty text asks for nothing in particular."""
    if not text:
        return NOTHING_ASKED
    if len(text) > LONGEST:
        raise Unreadable("size")
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        raise Unreadable("form") from None
    return read(raw)


def read(raw: Any) -> Group:
    """A tree from what JSON gave."""
    found = _group(raw, depth=1)
    if sum(1 for _condition in found.conditions) > MOST_CONDITIONS:
        raise Unreadable("size")
    return found


def dump(group: Group) -> str:
    """The one spelling of a tree: `parse(dump(tree)) == tree`."""
    return json.dumps(plain(group), ensure_ascii=False, separators=(",", ":")) if group else ""


def plain(group: Group) -> dict[str, Any]:
    """As JSON takes it."""
    parts: list[Any] = [
        plain(part) if isinstance(part, Group) else [part.subject, part.op, list(part.values)]
        for part in group.parts
    ]
    return {"all" if group.every else "any": parts}


def together(*groups: Group) -> Group:
    """All of these at once, without groups that ask for nothing."""
    parts: list[Part] = []
    for group in filter(None, groups):
        parts += group.parts if group.every or len(group.parts) == 1 else [group]
    return Group(True, tuple(parts))


def _group(raw: Any, *, depth: int) -> Group:
    if not isinstance(raw, dict) or len(raw) != 1 or depth > DEEPEST:
        raise Unreadable("size" if isinstance(raw, dict) and depth > DEEPEST else "form")
    ((key, parts),) = raw.items()
    if key not in ("all", "any") or not isinstance(parts, list):
        raise Unreadable("form", key)
    if len(parts) > MOST_CONDITIONS:
        raise Unreadable("size")
    return Group(key == "all", tuple(_part(part, depth=depth) for part in parts))


def _part(raw: Any, *, depth: int) -> Part:
    if isinstance(raw, dict):
        return _group(raw, depth=depth + 1)
    if not isinstance(raw, list) or len(raw) not in (2, 3):
        raise Unreadable("form", raw)
    subject, op, *rest = raw
    values = rest[0] if rest else []
    if not isinstance(values, list) or len(values) > MOST_VALUES:
        raise Unreadable("form", subject)
    if not isinstance(subject, str) or not (subject in SUBJECTS or FIELD.fullmatch(subject)):
        raise Unreadable("subject", subject)
    if not isinstance(op, str) or op not in _ops(subject):
        raise Unreadable("operator", f"{subject} {op}")
    return Condition(subject, op, _values(subject, op, values))


def _ops(subject: str) -> tuple[str, ...]:
    if subject in FLAGS:
        return FLAG_OPS
    if subject in DATES:
        return DATE_OPS
    return FIELD_OPS if FIELD.fullmatch(subject) else SET_OPS


def _values(subject: str, op: str, raw: list[Any]) -> tuple[str, ...]:
    if any(isinstance(value, bool) or not isinstance(value, str | int) for value in raw):
        raise Unreadable("value", subject)
    values = tuple(dict.fromkeys(" ".join(str(value).replace("\0", " ").split()) for value in raw))
    if op in BARE_OPS:
        if values:
            raise Unreadable("value", subject)
        return ()
    is_set = op in SET_OPS
    if not values or (not is_set and len(values) > 1):
        raise Unreadable("value", subject)
    if not all(_fits(subject, op, value) for value in values):
        raise Unreadable("value", f"{subject} {', '.join(values)}")
    return values


def _fits(subject: str, op: str, value: str) -> bool:
    if op in ("within", "older"):
        return (
            value.isascii() and value.isdigit() and len(value) < 9 and 0 < int(value) <= MOST_DAYS
        )
    if op in DATE_OPS:
        return _is_date(value)
    if op in NUMBER_OPS:
        return _is_number(value)
    if subject in CHOICES:
        return value in CHOICES[subject]
    if subject in IDS:
        return value in IDS[subject] or bool(ID.fullmatch(value))
    if subject == LANGUAGE:
        return bool(LANGUAGE_CODE.fullmatch(value))
    return 0 < len(value) <= LONGEST_TEXT


def _is_date(value: str) -> bool:
    try:
        found = date.fromisoformat(value)
    except ValueError:
        return False
    return found.isoformat() == value and EARLIEST <= found <= LATEST


def _is_number(value: str) -> bool:
    try:
        found = Decimal(value)
    except InvalidOperation:
        return False
    return found.is_finite() and abs(found) < Decimal(10) ** 14 and len(value) <= 30
