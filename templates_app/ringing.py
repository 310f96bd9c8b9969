"""Which change of a template is worth an alert, and which ends one. Pure; quality keeps the alerts themselves."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

WORSE: Final = {"GREEN": 0, "UNKNOWN": 0, "YELLOW": 1, "RED": 2}


class AlertKind(StrEnum):
    REJECTED = "template_rejected"
    PAUSED = "template_paused"
    DISABLED = "template_disabled"
    CATEGORY = "template_category"
    CATEGORY_DUE = "template_category_due"
    QUALITY = "template_quality"
    NEEDED_SOON = "template_needed_soon"
    LATE = "template_late"
    MISSED = "template_missed"


OF_STATE: Final = {
    "REJECTED": AlertKind.REJECTED,
    "PAUSED": AlertKind.PAUSED,
    "DISABLED": AlertKind.DISABLED,
}
OF_PLAN: Final = frozenset({AlertKind.NEEDED_SOON, AlertKind.LATE, AlertKind.MISSED})


def kind_of(kind: str, before: str, after: str) -> AlertKind | None:
    """Whether a change of "status", "quality", "category" or "category_due" is worth an alert.

    Of a template that we see for the first time (nothing before) only that it is paused is news.
    """
    if before == after:
        return None
    match kind:
        case "status" if before or after == "PAUSED":
            return OF_STATE.get(after)
        case "quality" if WORSE.get(after, 0) > WORSE.get(before, 0):
            return AlertKind.QUALITY
        case "category" if before:
            return AlertKind.CATEGORY
        case "category_due" if after:
            return AlertKind.CATEGORY_DUE
    return None


def ended_by(kind: str, after: str) -> frozenset[AlertKind]:
    """Which alerts about a template are over with this change."""
    match kind:
        case "status":
            return frozenset(OF_STATE.values()) - {OF_STATE.get(after)}
        case "quality" if not WORSE.get(after, 0):
            return frozenset({AlertKind.QUALITY})
        case "category":
            return frozenset({AlertKind.CATEGORY_DUE})
    return frozenset()
