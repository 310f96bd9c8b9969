"""How fast we may send, so that Meta never has to say it (whatsapp-platform.md 4).

Two meters: the pair (one number, one person) is a pure GCRA kept on the conversation's row; the throughput of a number
is counted in Redis, and from the attempts in PostgreSQL while Redis is away.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

import structlog
from django.conf import settings
from limits import RateLimitItemPerSecond
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from accounts.models import PhoneNumber
from conversations.models import Attempt

logger = structlog.get_logger(__name__)
NO_WAIT: Final = timedelta(0)
ONE_SECOND: Final = timedelta(seconds=1)
REDIS_REST: Final = 5.0  # seconds without Redis before it is tried again


class Taken(NamedTuple):
    """`free_at` is to be stored. A wait above zero: no place was taken."""

    free_at: datetime | None
    wait: timedelta


@dataclass(frozen=True, slots=True)
class Meter:
    """The generic cell rate algorithm: one each `every`, and `burst` at once after a rest."""

    every: timedelta
    burst: int

    def take(self, free_at: datetime | None, *, at: datetime) -> Taken:
        """Take a place now if there is one. `free_at` is when the meter will have forgotten all it counted."""
        busy_until = max(free_at, at) if free_at else at
        fits_at = busy_until - self.every * (self.burst - 1)
        if fits_at > at:
            return Taken(free_at, fits_at - at)
        return Taken(busy_until + self.every, NO_WAIT)


PAIR: Final = Meter(every=timedelta(seconds=6), burst=45)

_redis_rests_until = 0.0


def number_wait(number: PhoneNumber, *, at: datetime, unwritten: int = 0) -> timedelta:
    """Zero: a place in this second was taken for the number. Else how long until there may be one.

    `unwritten`: places taken by attempts that PostgreSQL cannot count yet.
    """
    global _redis_rests_until
    if time.monotonic() >= _redis_rests_until:
        try:
            return _wait_by_redis(number)
        except (RedisError, OSError) as problem:
            _redis_rests_until = time.monotonic() + REDIS_REST
            logger.warning("rates without redis", problem=str(problem))
    return wait_by_attempts(number, at=at, unwritten=unwritten)


def _wait_by_redis(number: PhoneNumber) -> timedelta:
    limiter = _limiter(settings.REDIS_URL)
    item = RateLimitItemPerSecond(max(number.messages_per_second, 1))
    if limiter.hit(item, "number", str(number.pk)):
        return NO_WAIT
    reset_time = limiter.get_window_stats(item, "number", str(number.pk)).reset_time
    return max(timedelta(seconds=reset_time - time.time()), timedelta(milliseconds=5))


@lru_cache(maxsize=4)
def _limiter(url: str) -> MovingWindowRateLimiter:
    storage = RedisStorage(
        url, key_prefix="waba-rates", socket_timeout=1.0, socket_connect_timeout=1.0
    )
    return MovingWindowRateLimiter(storage)


def wait_by_attempts(number: PhoneNumber, *, at: datetime, unwritten: int = 0) -> timedelta:
    """The same from what was really sent: there is room if the n-th latest attempt is over a second old."""
    n = max(number.messages_per_second, 1) - unwritten
    if n < 1:
        return ONE_SECOND
    latest = Attempt.objects.filter(number=number).order_by("-pk")
    nth = latest.values_list("started_at", flat=True)[n - 1 : n].first()
    return max(nth + ONE_SECOND - at, NO_WAIT) if nth else NO_WAIT
