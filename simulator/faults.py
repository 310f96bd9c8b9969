"""Faults to switch on: in Graph answers and in the way of webhooks. Seeded, so that a run can be repeated."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Final

from simulator.models import Json

GRAPH: Final = (
    "latency",
    "error_429",
    "error_500",
    "timeout_after_acceptance",
    "timeout_before_acceptance",
)
WEBHOOK: Final = ("drop", "duplicate", "reorder", "delay", "lost")


@dataclass(slots=True, kw_only=True)
class Fault:
    """One fault: how often it strikes, for how long, how many times (0 = until switched off) and on which paths."""

    name: str
    rate: float = 1.0
    seconds: float = 1.0
    times: int = 0
    path: str = ""


class Faults:
    """Those switched on now."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self, *, seed: int = 1) -> None:
        """All off, and the dice as new."""
        with self._lock:
            self._on: dict[str, Fault] = {}
            self._rng = random.Random(seed)  # noqa: S311 dice

    def switch_on(self, fault: Fault) -> None:
        """Begin, or replace the fault of that name."""
        if fault.name not in GRAPH + WEBHOOK:
            raise ValueError(
                f"There is no fault {fault.name!r}; there are {', '.join(GRAPH + WEBHOOK)}."
            )
        with self._lock:
            self._on[fault.name] = fault

    def switch_off(self, name: str) -> None:
        with self._lock:
            self._on.pop(name, None)

    def hits(self, name: str, *, path: str = "") -> Fault | None:
        """Throw the dice for one fault."""
        if name not in self._on:
            return None
        with self._lock:
            fault = self._on.get(name)
            if fault is None or fault.path not in path or self._rng.random() >= fault.rate:
                return None
            if fault.times:
                fault.times -= 1
                if not fault.times:
                    del self._on[name]
            return fault

    def spread(self, seconds: float) -> float:
        """A random part of a span, for disorder."""
        with self._lock:
            return self._rng.uniform(0, seconds)

    def listing(self) -> list[Json]:
        """What is on, for people."""
        with self._lock:
            return [asdict(fault) for fault in self._on.values()]

    def load(self, faults: Iterable[Json]) -> None:
        """Switch several on."""
        for fault in faults:
            self.switch_on(Fault(**fault))
