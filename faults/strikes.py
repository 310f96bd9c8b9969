"""What each kind of fault does to the standing product, and how it ends."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import psycopg
from django.db import connection

from faults.plan import Strike
from faults.screens import Watcher
from faults.site import Standing

SMALL_DISK: Final = "64m"
CHUNK: Final = b"\0" * (1 << 20)
HOURS_LATE: Final = 2
HOUR: Final = 3600.0


class Disk:
    """The place of media files: a small disk of its own where we may mount one, and a folder where not.

    Full: the disk is filled up to the last byte; without one, a file stands where the folder was.
    """

    def __init__(self, folder: Path, *, may_mount: bool) -> None:
        self.folder = folder
        self.away = folder.with_name("media-away")
        self.filler = folder / "filler"
        self.is_mounted = False
        if may_mount and sys.platform == "linux" and os.geteuid() == 0:
            words = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "tmpfs", str(folder)]
            done = subprocess.run(words, capture_output=True, check=False)
            self.is_mounted = done.returncode == 0

    @property
    def words(self) -> str:
        return f"a disk of {SMALL_DISK}B, filled" if self.is_mounted else "no folder to write into"

    def fill(self) -> None:
        if not self.is_mounted:
            self.folder.rename(self.away)
            self.folder.write_text("")
            return
        try:
            with self.filler.open("wb", buffering=0) as file:
                while True:
                    file.write(CHUNK)
        except OSError as problem:
            if problem.errno != errno.ENOSPC:
                raise

    def empty(self) -> None:
        if self.is_mounted:
            self.filler.unlink(missing_ok=True)
        elif self.away.exists():
            self.folder.unlink()
            self.away.rename(self.folder)

    def close(self) -> None:
        """What lies on it is kept for a look afterwards."""
        self.empty()
        if self.is_mounted:
            shutil.copytree(self.folder, self.away, dirs_exist_ok=True)
            subprocess.run(["umount", "-l", str(self.folder)], capture_output=True, check=False)


def let_go() -> None:
    """Our own sessions are not what is tried out here."""
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]


class Hands:
    """Begins and ends strikes."""

    def __init__(self, standing: Standing, disk: Disk, watchers: Sequence[Watcher]) -> None:
        self.standing, self.disk, self.watchers = standing, disk, watchers
        self.beginnings: dict[str, Callable[[Strike], object]] = {
            "web-killed": lambda _s: standing.boss.kill("web"),
            "intake-killed": lambda _s: standing.boss.kill("worker-intake"),
            "delivery-killed": lambda _s: standing.boss.kill("worker-delivery"),
            "beat-killed": lambda _s: standing.boss.kill("beat"),
            "redis-killed": lambda _s: standing.boss.kill("redis"),
            "redis-wiped": lambda _s: standing.wipe_redis(),
            "redis-frozen": lambda _s: standing.signal("redis", signal.SIGSTOP),
            "postgres-killed": lambda _s: self._kill_postgres(),
            "sessions-cut": lambda _s: self._cut_sessions(),
            "disk-full": lambda _s: disk.fill(),
            "graph-slow": lambda _s: self._fault("latency", path="/", seconds=3.0),
            "graph-dead": lambda _s: standing.wire.cut(),
            "graph-mute": lambda _s: self._fault(
                "timeout_after_acceptance", rate=0.3, path="/messages"
            ),
            "graph-429": lambda _s: self._fault("error_429", rate=0.7),
            "graph-500": lambda _s: self._fault("error_500", rate=0.7),
            "hooks-doubled": lambda _s: self._fault("duplicate", rate=0.5),
            "hooks-shuffled": lambda _s: self._fault("reorder", rate=0.6, seconds=4.0),
            "hooks-late": lambda _s: self._fault("delay", rate=0.4, seconds=HOURS_LATE * HOUR),
            "hooks-lost": lambda _s: self._fault("lost", rate=0.4),
            "clock-back": lambda _s: standing.move_clock(-HOUR),
            "deployment": lambda _s: standing.deploy(),
            "two-workers": lambda _s: standing.start_twins(),
            "sockets-cut": lambda _s: self._cut_sockets(),
        }
        self.endings: dict[str, Callable[[], object]] = {
            "redis-frozen": lambda: standing.signal("redis", signal.SIGCONT),
            "disk-full": disk.empty,
            "graph-slow": lambda: standing.calm("latency"),
            "graph-dead": standing.wire.mend,
            "graph-mute": lambda: standing.calm("timeout_after_acceptance"),
            "graph-429": lambda: standing.calm("error_429"),
            "graph-500": lambda: standing.calm("error_500"),
            "hooks-doubled": lambda: standing.calm("duplicate"),
            "hooks-shuffled": lambda: standing.calm("reorder"),
            "hooks-late": self._come_late,
            "hooks-lost": lambda: standing.calm("lost"),
            "clock-back": lambda: standing.move_clock(0),
            "deployment": standing.end_patience,
            "two-workers": standing.stop_twins,
        }

    def begin(self, strike: Strike) -> None:
        self.beginnings[strike.kind.name](strike)

    def end(self, strike: Strike) -> None:
        if ending := self.endings.get(strike.kind.name):
            ending()

    def _fault(self, name: str, **how: object) -> None:
        self.standing.control("faults", name=name, **how)

    def _come_late(self) -> None:
        """The hours pass at Meta, and what was held back comes with its old time on it."""
        self.standing.calm("delay")
        self.standing.control("time", hours=HOURS_LATE)

    def _kill_postgres(self) -> None:
        let_go()
        self.standing.boss.kill("postgres")

    def _cut_sockets(self) -> None:
        for watcher in self.watchers:
            watcher.cut()

    def _cut_sessions(self) -> None:
        let_go()
        with (
            contextlib.suppress(psycopg.Error),  # it is down just now: nothing is left to cut
            psycopg.connect(self.standing.site.env["DATABASE_URL"], autocommit=True) as link,
        ):
            link.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
