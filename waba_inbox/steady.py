"""Beat that outlives a clock that is set back. Celery's own would wait until the old time is reached again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from celery.beat import PersistentScheduler

STEP: Final = timedelta(seconds=2)  # NTP moves by less

logger = structlog.get_logger(__name__)


class SteadyScheduler(PersistentScheduler):
    """Named by CELERY_BEAT_SCHEDULER."""

    seen: datetime | None = None

    def tick(self, *args: Any, **kwargs: Any) -> float:
        now: datetime = self.app.now()
        # The last runs are as a beat that was killed wrote them down.
        runs = [entry.last_run_at or now for entry in self.schedule.values()]
        latest = max([self.seen or now, *runs])
        if now < latest - STEP:
            logger.warning("the clock was set back", seconds=(latest - now).total_seconds())
            for entry in self.schedule.values():
                entry.last_run_at = now
            self._heap = None  # made anew from the entries
        self.seen = now
        return float(super().tick(*args, **kwargs))
