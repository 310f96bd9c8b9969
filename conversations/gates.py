"""When we hold back before Meta does: one pure policy for every send that the company begins.

Rules: whatsapp-platform.md 2.4 (restrictions), 3 and 4. Answers to customers always pass: holding them back helps
nobody. Whole numbers that can send nothing at all (payment, token) wait in holding.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

NO_BEGINNING: Final = "RESTRICTED_BIZ_INITIATED_MESSAGING"
NO_UTILITY: Final = "RESTRICTED_UTILITY_TEMPLATES"
SPAM_LIMIT: Final = 131048
SPAM_PAUSE: Final = timedelta(hours=6)  # Meta lifts it within hours; more tries make it longer
STOPPED_STATES: Final = frozenset({"RESTRICTED", "BANNED", "RATE_LIMITED"})


class Reason(StrEnum):
    LOW_QUALITY = "low_quality"
    MEDIUM_QUALITY = "medium_quality"
    RESTRICTED = "restricted"
    LIMIT_FULL = "limit_full"
    SPAM_LIMIT = "spam_limit"


class Gate(StrEnum):
    OPEN = "open"
    WARNS = "warns"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a number stands with Meta. `restriction`: Meta's types, comma by comma. Overridden until `lifted_until`."""

    rating: str = ""
    status: str = ""
    restriction: str = ""
    is_limit_full: bool = False
    lifted_until: datetime | None = None
    spam_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    gate: Gate
    reason: Reason | None = None


PASSES: Final = Verdict(Gate.OPEN)


def judge(standing: Standing, *, category: str, begins: bool, at: datetime) -> Verdict:
    """Of a template of this category. `begins`: the person has not written in 24 hours, so Meta counts it.

    What Meta itself forbids cannot be lifted; what we hold back by ourselves can.
    """
    types = set(filter(None, standing.restriction.split(",")))
    if begins and (NO_BEGINNING in types or standing.status in STOPPED_STATES):
        return Verdict(Gate.CLOSED, Reason.RESTRICTED)
    if category == "UTILITY" and NO_UTILITY in types:
        return Verdict(Gate.CLOSED, Reason.RESTRICTED)
    if standing.lifted_until is not None and at < standing.lifted_until:
        return PASSES
    if begins and standing.is_limit_full:
        return Verdict(Gate.CLOSED, Reason.LIMIT_FULL)
    if category == "MARKETING" and standing.spam_until and at < standing.spam_until:
        return Verdict(Gate.CLOSED, Reason.SPAM_LIMIT)
    if category == "MARKETING" and standing.rating == "RED":
        return Verdict(Gate.CLOSED, Reason.LOW_QUALITY)
    if category == "MARKETING" and standing.rating == "YELLOW":
        return Verdict(Gate.WARNS, Reason.MEDIUM_QUALITY)
    return PASSES
