"""What strikes when: pure, and the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One sort of fault. `seconds`: how long it lasts in a full run, 0 for a single blow."""

    name: str
    words: str
    seconds: float = 0.0


KINDS: Final = (
    Kind(name="web-killed", words="web processes killed (-9)"),
    Kind(name="intake-killed", words="intake worker killed (-9)"),
    Kind(name="delivery-killed", words="delivery worker killed (-9)"),
    Kind(name="beat-killed", words="beat killed (-9)"),
    Kind(name="redis-killed", words="Redis killed (-9) and started again, empty"),
    Kind(name="redis-wiped", words="Redis wiped (FLUSHALL)"),
    Kind(name="redis-frozen", words="Redis frozen (SIGSTOP)", seconds=30),
    Kind(name="postgres-killed", words="PostgreSQL killed (-9) and started again"),
    Kind(name="sessions-cut", words="every session of PostgreSQL cut"),
    Kind(name="disk-full", words="no room for media files", seconds=15),
    Kind(name="graph-slow", words="Graph API slow (3 s an answer)", seconds=12),
    Kind(name="graph-dead", words="Graph API refuses connections", seconds=10),
    Kind(name="graph-mute", words="accepted, and the answer never came", seconds=5),
    Kind(name="graph-429", words="storm of 429", seconds=8),
    Kind(name="graph-500", words="storm of 500", seconds=6),
    Kind(name="hooks-doubled", words="webhooks duplicated", seconds=20),
    Kind(name="hooks-shuffled", words="webhooks reordered", seconds=15),
    Kind(name="hooks-late", words="webhooks two hours late", seconds=8),
    Kind(name="hooks-lost", words="webhooks lost, and tried again later", seconds=8),
    Kind(name="clock-back", words="clock of our machines an hour back", seconds=15),
    Kind(
        name="deployment",
        words="web, workers and beat stopped gently and started again",
        seconds=30,
    ),
    Kind(name="two-workers", words="two of each worker, on the same conversations", seconds=15),
    Kind(name="sockets-cut", words="every browser's line cut"),
)
BY_NAME: Final = {kind.name: kind for kind in KINDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """`at` and `seconds` in seconds of the run."""

    kind: Kind
    at: float
    seconds: float


def make(
    *, seed: int, seconds: float, haste: float = 1.0, only: Collection[str] = BY_NAME.keys()
) -> tuple[Strike, ...]:
    """Every kind once, in a random order, spread over the run; they overlap as they fall.

    `haste` shortens how long each lasts. None begins before there is traffic or ends after the traffic does.
    """
    rng = random.Random(seed)
    kinds = [kind for kind in KINDS if kind.name in only]
    rng.shuffle(kinds)
    first, slot = seconds * 0.05, seconds * 0.9 / max(len(kinds), 1)
    strikes = []
    for n, kind in enumerate(kinds):
        lasts = kind.seconds * haste
        at = first + (n + rng.random()) * slot
        strikes.append(Strike(kind=kind, at=max(0.0, min(at, seconds - lasts)), seconds=lasts))
    return tuple(sorted(strikes, key=lambda strike: strike.at))
