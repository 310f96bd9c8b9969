"""Days of a report, as whole months where they are whole: their sums are kept ready. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from accounts.months import moved

DAY: Final = "day"
MONTH: Final = "month"
LONGEST: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Period:
    """From one day to another, both included, in the workspace's zone."""

    since: date
    until: date

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1

    @property
    def before(self) -> Period:
        """As many days, just before."""
        return Period(self.since - timedelta(days=self.days), self.since - timedelta(days=1))


def pieces(period: Period) -> Iterator[tuple[str, Period]]:
    """The same days as runs of single days and of whole months, in order, each day once."""
    day = period.since
    while day <= period.until:
        month_ends = moved(day, 1) - timedelta(days=1)
        if day.day == 1 and month_ends <= period.until:
            last = month_ends
            while (ends := moved(last + timedelta(days=1), 1) - timedelta(days=1)) <= period.until:
                last = ends
            yield MONTH, Period(day, last)
        else:
            last = min(month_ends, period.until)
            yield DAY, Period(day, last)
        day = last + timedelta(days=1)


def steps(period: Period) -> list[Period]:
    """What a chart shows as one bar: days, weeks where there are more than 62 of them, months where more than 200."""
    found = []
    day = period.since
    while day <= period.until:
        if period.days > 200:
            last = moved(day, 1) - timedelta(days=1)
        elif period.days > 62:
            last = day + timedelta(days=6 - day.weekday())
        else:
            last = day
        found.append(Period(day, min(last, period.until)))
        day = found[-1].until + timedelta(days=1)
    return found


def named(name: str, today: date) -> Period | None:
    """What people call a period: `7`, `30`, `90` and `365` days up to today, `today`, `month`, `last-month`."""
    if name == "today":
        return Period(today, today)
    if name in ("7", "30", "90", "365"):
        return Period(today - timedelta(days=int(name) - 1), today)
    first = today.replace(day=1)
    if name == "month":
        return Period(first, today)
    if name == "last-month":
        return Period(moved(today, -1), first - timedelta(days=1))
    return None
