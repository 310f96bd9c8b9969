"""Moves the clock of a process, and back: seconds in the file that CLOCK_FILE names. Python imports this by itself
where its folder is on PYTHONPATH, so it reaches every child, forked or not.

Only the wall clock moves, as when an administrator sets it: time.monotonic() runs on.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

EVERY = 0.2


def _follow(file: Path) -> None:
    import time

    import time_machine

    moved, travel = 0.0, None
    pause = threading.Event()
    while True:
        try:
            wanted = float(file.read_text() or 0)
        except (OSError, ValueError):
            wanted = moved
        if wanted != moved:
            if travel is not None:
                travel.stop()
                travel = None
            if wanted:
                travel = time_machine.travel(time.time() + wanted, tick=True)
                travel.start()
            moved = wanted
        pause.wait(EVERY)


def _start() -> None:
    threading.Thread(target=_follow, args=(Path(FILE),), name="clock", daemon=True).start()


if FILE := os.environ.get("CLOCK_FILE", ""):
    _start()
    os.register_at_fork(after_in_child=_start)
