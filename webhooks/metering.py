"""How the intake answers, minute by minute, in a table that pages can read: counts only, added up in memory first.

Losing some seconds of it in a crash is no loss; a post never waits for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

Run = Callable[[str], Awaitable[list[tuple[Any, ...]]]]

EVERY: Final = 5.0  # seconds between two writes
SLOW: Final = 1.0  # what Meta minds (whatsapp-platform.md 2.1)
MINUTES: Final = 60  # kept in memory while the database is away
REFUSED: Final = frozenset({401, 403})
ADD: Final = """
    INSERT INTO quality_webhookminute AS known
        (minute, answered, refused, failed, slow, total_ms, slowest_ms)
    VALUES {rows}
    ON CONFLICT (minute) DO UPDATE SET
        answered = known.answered + excluded.answered, refused = known.refused + excluded.refused,
        failed = known.failed + excluded.failed, slow = known.slow + excluded.slow,
        total_ms = known.total_ms + excluded.total_ms,
        slowest_ms = greatest(known.slowest_ms, excluded.slowest_ms)
    RETURNING id
"""


@dataclass(slots=True)
class Counts:
    answered: int = 0
    refused: int = 0
    failed: int = 0
    slow: int = 0
    total_ms: int = 0
    slowest_ms: int = 0


class Meter:
    """One for each process of the web."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._minutes: dict[int, Counts] = {}
        self._writing: asyncio.Task[None] | None = None

    def count(self, status: int, seconds: float) -> None:
        """Of one post. Writes itself down some seconds later."""
        minute = int(time.time() // 60)
        counts = self._minutes.get(minute) or self._minutes.setdefault(minute, Counts())
        if status == 200:
            ms = round(seconds * 1000)
            counts.answered += 1
            counts.total_ms += ms
            if ms > counts.slowest_ms:
                counts.slowest_ms = ms
            counts.slow += seconds > SLOW
        elif status in REFUSED:
            counts.refused += 1
        else:
            counts.failed += 1
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_soon())

    async def close(self) -> None:
        if self._writing is not None:
            self._writing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._writing
        await self.write()

    async def _write_soon(self) -> None:
        await asyncio.sleep(EVERY)
        await self.write()

    async def write(self) -> None:
        """Add what was counted to the table. Without a database it is kept for the next time."""
        taken, self._minutes = self._minutes, {}
        if not taken:
            return
        rows = ", ".join(
            f"(to_timestamp({minute * 60}), {c.answered}, {c.refused}, {c.failed}, {c.slow}, "
            f"{c.total_ms}, {c.slowest_ms})"
            for minute, c in taken.items()
        )
        try:
            await self._run(ADD.format(rows=rows))
        except Exception:
            kept = sorted({**taken, **self._minutes}.items())[-MINUTES:]
            self._minutes = dict(kept)
