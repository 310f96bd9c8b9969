"""What many threads ask for at the same moment is done for all of them by one.

`Gathering`, a group commit: whoever comes first does the work for all who wait; those who come meanwhile make the next
batch. Alone, it is a plain call in the caller's own thread. `Pacing`: nobody waits for what is done.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

I = TypeVar("I")  # noqa: E741  what is asked
R = TypeVar("R")


class _Ticket(Generic[I, R]):
    """One caller's question, and later its answer."""

    def __init__(self, item: I) -> None:
        self.item = item
        self.ready = threading.Event()
        self.leads = False
        self.result: R | None = None
        self.error: BaseException | None = None


class Gathering(Generic[I, R]):
    """`work` answers several questions at once, in their order. It must leave nothing behind if it raises.

    `rest`: seconds of pause after a batch of several, in which the next one grows. Who comes alone never waits.
    """

    def __init__(
        self, work: Callable[[Sequence[I]], Sequence[R]], *, most: int = 64, rest: float = 0.0
    ) -> None:
        self._work = work
        self._most = most
        self._rest = rest
        self._rests_until = 0.0
        self._lock = threading.Lock()
        self._waiting: list[_Ticket[I, R]] = []
        self._is_busy = False

    def ask(self, item: I) -> R:
        ticket: _Ticket[I, R] = _Ticket(item)
        with self._lock:
            self._waiting.append(ticket)
            ticket.leads = not self._is_busy
            self._is_busy = True
        if not ticket.leads:
            ticket.ready.wait()
        if ticket.leads:
            self._lead()
        if ticket.error is not None:
            raise ticket.error
        return ticket.result  # type: ignore[return-value]

    def _lead(self) -> None:
        time.sleep(max(self._rests_until - time.monotonic(), 0.0))
        with self._lock:
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        try:
            self._answer(batch)
        finally:
            rest = self._rest if len(batch) > 1 else 0.0
            self._rests_until = time.monotonic() + rest
            with self._lock:
                if self._waiting:
                    self._waiting[0].leads = True
                    self._waiting[0].ready.set()
                else:
                    self._is_busy = False
            for ticket in batch:
                ticket.ready.set()

    def _answer(self, batch: Sequence[_Ticket[I, R]]) -> None:
        """All at once; if that fails, each alone, so that one bad item spoils nobody else's."""
        try:
            results = self._work([ticket.item for ticket in batch])
        except Exception as problem:
            if len(batch) == 1:
                batch[0].error = problem
                return
            for ticket in batch:
                self._answer([ticket])
            return
        for ticket, result in zip(batch, results, strict=True):
            ticket.result = result


class Pacing(Generic[I]):
    """`work` at once when it is quiet, and at most once in `rest` seconds when it is not, with all that came meanwhile.

    Whoever finds nobody at it does it, and stays until nothing has come; the others leave what they bring and go. What
    was brought is lost with the process.
    """

    def __init__(self, work: Callable[[Sequence[I]], object], *, rest: Callable[[], float]) -> None:
        self._work = work
        self._rest = rest
        self._lock = threading.Lock()
        self._waiting: list[I] = []
        self._is_busy = False

    def bring(self, items: Sequence[I]) -> None:
        with self._lock:
            self._waiting += items
            if self._is_busy:
                return
            self._is_busy = True
        try:
            while batch := self._next():
                self._work(batch)
                time.sleep(self._rest())
        except BaseException:
            with self._lock:
                self._is_busy = False  # what waits goes with the next that comes
            raise

    def _next(self) -> list[I]:
        with self._lock:
            batch, self._waiting = self._waiting, []
            self._is_busy = bool(batch)
            return batch
