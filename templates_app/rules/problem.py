"""What is said of a draft: the rule, its place, how grave it is, and the words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from templates_app.rules.words import WORDS


class Severity(StrEnum):
    REFUSED = "refused"  # Meta says no at once
    OFTEN_REFUSED = "often refused"  # its reviewers often say no, or change the category
    NOTE = "note"  # good to know


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """`place`: "name", "header", "body", "footer", "buttons", "button 2", "offer", "card 1", "card 1 button 2" …"""

    place: str
    rule: str
    severity: Severity
    english: str
    russian: str

    def words(self, language: str = "en") -> str:
        return self.russian if language.lower().startswith("ru") else self.english


def refused(place: str, rule: str, **values: object) -> Problem:
    return problem(place, rule, Severity.REFUSED, **values)


def problem(place: str, rule: str, severity: Severity, **values: object) -> Problem:
    english, russian = WORDS[rule]
    told = {k: _moment(v) if isinstance(v, datetime) else v for k, v in values.items()}
    return Problem(
        place=place,
        rule=rule,
        severity=severity,
        english=english.format(**told),
        russian=russian.format(**told),
    )


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} {at.tzname()}"
