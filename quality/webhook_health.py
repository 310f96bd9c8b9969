"""How this site takes Meta's webhooks: the last one, how quickly they were answered, how many were refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Max, Sum
from django.db.models.functions import TruncHour

from quality.alarms import MEAN_MS, SLOW_SHARE
from quality.models import WebhookMinute

DAY: Final = timedelta(days=1)
KEPT: Final = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Hour:
    at: datetime
    answered: int
    lost: int  # refused or failed
    height: int  # of the bar, in hundredths of the fullest hour
    lost_height: int


@dataclass(frozen=True, slots=True)
class Health:
    """Of the last 24 hours. `last_at` is exact to the minute; None: nothing was ever posted."""

    last_at: datetime | None
    answered: int
    refused: int
    failed: int
    slow: int
    mean_ms: int | None
    slowest_ms: int
    hours: list[Hour]

    @property
    def is_slow(self) -> bool:
        return self.answered > 0 and (
            (self.mean_ms or 0) > MEAN_MS or self.slow > self.answered * SLOW_SHARE
        )


def of_day(*, at: datetime) -> Health:
    last_at = WebhookMinute.objects.filter(answered__gt=0).aggregate(last=Max("minute"))["last"]
    recent = WebhookMinute.objects.filter(minute__gt=at - DAY)
    rows = (
        recent.annotate(hour=TruncHour("minute"))
        .values("hour")
        .annotate(
            taken=Sum("answered"),
            turned=Sum("refused"),
            lost=Sum("failed"),
            late=Sum("slow"),
            ms=Sum("total_ms"),
            slowest=Max("slowest_ms"),
        )
        .order_by("hour")
    )
    by_hour: dict[datetime, dict[str, Any]] = {row["hour"]: dict(row) for row in rows}
    taken = sum(row["taken"] for row in by_hour.values())
    return Health(
        last_at=last_at,
        answered=taken,
        refused=sum(row["turned"] for row in by_hour.values()),
        failed=sum(row["lost"] for row in by_hour.values()),
        slow=sum(row["late"] for row in by_hour.values()),
        mean_ms=round(sum(row["ms"] for row in by_hour.values()) / taken) if taken else None,
        slowest_ms=max((row["slowest"] for row in by_hour.values()), default=0),
        hours=_hours(by_hour, at),
    )


def _hours(rows: dict[datetime, dict[str, Any]], at: datetime) -> list[Hour]:
    """24 of them, oldest first, also those in which nothing came."""
    most = max((row["taken"] + row["turned"] + row["lost"] for row in rows.values()), default=0)
    first = at.replace(minute=0, second=0, microsecond=0) - timedelta(hours=23)
    found = []
    for n in range(24):
        hour = first + timedelta(hours=n)
        row = rows.get(hour, {"taken": 0, "turned": 0, "lost": 0})
        lost = row["turned"] + row["lost"]
        height = 100 * (row["taken"] + lost) // most if most else 0
        found.append(Hour(hour, row["taken"], lost, height, 100 * lost // most if most else 0))
    return found


def forget(*, at: datetime) -> None:
    WebhookMinute.objects.filter(minute__lt=at - KEPT).delete()
