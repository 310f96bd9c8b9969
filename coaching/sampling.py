"""Which conversations of a week are looked at, and how answers on a card become a result. Pure.

The sample follows from the seed alone: whoever has it draws the same conversations again, and nobody chooses them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any, Final

NOT_ASKED: Final = None  # an answer of a criterion that does not apply


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of a score card: 0 to `most` points, counting `weight` times."""

    key: str
    name: str
    weight: int
    most: int


def sample(
    conversations: Iterable[int], *, agent: int, week: date, seed: int, percent: int, least: int
) -> list[int]:
    """Of these of one agent in one week: `percent` of them rounded up, `least` if there are so many."""
    found = sorted(set(conversations), key=lambda pk: _place(seed, week, agent, pk))
    count = max(math.ceil(len(found) * percent / 100), least)
    return found[:count]


def _place(seed: int, week: date, agent: int, conversation: int) -> bytes:
    return sha256(f"{seed}/{week.isoformat()}/{agent}/{conversation}".encode()).digest()


def week_of(day: date) -> date:
    """Its Monday."""
    return day - timedelta(days=day.weekday())


def score(card: Sequence[Criterion], answers: Mapping[str, int | None]) -> int | None:
    """0 to 100: points by weight of all that applied; None if nothing did. ValueError on points that the card lacks."""
    reached = possible = 0
    for criterion in card:
        points = answers.get(criterion.key, NOT_ASKED)
        if points is None:
            continue
        if not 0 <= points <= criterion.most:
            raise ValueError(criterion.key)
        reached += points * criterion.weight
        possible += criterion.most * criterion.weight
    return round(100 * reached / possible) if possible else None


def card_of(kept: Sequence[Mapping[str, Any]]) -> list[Criterion]:
    """As `as_json` wrote it."""
    return [
        Criterion(str(c["key"]), str(c["name"]), int(c["weight"]), int(c["most"])) for c in kept
    ]


def as_json(card: Iterable[Criterion]) -> list[dict[str, Any]]:
    return [{"key": c.key, "name": c.name, "weight": c.weight, "most": c.most} for c in card]


def leanings(scores: Iterable[tuple[int, int, int | None]]) -> dict[int, tuple[int, float]]:
    """How far each reviewer is from the others: (conversation, reviewer, score) → {reviewer: (count, difference)}.

    Only conversations that two or more have scored count; the difference is to the mean of the others, in points.
    """
    by_conversation: dict[int, dict[int, int]] = {}
    for conversation, reviewer, points in scores:
        if points is None:
            continue
        by_conversation.setdefault(conversation, {})[reviewer] = points
    found: dict[int, list[float]] = {}
    for given in by_conversation.values():
        if len(given) < 2:
            continue
        for reviewer, points in given.items():
            others = [other for who, other in given.items() if who != reviewer]
            found.setdefault(reviewer, []).append(points - sum(others) / len(others))
    return {who: (len(diffs), sum(diffs) / len(diffs)) for who, diffs in found.items()}
