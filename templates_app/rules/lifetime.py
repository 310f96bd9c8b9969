"""For how long Meta tries to deliver a template before it drops the message without a word. Pure.

Meta's page on time to live: 30 seconds to 15 minutes for codes, to 12 hours for utility, 12 hours to 30 days for
marketing; 30 days of the first two are written -1. Without one: 10 minutes for codes, else 30 days.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from templates_app.content import AUTHENTICATION, MONTH, MONTH_WRITTEN, DraftContent
from templates_app.rules.problem import Problem, refused

RANGES: Final = {
    AUTHENTICATION: range(30, 900 + 1),
    "UTILITY": range(30, 43_200 + 1),
    "MARKETING": range(43_200, MONTH + 1),
}
RULES: Final = {
    AUTHENTICATION: "lifetime_code",
    "UTILITY": "lifetime_utility",
    "MARKETING": "lifetime_marketing",
}


def lifetime(draft: DraftContent) -> Iterator[Problem]:
    """Of any form; a wrong category is said elsewhere."""
    seconds = draft.content.lifetime
    if seconds is None or seconds == MONTH or draft.category not in RANGES:
        return
    if seconds not in RANGES[draft.category]:
        yield refused("lifetime", RULES[draft.category])


def is_written_rightly(said: Any, *, category: str) -> bool:
    """Whether Meta takes `message_send_ttl_seconds` as it is written."""
    is_number = isinstance(said, int) and not isinstance(said, bool)
    return is_number and (said == MONTH_WRITTEN or said in RANGES.get(category, ()))
