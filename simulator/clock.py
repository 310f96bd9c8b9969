"""The simulator's own time: the computer's clock plus an offset that tests and people move forward."""

from __future__ import annotations

import time


class Clock:
    """Seconds since 1970 in the simulated world. It only ever moves forward."""

    def __init__(self, *, offset: float = 0.0) -> None:
        self.offset = offset

    def now(self) -> float:
        return time.time() + self.offset

    def passes(
        self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0
    ) -> None:
        """Let time pass for everybody in this world."""
        step = seconds + 60 * minutes + 3600 * hours + 86400 * days
        if step < 0:
            raise ValueError("Time does not run backwards.")
        self.offset += step
