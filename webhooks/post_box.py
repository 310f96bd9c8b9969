"""The group commit: all bodies that are waiting go into the database by one statement, then all are answered.

One post alone waits for nobody; while one statement is under way, the next one gathers. So it is quick when it is
quiet, and the disk is asked once for many when it is not: in a burst a moment is left for those to come back who were
just answered, because a row of a large group costs half of one of a small group.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import structlog
from psycopg import AsyncConnection, OperationalError
from psycopg.errors import CheckViolation
from psycopg_pool import AsyncConnectionPool, PoolTimeout

MOST_POSTS, MOST_BYTES = 5_000, 64 * 1024 * 1024  # waiting in memory; beyond that Meta must wait
GROUP_POSTS, GROUP_BYTES = 500, 8 * 1024 * 1024  # by one statement
BURST: Final = 2  # posts in a group: others are coming
PAUSE: Final = 0.003  # seconds at most, and only after a burst
CONNECT_SECONDS: Final = 2.0
STORE_SECONDS: Final = 6.0

# The ids follow the order of arrival; the rows are written in the order of their digests, so that two processes which
# are given the same bodies wait for each other and never in a circle.
STORE: Final = b"""
    INSERT INTO webhooks_envelope (id, app_id, digest, body, received_at, tries)
    SELECT id, app_id, digest, body, now(), 0 FROM (
        SELECT nextval('webhooks_envelope_id_seq') AS id, app_id, digest, body
        FROM unnest(%b::bigint[], %b::bytea[], %b::bytea[]) AS post (app_id, digest, body)
    ) AS posts ORDER BY digest
    ON CONFLICT (digest, month) DO NOTHING
"""

logger = structlog.get_logger(__name__)


class Full(Exception):
    """So many posts are waiting that this one must come again."""


@dataclass(slots=True)
class Post:
    app_id: int
    digest: bytes
    body: bytes
    stored: asyncio.Future[None]


class PostBox:
    def __init__(self, dsn: str, *, on_stored: Callable[[], None]) -> None:
        self._dsn = dsn
        self._on_stored = on_stored
        self._pool: AsyncConnectionPool[AsyncConnection[Any]] | None = None
        self._waiting: deque[Post] = deque()
        self._waiting_bytes = 0
        self._wanted = MOST_POSTS
        self._is_enough = asyncio.Event()
        self._opening = asyncio.Lock()
        self._writer: asyncio.Task[None] | None = None
        self._is_closed = False

    async def put(self, app_id: int, digest: bytes, body: bytes) -> None:
        """Returns once the body is on disk (or was before). Raises if that cannot be promised."""
        if (
            self._is_closed
            or len(self._waiting) >= MOST_POSTS
            or self._waiting_bytes + len(body) > MOST_BYTES
        ):
            raise Full
        post = Post(app_id, digest, body, asyncio.get_running_loop().create_future())
        self._waiting.append(post)
        self._waiting_bytes += len(body)
        if len(self._waiting) >= self._wanted:
            self._is_enough.set()
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        await post.stored

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        """For webhooks/keys.py: the same connections, the same patience."""
        async with asyncio.timeout(STORE_SECONDS), (await self._connections()).connection() as link:
            return await (await link.execute(query.encode())).fetchall()

    async def close(self) -> None:
        self._is_closed = True
        if self._writer is not None:
            await self._writer
        if self._pool is not None:
            await self._pool.close()

    async def _connections(self) -> AsyncConnectionPool[AsyncConnection[Any]]:
        """Opened at the first post, on the loop that serves it."""
        async with self._opening:
            if self._pool is not None:
                return self._pool
            pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
                self._dsn,
                min_size=1,
                max_size=2,  # one stores, one reads secrets
                timeout=CONNECT_SECONDS,
                reconnect_timeout=CONNECT_SECONDS,
                max_waiting=8,
                kwargs={"autocommit": True},
                open=False,
                name="intake",
            )
            await pool.open()
            self._pool = pool
            return pool

    async def _write(self) -> None:
        while self._waiting:
            group = self._next_group()
            try:
                await self._store(group)
            except Exception as problem:
                for post in group:
                    if not post.stored.done():  # its caller may have gone
                        post.stored.set_exception(problem)
            else:
                for post in group:
                    if not post.stored.done():
                        post.stored.set_result(None)
                logger.info("webhooks stored", traces=[post.digest[:6].hex() for post in group])
                self._on_stored()
                if len(group) >= BURST:
                    await self._gather(len(group) + len(self._waiting))

    async def _gather(self, in_flight: int) -> None:
        """Until about as many wait as were in flight, but not for long. One who is late keeps nobody waiting."""
        self._wanted = min(in_flight - in_flight // 8, GROUP_POSTS)
        if len(self._waiting) >= self._wanted:
            return
        self._is_enough.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(PAUSE):
                await self._is_enough.wait()

    def _next_group(self) -> list[Post]:
        group: list[Post] = []
        size = 0
        while self._waiting and len(group) < GROUP_POSTS and size < GROUP_BYTES:
            post = self._waiting.popleft()
            size += len(post.body)
            group.append(post)
        self._waiting_bytes -= size
        return group

    async def _store(self, group: list[Post]) -> None:
        columns = (
            [post.app_id for post in group],
            [post.digest for post in group],
            [post.body for post in group],
        )
        async with asyncio.timeout(STORE_SECONDS):
            pool = await self._connections()
            for is_last in (False, True):
                try:
                    async with pool.connection() as link:
                        await link.execute(STORE, columns)
                    return
                except (OperationalError, CheckViolation) as problem:
                    # A connection that died while it lay in the pool says so once, and so does the default partition if
                    # the month's own was made in this very moment; storing twice is harmless.
                    if is_last or isinstance(problem, PoolTimeout):
                        raise
