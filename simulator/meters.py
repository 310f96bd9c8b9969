"""Meta's meters: messages a second of a number, messages to one person, people a day."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

PAIR_BURST: Final = 45
PAIR_SECONDS: Final = 6.0
PER_SECOND: Final = {"STANDARD": 80, "HIGH": 1000, "COEXISTENCE": 20}
TIERS: Final = {
    "TIER_50": 50,
    "TIER_250": 250,
    "TIER_1K": 1000,
    "TIER_2K": 2000,
    "TIER_10K": 10_000,
    "TIER_100K": 100_000,
}


@dataclass(slots=True)
class Bucket:
    """A token bucket that refills with the clock it is shown."""

    size: float
    per_second: float
    left: float
    at: float

    def take(self, now: float) -> bool:
        """Take one, or say that none is left."""
        self.left = min(self.size, self.left + max(0.0, now - self.at) * self.per_second)
        self.at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


class Meters:
    """All meters of one world. Each can be switched off, for load tests."""

    def __init__(self) -> None:
        self.on: dict[str, bool] = {"pair": True, "throughput": True, "daily": True}
        self._pairs: dict[tuple[str, str], Bucket] = {}
        self._numbers: dict[str, Bucket] = {}
        self._people: dict[str, deque[tuple[float, str]]] = {}

    def number_may_send(self, number_id: str, *, level: str, now: float) -> bool:
        """80 (or 1,000) messages a second of one number."""
        if not self.on["throughput"]:
            return True
        rate = PER_SECOND.get(level, 80)
        bucket = self._numbers.get(number_id)
        if bucket is None or bucket.per_second != rate:
            bucket = self._numbers[number_id] = Bucket(rate, rate, rate, now)
        return bucket.take(now)

    def pair_may_send(self, number_id: str, customer_id: str, *, now: float) -> bool:
        """One message in six seconds to one person, with bursts of 45."""
        if not self.on["pair"]:
            return True
        key = (number_id, customer_id)
        bucket = self._pairs.get(key)
        if bucket is None:
            bucket = self._pairs[key] = Bucket(PAIR_BURST, 1 / PAIR_SECONDS, PAIR_BURST, now)
        return bucket.take(now)

    def may_reach(self, business_id: str, customer_id: str, *, tier: str, now: float) -> bool:
        """People reached outside a window in the moving day, by portfolio."""
        limit = TIERS.get(tier)
        if not self.on["daily"] or limit is None:
            return True
        seen = self._people.setdefault(business_id, deque())
        while seen and seen[0][0] < now - 86400:
            seen.popleft()
        people = {person for _, person in seen}
        if customer_id not in people and len(people) >= limit:
            return False
        seen.append((now, customer_id))
        return True
