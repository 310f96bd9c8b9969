"""The rule of the months: which partitions of the posts should be there, and which lie wholly in the past.

A month is its first day, by UTC.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

AHEAD: Final = 3  # months that are made before they come


@dataclass(frozen=True, slots=True)
class Partition:
    """Holds the months from `start` (None: from the beginning) until before `end`."""

    name: str
    start: date | None
    end: date

    @property
    def is_month(self) -> bool:
        return self.start is not None and later(self.start) == self.end

    def holds(self, month: date) -> bool:
        return (self.start is None or self.start <= month) and month < self.end


def first_of(at: datetime) -> date:
    """The month of an instant."""
    return at.astimezone(UTC).date().replace(day=1)


def later(month: date, by: int = 1) -> date:
    """`by` may be negative."""
    years, place = divmod(month.month - 1 + by, 12)
    return date(month.year + years, place + 1, 1)


def missing(
    have: Collection[Partition], *, at: datetime, astray: Iterable[date] = ()
) -> list[date]:
    """What is to be made, in order: this month and those ahead, and the past ones that posts without a home are of."""
    now = first_of(at)
    wanted = {later(now, n) for n in range(AHEAD + 1)} | {month for month in astray if month < now}
    return sorted(month for month in wanted if not any(one.holds(month) for one in have))


def past(have: Iterable[Partition], *, before: datetime) -> list[Partition]:
    """Those in which everything is older than `before`, the oldest first."""
    found = [one for one in have if datetime.combine(one.end, time(), UTC) <= before]
    return sorted(found, key=lambda one: one.end)


def ahead(have: Iterable[Partition], *, at: datetime) -> int:
    """How many months after this one have their partitions, without a gap."""
    there, count, month = list(have), 0, later(first_of(at))
    while any(one.holds(month) for one in there):
        count, month = count + 1, later(month)
    return count
