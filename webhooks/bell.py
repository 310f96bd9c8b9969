"""Wakes the worker after a commit: at most once in 50 ms, in a thread of its own, and without ever delaying an answer.

While a bell that no worker has heard yet hangs in the queue, none is rung: workers that are behind have enough to do.
A bell that is not heard (Redis away) costs a few seconds: beat sweeps the table.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import redis
import structlog
from django.conf import settings

from events.live import redis_at

EVERY: Final = 0.05
DEAF: Final = 1.0  # after a failure, so that a missing Redis is not asked twenty times a second
HANGS_MS: Final = 1_000  # then it may be lost, with the worker that had taken it

logger = structlog.get_logger(__name__)


def ring_for_drain() -> None:
    """Ask a worker to drain, unless one was asked that has not begun. Late bells are worthless: the sweep was there."""
    from webhooks.tasks import drain

    if _hangs():
        return
    try:
        drain.apply_async(retry=False, expires=60)
    except Exception:
        heard()
        raise


def _hangs() -> bool:
    """Whether a bell hung there before; from now on one does."""
    try:
        return not redis_at(settings.REDIS_URL).set(_name(), 1, nx=True, px=HANGS_MS)
    except (redis.RedisError, OSError):  # the queue may be elsewhere
        return False


def heard() -> None:
    """Called by a drain before it looks into the table: what comes from now on rings again."""
    with suppress(redis.RedisError, OSError):  # it hangs a second longer
        redis_at(settings.REDIS_URL).delete(_name())


def _name() -> str:
    return f"webhook-bell-{settings.DATABASES['default']['NAME']}"


class Bell:
    def __init__(self, ring: Callable[[], object] | None = None) -> None:
        self._ring = ring or ring_for_drain
        self._wanted = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def ring(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="webhook-bell", daemon=True)
            self._thread.start()
        self._wanted.set()

    async def close(self) -> None:
        """Let a last bell sound, for a moment."""
        self._closing.set()
        self._wanted.set()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, 2.0)

    def _work(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            pause = EVERY
            try:
                self._ring()
            except Exception as problem:
                logger.warning("the worker was not woken", problem=str(problem))
                pause = DEAF
            if self._closing.is_set():
                return
            time.sleep(pause)
