"""How long Meta's review takes, and by when a template must be handed in to be there in time. Pure, without Django.

Of an account's own reviews the median and the 90th percentile count: of this category and language where there are
enough, else of the category, else of all. Until then what Meta says holds: minutes as a rule, up to 24 hours.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

FEWEST: Final = 5  # reviews; fewer say nothing
QUARTER: Final = timedelta(minutes=15)
COLLEAGUE: Final = timedelta(hours=4)  # for a colleague's word, where one is needed


class Basis(StrEnum):
    CLOSE = "category and language"
    CATEGORY = "category"
    ACCOUNT = "account"
    DEFAULT = "default"


class Lateness(StrEnum):
    IN_TIME = "in time"
    SOON = "soon"  # less than a day left to hand it in
    LATE = "late"  # past that: it may still succeed, but is no longer safe
    MISSED = "missed"  # needed by now, and not there


@dataclass(frozen=True, slots=True)
class Review:
    """One review of Meta's, from the handing in to the answer."""

    category: str
    language: str
    took: timedelta


@dataclass(frozen=True, slots=True)
class Forecast:
    median: timedelta
    p90: timedelta
    count: int
    basis: Basis


DEFAULT: Final = Forecast(timedelta(minutes=30), timedelta(hours=24), 0, Basis.DEFAULT)


def forecast(reviews: Sequence[Review], *, category: str, language: str) -> Forecast:
    """What to expect of the next one, from the closest reviews of which there are enough."""
    of_category = [review for review in reviews if review.category == category]
    close = [review for review in of_category if review.language == language]
    for found, basis in (
        (close, Basis.CLOSE),
        (of_category, Basis.CATEGORY),
        (reviews, Basis.ACCOUNT),
    ):
        if len(found) >= FEWEST:
            lengths = sorted(review.took for review in found)
            return Forecast(percentile(lengths, 50), percentile(lengths, 90), len(lengths), basis)
    return DEFAULT


def percentile(lengths: Sequence[timedelta], percent: int) -> timedelta:
    """Of sorted ones, by nearest rank: a length that really was."""
    return lengths[max(0, math.ceil(len(lengths) * percent / 100) - 1)]


def submit_by(needed: datetime, expected: Forecast, *, asks_colleague: bool = False) -> datetime:
    """The last quarter of an hour at which handing it in is safe in nine of ten cases."""
    latest = needed - expected.p90 - (COLLEAGUE if asks_colleague else timedelta(0))
    past = timedelta(
        minutes=latest.minute % 15, seconds=latest.second, microseconds=latest.microsecond
    )
    return latest - past


def lateness(needed: datetime, by: datetime, *, is_submitted: bool, at: datetime) -> Lateness:
    """Of one that is not approved yet. `by`: when it had to be handed in; once it is, only the need counts."""
    if at >= needed:
        return Lateness.MISSED
    if at >= by and not is_submitted:
        return Lateness.LATE
    if at >= by - timedelta(days=1) and not is_submitted:
        return Lateness.SOON
    return Lateness.IN_TIME
