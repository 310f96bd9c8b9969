"""The pipe to the browsers: what is pushed here reaches every socket of a group. Loss is harmless: screens ask for
what they missed (conversations/views, `changes`), so a push never raises and never blocks a verb for long.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Collection, Coroutine, Mapping
from functools import lru_cache
from typing import Any

import redis
import structlog
from channels.layers import get_channel_layer
from django.conf import settings

logger = structlog.get_logger(__name__)
PUSH_SECONDS = 2.0

_lock = threading.Lock()
_loop: tuple[int, asyncio.AbstractEventLoop] | None = None


def rows_of(group: str) -> str:
    """Those browsers of a group that are shown rows of the list, and say which threads they have open."""
    return f"{group}.rows"


def lists_of(group: str) -> tuple[str, str]:
    """Both names under which its browsers hear of rows: those that hear everything, and those that say what they have
    open.
    """
    return group, rows_of(group)


def thread_of(group: str, thread: int) -> str:
    """Those of them that have this thread open. Who may not join `group` cannot join this either."""
    return f"{group}.{thread}"


def _background_loop() -> asyncio.AbstractEventLoop:
    """One event loop a process, in a thread of its own, so that connections to Redis live on between pushes."""
    global _loop
    with _lock:
        if _loop is None or _loop[0] != os.getpid():  # a forked worker makes its own
            loop = asyncio.new_event_loop()
            threading.Thread(target=loop.run_forever, name="live-push", daemon=True).start()
            _loop = (os.getpid(), loop)
        return _loop[1]


def _wait_for(work: Coroutine[Any, Any, None]) -> None:
    future = asyncio.run_coroutine_threadsafe(work, _background_loop())
    try:
        future.result(timeout=PUSH_SECONDS)
    except TimeoutError:
        future.cancel()
        logger.warning("live push timed out")
    except Exception as problem:  # Redis away: screens catch up by themselves
        logger.warning("live push failed", problem=str(problem))


def heard(groups: Collection[str]) -> set[str]:
    """Those of the groups that a browser listens to; all of them where that cannot be told.

    What is not heard need not be rendered: a browser that comes later is told the latest number, and asks.
    """
    layer: dict[str, Any] = settings.CHANNEL_LAYERS["default"]
    hosts = layer.get("CONFIG", {}).get("hosts", [])
    is_one_redis = layer["BACKEND"].endswith("RedisPubSubChannelLayer") and len(hosts) == 1
    if not groups or not is_one_redis or not isinstance(hosts[0], str):
        return set(groups)
    prefix = f"{layer['CONFIG'].get('prefix', 'asgi')}__group__"
    try:
        found = redis_at(hosts[0]).pubsub_numsub(*(f"{prefix}{group}" for group in groups))
    except (redis.RedisError, OSError) as problem:
        logger.warning("listeners not counted", problem=str(problem))
        return set(groups)
    return {str(channel).removeprefix(prefix) for channel, listeners in found if listeners}


@lru_cache(maxsize=4)
def redis_at(url: str) -> redis.Redis:
    """This process's client for short questions: who waits for longer than a second goes on without."""
    return redis.Redis.from_url(
        url, socket_timeout=1.0, socket_connect_timeout=1.0, decode_responses=True
    )


def push(html_by_group: Mapping[str, str]) -> None:
    """Send fragments of HTML to the sockets of each group."""
    traces = structlog.contextvars.get_contextvars().get("traces", [])
    _send(
        {
            group: {"type": "live.fragment", "html": html, "traces": traces}
            for group, html in html_by_group.items()
        }
    )


def tell(group: str, **what: object) -> None:
    """Send a small unnumbered note: a read mark, somebody typing."""
    tell_all([group], **what)


def tell_all(groups: Collection[str], **what: object) -> None:
    """The same note to several groups. A browser may be in more than one: it must not mind hearing it twice."""
    _send({group: {"type": "live.note", "note": what} for group in groups})


def close(group: str) -> None:
    """Close the sockets of a group: the rights behind them changed, they reconnect and are judged anew."""
    _send({group: {"type": "live.revoked"}})


def _send(messages: Mapping[str, dict[str, Any]]) -> None:
    if not messages:
        return
    layer = get_channel_layer()

    async def send_all() -> None:
        await asyncio.gather(*(layer.group_send(group, body) for group, body in messages.items()))

    _wait_for(send_all())
