"""Rules for conversations that begin or come back: which match, and what they do together. Pure.

A rule is data: all its conditions must hold; of several values in one condition, one must. Rules are asked in their
order. What two of them set both is set by the upper one; labels add up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any, Final

NEW: Final = "new"
REOPENED: Final = "reopened"
SCRIPTS: Final = (  # the first whose letters are most; Latin says nothing certain, so it is called English
    ("uk", re.compile(r"[іїєґ]", re.I)),
    ("kk", re.compile(r"[әғқңөұүһ]", re.I)),
    ("ru", re.compile(r"[а-яё]", re.I)),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("en", re.compile(r"[a-z]", re.I)),
)
LANGUAGES: Final = tuple(code for code, _letters in SCRIPTS)


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known when a customer's message opens a conversation, for the first time or again."""

    number: int
    text: str = ""
    language: str = ""
    labels: frozenset[int] = frozenset()
    is_new: bool = True
    is_open: bool = True  # within the number's business hours
    is_known: bool = False  # the contact has written to us before
    from_ad: bool = False


@dataclass(frozen=True, slots=True)
class Conditions:
    """Empty means: does not matter."""

    when: str = ""  # new | reopened
    numbers: tuple[int, ...] = ()
    keywords: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    labels: tuple[int, ...] = ()
    hours: str = ""  # inside | outside
    contact: str = ""  # new | known
    source: str = ""  # ad | other

    def hold(self, now: Situation) -> bool:
        return (
            self.when in ("", NEW if now.is_new else REOPENED)
            and (not self.numbers or now.number in self.numbers)
            and (not self.keywords or any(says(now.text, word) for word in self.keywords))
            and (not self.languages or now.language in self.languages)
            and (not self.labels or not now.labels.isdisjoint(self.labels))
            and self.hours in ("", "inside" if now.is_open else "outside")
            and self.contact in ("", "known" if now.is_known else "new")
            and self.source in ("", "ad" if now.from_ad else "other")
        )


@dataclass(frozen=True, slots=True)
class Actions:
    team: int | None = None
    assignee: int | None = None
    labels: tuple[int, ...] = ()
    priority: int | None = None
    reply: str = ""

    def over(self, lower: Actions) -> Actions:
        """This rule's and those of a lower one."""
        return Actions(
            team=self.team or lower.team,
            assignee=self.assignee or lower.assignee,
            labels=tuple(dict.fromkeys((*self.labels, *lower.labels))),
            priority=lower.priority if self.priority is None else self.priority,
            reply=self.reply or lower.reply,
        )

    @property
    def is_empty(self) -> bool:
        return self == Actions()


@dataclass(frozen=True, slots=True)
class Rule:
    id: int
    name: str
    conditions: Conditions = field(default_factory=Conditions)
    actions: Actions = field(default_factory=Actions)
    stops: bool = False


def matching(rules: Iterable[Rule], now: Situation) -> list[Rule]:
    """Those that hold, in order, down to the first of them that stops."""
    found: list[Rule] = []
    for rule in rules:
        if rule.conditions.hold(now):
            found.append(rule)
            if rule.stops:
                break
    return found


def together(rules: Iterable[Rule]) -> Actions:
    done = Actions()
    for rule in rules:
        done = done.over(rule.actions)
    return done


def says(text: str, keyword: str) -> bool:
    """Whole words, whatever their case; “достав*” stands for all words that begin so."""
    wanted = _plain(keyword.strip())
    stem = wanted.rstrip("*")
    if not stem:
        return False
    end = r"\w*" if wanted.endswith("*") else ""
    pattern = r"\s+".join(re.escape(word) for word in stem.split())
    return re.search(rf"(?<!\w){pattern}{end}(?!\w)", _plain(text)) is not None


def language_of(text: str) -> str:
    """A guess from the letters; empty where there are none."""
    counts = {code: len(letters.findall(text)) for code, letters in SCRIPTS}
    for own in ("uk", "kk"):  # a few of their own letters tell them from Russian
        if counts[own]:
            counts["ru"], counts[own] = 0, counts["ru"] + counts[own]
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] else ""


def _plain(text: str) -> str:
    return text.casefold().replace("ё", "е")


def as_json(part: Conditions | Actions) -> dict[str, Any]:
    """Only what says something."""
    values = {one.name: getattr(part, one.name) for one in fields(part)}
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in values.items()
        if value not in ("", None, ())
    }


def conditions_of(kept: dict[str, Any]) -> Conditions:
    return Conditions(**_tuples(kept))


def actions_of(kept: dict[str, Any]) -> Actions:
    return Actions(**_tuples(kept))


def _tuples(kept: dict[str, Any]) -> dict[str, Any]:
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in kept.items()
    }
