"""Durations in classes, so that medians of a year are sums of counts. Pure.

Each class is a quarter wider than the one before; a quantile is placed inside of its class, so it is within 12 % of the
true one, usually much nearer. Sums and averages are exact.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

GROWTH: Final = 1.25
LAST: Final = 80  # what is longer than a year and a half is in the last class


def bucket_of(seconds: int) -> int:
    """0 for nothing at all; else n holds (GROWTH ** (n - 1), GROWTH ** n]. Up to LAST."""
    if seconds <= 0:
        return 0
    return min(max(math.ceil(math.log(seconds, GROWTH) - 1e-9), 0) + 1, LAST)


def edges(bucket: int) -> tuple[float, float]:
    """The seconds that a class lies between."""
    if bucket == 0:
        return 0.0, 0.0
    return (0.0 if bucket == 1 else GROWTH ** (bucket - 2)), GROWTH ** (bucket - 1)


def quantile(counts: Mapping[int, int], share: float) -> int | None:
    """Seconds that this share of all (0 to 1) stays within; None of nothing."""
    total = sum(counts.values())
    if not total:
        return None
    wanted = share * total
    passed = 0.0
    for bucket in sorted(counts):
        count = counts[bucket]
        if count and passed + count >= wanted:
            low, high = edges(bucket)
            return round(low + (high - low) * max(wanted - passed, 0) / count)
        passed += count
    return round(edges(max(counts))[1])
