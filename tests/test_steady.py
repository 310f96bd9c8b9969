"""A clock that is set back does not silence beat."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import time_machine
from celery import Celery

from waba_inbox.steady import SteadyScheduler

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Rung(SteadyScheduler):
    """Notes what it would ring for."""

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        self.rung = [*getattr(self, "rung", []), entry.task]


def test_beat_rings_on_when_the_clock_is_set_back_an_hour(tmp_path: Path):
    app = Celery("steady", broker="memory://")
    app.conf.beat_schedule = {"often": {"task": "often", "schedule": 5.0}}
    with time_machine.travel(NOW, tick=False) as clock:
        beat = Rung(app=app, schedule_filename=str(tmp_path / "beat"), lazy=True)
        beat.setup_schedule()
        beat.tick()
        clock.shift(timedelta(seconds=6))
        beat.tick()
        assert beat.rung.count("often") >= 1
        before = beat.rung.count("often")
        clock.shift(timedelta(hours=-1))
        beat.tick()
        clock.shift(timedelta(seconds=6))
        beat.tick()
        assert beat.rung.count("often") > before
        beat.close()


def test_beat_that_starts_while_the_clock_is_behind_rings(tmp_path: Path):
    """It was killed, and what it wrote down of its last run lies an hour ahead."""
    app = Celery("steady", broker="memory://")
    app.conf.beat_schedule = {"often": {"task": "often", "schedule": 5.0}}
    with time_machine.travel(NOW, tick=False) as clock:
        beat = Rung(app=app, schedule_filename=str(tmp_path / "beat"), lazy=True)
        beat.setup_schedule()
        clock.shift(timedelta(seconds=6))
        beat.tick()
        assert "often" in beat.rung
        beat.close()
        clock.shift(timedelta(hours=-1))
        again = Rung(app=app, schedule_filename=str(tmp_path / "beat"), lazy=True)
        again.setup_schedule()
        again.tick()
        clock.shift(timedelta(seconds=6))
        again.tick()
        assert "often" in again.rung
        again.close()
