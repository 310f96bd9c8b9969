"""A small supervisor: starts programs, starts those again that die, and stops everything when told to.

Each program gets a session of its own, so that the Ctrl-C of the terminal reaches the supervisor alone; it ends with
the supervisor even if that is killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

TICK = 0.05
PATIENCE = 5.0  # for the programs, then 3 more seconds for what they stand on
SERVICE_PATIENCE = 3.0
LONGEST_PAUSE = 30.0
HEALTHY_AFTER = 30.0


class CannotStart(Exception):
    """One sentence for the person who typed the command."""


class Stopping(Exception):
    """Somebody pressed Ctrl-C: leave what you wait for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to start. `is_service`: others stand on it, so it is stopped last."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str]
    log: Path
    stop_with: signal.Signals = signal.SIGTERM
    is_service: bool = False
    user: tuple[int, int] | None = None  # uid and gid to run as, where the supervisor is root


@dataclass(slots=True)
class _Running:
    program: Program
    process: subprocess.Popen[bytes]
    since: float
    failures: int = 0
    again_at: float | None = None


def _dies_with_parent(stop_with: signal.Signals) -> Callable[[], None] | None:
    """Linux tells a child when its parent is gone, however it went."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    set_death_signal = 1

    def ask() -> None:
        prctl(set_death_signal, int(stop_with), 0, 0, 0)

    return ask


def spawn(program: Program) -> subprocess.Popen[bytes]:
    with program.log.open("ab") as log:
        return subprocess.Popen(
            program.command,
            env=dict(program.env),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=program.user[0] if program.user else None,
            group=program.user[1] if program.user else None,
            extra_groups=[] if program.user else None,
            preexec_fn=_dies_with_parent(program.stop_with),
        )


def last_line(log: Path, *, words: tuple[str, ...] = ()) -> str:
    """The line of a log that says best what went wrong: the first with such words, else the last."""
    if not log.exists():
        return ""
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    telling = (line for line in lines[-60:] if any(word in line for word in words))
    return next(telling, lines[-1] if lines else "").strip()


class Supervisor:
    """Use it as a context: leaving it stops everything."""

    def __init__(self, *, say: Callable[[str], None] = print, patience: float = PATIENCE) -> None:
        self.say = say
        self.patience = patience
        self._running: list[_Running] = []
        self._signals = 0

    def __enter__(self) -> Supervisor:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._noted)
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def _noted(self, _number: int, _frame: FrameType | None) -> None:
        self._signals += 1

    @property
    def is_stopping(self) -> bool:
        return self._signals > 0

    def pause(self, seconds: float) -> None:
        """Sleep, unless it is time to go."""
        until = time.monotonic() + seconds
        while True:
            if self.is_stopping:
                raise Stopping
            left = until - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(TICK, left))

    def run(self, program: Program) -> int:
        """One step that ends by itself; its exit code."""
        self.pause(0)
        process = spawn(program)
        try:
            while process.poll() is None:
                self.pause(TICK)
        finally:
            _kill_group(process)
        return process.returncode

    def start(self, program: Program) -> None:
        self.pause(0)
        self._running.append(_Running(program, spawn(program), since=time.monotonic()))

    def wait_until(
        self,
        is_ready: Callable[[], bool],
        *,
        seconds: float,
        every: float = 0.1,
        name: str = "",
    ) -> bool:
        """Whether it became ready in time; a named program that ends meanwhile ends the wait."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if is_ready():
                return True
            if name and self.exit_code(name) is not None:
                return False
            self.pause(every)
        return False

    def exit_code(self, name: str) -> int | None:
        codes = [one.process.poll() for one in self._running if one.program.name == name]
        return codes[-1] if codes else None

    def watch(self) -> None:
        """Keep everything running until somebody presses Ctrl-C."""
        with contextlib.suppress(Stopping):
            while True:
                self.tend()
                self.pause(0.2)

    def hopeless(self, *, after: int) -> Program | None:
        """A program that has died so often in a row that trying on makes no sense."""
        return next((one.program for one in self._running if one.failures >= after), None)

    def tend(self) -> None:
        """Start again what has died, each time a little later."""
        now = time.monotonic()
        for one in self._running:
            if one.again_at is None and one.process.poll() is not None:
                self._note_death(one, now=now)
            elif one.again_at is not None and now >= one.again_at:
                one.process, one.since, one.again_at = spawn(one.program), now, None

    def _note_death(self, one: _Running, *, now: float) -> None:
        _kill_group(one.process)  # what it started must not outlive it
        one.failures = 1 if now - one.since > HEALTHY_AFTER else one.failures + 1
        pause = min(0.5 * 2 ** (one.failures - 1), LONGEST_PAUSE)
        one.again_at = now + pause
        self.say(
            f"{one.program.name} ended ({_how(one.process.returncode)}); "
            f"starting it again in {pause:g} s. See {one.program.log}"
        )

    def kill(self, name: str) -> None:
        """End a program and its children as a crash would; `tend` starts it again."""
        for one in self._running:
            if one.program.name == name and one.process.poll() is None:
                _kill_group(one.process)

    def forget(self, name: str) -> None:
        """End a program as a crash would, and do not start it again."""
        self.kill(name)
        self._running = [one for one in self._running if one.program.name != name]

    def pid(self, name: str) -> int:
        return next(one.process.pid for one in self._running if one.program.name == name)

    def stop(self) -> None:
        """End everything within ten seconds; a second Ctrl-C does not wait."""
        running, self._running = self._running, []
        for is_service, seconds in ((False, self.patience), (True, SERVICE_PATIENCE)):
            some = [one for one in running if one.program.is_service is is_service]
            for one in some:
                with contextlib.suppress(ProcessLookupError):
                    one.process.send_signal(one.program.stop_with)
            self._wait_for([one.process for one in some], seconds=seconds)
            for one in some:
                if one.process.poll() is None and one.program.is_service:
                    one.process.send_signal(signal.SIGQUIT)  # PostgreSQL: at once, its children too
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        one.process.wait(timeout=0.5)
                _kill_group(one.process)

    def _wait_for(self, processes: list[subprocess.Popen[bytes]], *, seconds: float) -> None:
        until, signals = time.monotonic() + seconds, self._signals
        while any(process.poll() is None for process in processes):
            if time.monotonic() > until or self._signals > max(signals, 1):
                return
            time.sleep(TICK)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """End what is left of a program and of all that it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _how(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
