"""Ends what takes too long, for webhooks/intake.py, with one clock for all: `asyncio.timeout` makes a timer for each.

That was a twentieth of all that an answer cost.
"""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any

Task = asyncio.Task[Any]


class Patience:
    """`with patience:` raises TimeoutError in a task that has been inside for `seconds`. A task is inside once."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._since: dict[Task, float] = {}  # who came first is first
        self._late: set[Task] = set()
        self._clock: asyncio.TimerHandle | None = None

    def __enter__(self) -> None:
        loop = asyncio.get_running_loop()
        self._since[_this()] = loop.time()
        if self._clock is None:
            self._clock = loop.call_later(self._seconds, self._look)

    def __exit__(
        self, kind: type[BaseException] | None, problem: object, where: TracebackType | None
    ) -> None:
        task = _this()
        del self._since[task]
        if task in self._late:
            self._late.discard(task)
            if task.uncancel() == 0 and kind is asyncio.CancelledError:
                raise TimeoutError

    def _look(self) -> None:
        """End those whose time is over, and look again when that of the next one is."""
        loop = asyncio.get_running_loop()
        self._clock = None
        for task, since in self._since.items():
            left = since + self._seconds - loop.time()
            if left > 0:
                self._clock = loop.call_later(left, self._look)
                return
            if task not in self._late:
                self._late.add(task)
                task.cancel()


def _this() -> Task:
    task = asyncio.current_task()
    assert task is not None
    return task
