"""Why did the quality fall? Ranks what changed before it against what was usual. Pure; no cause is ever certain.

Each signal has a count an hour. What stands out most from its own past, weighted by how much such things move Meta's
rating (blocks and reports, which we never see, follow unwanted messages), comes first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import log1p, sqrt
from statistics import fmean
from typing import Final

DAY: Final = 24  # hours
BEFORE: Final = 3 * DAY  # what happened in the last three days may have done it
LEAST: Final = 5  # fewer than so many of a thing explain nothing


class Signal(StrEnum):
    MARKETING = "marketing"  # marketing templates to people who had not written
    BURST = "burst"  # messages of ours that went out many in a minute
    NEW_PEOPLE = "new_people"  # first messages to people who never wrote
    NOT_REACHED = "not_reached"  # 131026: not on WhatsApp, or they blocked us
    SPAM = "spam"  # 131048
    PROTECTED = "protected"  # 131049
    OPT_OUTS = "opt_outs"
    COMPLAINTS = "complaints"  # words such as “stop”, “spam” in what people wrote
    SLOW = "slow"  # answers that took over an hour
    TEMPLATES = "templates"  # templates whose words changed


WEIGHTS: Final[Mapping[Signal, float]] = {
    Signal.MARKETING: 1.6,
    Signal.NEW_PEOPLE: 1.5,
    Signal.SPAM: 1.4,
    Signal.OPT_OUTS: 1.2,
    Signal.COMPLAINTS: 1.2,
    Signal.BURST: 1.0,
    Signal.NOT_REACHED: 1.0,
    Signal.PROTECTED: 0.9,
    Signal.TEMPLATES: 0.6,
    Signal.SLOW: 0.5,
}


@dataclass(frozen=True, slots=True)
class Cause:
    """`count` of it in the days before the fall, where `usual` would have been expected."""

    signal: Signal
    score: float
    count: int
    usual: float


def rank(hours: Mapping[Signal, Sequence[int]]) -> list[Cause]:
    """Most likely first. `hours`: counts of each hour up to the fall, oldest first, at least four days of them.

    The score is by how many standard deviations (of a Poisson count, so that small numbers mean little) the days
    before the fall stand above the usual, times the weight.
    """
    found = [cause for signal, counts in hours.items() if (cause := _judged(signal, counts))]
    return sorted(found, key=lambda cause: (-cause.score, cause.signal))


def _judged(signal: Signal, counts: Sequence[int]) -> Cause | None:
    recent, past = counts[-BEFORE:], counts[:-BEFORE]
    count = sum(recent)
    usual = (fmean(past) if past else 0.0) * len(recent)
    above = count - usual
    if count < LEAST or above <= 0:
        return None
    spread = sqrt(max(usual, 1.0)) + 0.25 * usual  # days differ by themselves, too
    return Cause(signal, WEIGHTS[signal] * log1p(above / spread), count, round(usual, 1))
