"""The worker says that it lives."""

from __future__ import annotations

import time

from django.core.cache import cache

from events.tasks import HEARTBEAT_KEY, heartbeat


def test_a_heartbeat_tells_its_time() -> None:
    cache.delete(HEARTBEAT_KEY)
    heartbeat()
    assert abs(cache.get(HEARTBEAT_KEY) - time.time()) < 5
