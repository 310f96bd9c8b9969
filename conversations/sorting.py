"""In which order the list stands: what each order sorts by, and how a place in it is written for keyset pages.

A place is text that sorts like the list, so that the browser can put a row that was pushed where it belongs; it is also
the cursor of the next page. Orders of two segments show first the rows that have what is sorted by, then the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple, Protocol, Self

from django.db.models import Q

TIME, PLACE, LEVEL = 10**17, 10**12, 9  # bounds of microseconds, ids and levels
WIDTHS: Final = {TIME: 17, PLACE: 12, LEVEL: 1}
MOST: Final = {bound: 10**width - 1 for bound, width in WIDTHS.items()}


class Row(Protocol):
    """What is needed of a conversation."""

    @property
    def pk(self) -> int: ...

    @property
    def priority(self) -> int: ...

    @property
    def waiting_since(self) -> datetime | None: ...

    @property
    def stands_at(self) -> datetime: ...

    @property
    def window_closes_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Key:
    column: str
    bound: int
    falls: bool  # largest first

    def written(self, value: int) -> str:
        shown = self.bound - value if self.falls else value
        return str(min(max(shown, 0), MOST[self.bound])).zfill(WIDTHS[self.bound])

    def read(self, text: str) -> int | datetime:
        shown = int(text)
        value = self.bound - shown if self.falls else shown
        return datetime.fromtimestamp(value / 1_000_000, UTC) if self.bound == TIME else value

    def beyond(self, value: object) -> Q:
        return Q(**{f"{self.column}__{'lt' if self.falls else 'gt'}": value})


@dataclass(frozen=True, slots=True)
class Segment:
    """Rows for which `where` holds, by these keys."""

    where: Callable[[datetime], Q]
    keys: tuple[Key, ...]
    values: Callable[[Row], tuple[int, ...]]

    @property
    def order(self) -> list[str]:
        return [f"-{key.column}" if key.falls else key.column for key in self.keys]

    def after(self, place: list[int | datetime]) -> Q:
        """Rows that follow this place. The first key stands apart, so that its index is entered there."""
        first = self.keys[0]
        wanted = Q(**{f"{first.column}__{'lte' if first.falls else 'gte'}": place[0]})
        later, same = Q(), Q()
        for key, value in zip(self.keys, place, strict=True):
            later |= same & key.beyond(value)
            same &= Q(**{key.column: value})
        return wanted & later


def _micros(at: datetime | None) -> int:
    return round(at.timestamp() * 1_000_000) if at else 0


def _always(_at: datetime) -> Q:
    return Q()


LISTED, ID = Key("listed_at", TIME, True), Key("pk", PLACE, True)
OLDEST, FIRST = Key("listed_at", TIME, False), Key("pk", PLACE, False)


def _newest(row: Row) -> tuple[int, ...]:
    return _micros(row.stands_at), row.pk


def _by_newest(where: Callable[[datetime], Q]) -> Segment:
    return Segment(where, (LISTED, ID), _newest)


SORTS: Final[dict[str, tuple[Segment, ...]]] = {
    "newest": (_by_newest(_always),),
    "oldest": (Segment(_always, (OLDEST, FIRST), _newest),),
    "waiting": (
        Segment(
            lambda _at: Q(waiting_since__isnull=False),
            (Key("waiting_since", TIME, False), FIRST),
            lambda row: (_micros(row.waiting_since), row.pk),
        ),
        _by_newest(lambda _at: Q(waiting_since=None)),
    ),
    "window": (
        Segment(
            lambda at: Q(window_ends_at__gt=at),
            (Key("window_ends_at", TIME, False), FIRST),
            lambda row: (_micros(row.window_closes_at), row.pk),
        ),
        _by_newest(lambda at: Q(window_ends_at__lte=at) | Q(window_ends_at=None)),
    ),
    "priority": (
        Segment(
            _always,
            (Key("priority", LEVEL, True), LISTED, ID),
            lambda row: (row.priority, _micros(row.stands_at), row.pk),
        ),
    ),
}
DEFAULT: Final = "newest"


class Standing(NamedTuple):
    """A row whose window is reckoned once, for all orders."""

    pk: int
    priority: int
    waiting_since: datetime | None
    stands_at: datetime
    window_closes_at: datetime | None

    @classmethod
    def of(cls, row: Row) -> Self:
        return cls(row.pk, row.priority, row.waiting_since, row.stands_at, row.window_closes_at)

    def places(self, *, at: datetime) -> dict[str, str]:
        """Where it stands in each order."""
        return {sort: place_of(self, sort, at=at) for sort in SORTS}


def place_of(row: Row, sort: str, *, at: datetime) -> str:
    """Where the row stands in this order."""
    segments = SORTS[sort]
    number = _segment_of(row, sort, at)
    segment = segments[number]
    keys = zip(segment.keys, segment.values(row), strict=True)
    parts = [key.written(value) for key, value in keys]
    return ".".join(parts if len(segments) == 1 else [str(number), *parts])


def _segment_of(row: Row, sort: str, at: datetime) -> int:
    if sort == "waiting":
        return int(row.waiting_since is None)
    if sort == "window":
        closes_at = row.window_closes_at
        return int(closes_at is None or closes_at <= at)
    return 0


def read(cursor: str, sort: str) -> tuple[int, list[int | datetime]] | None:
    """The segment and the place in it; None for anything that we did not write ourselves."""
    segments, parts = SORTS[sort], cursor.split(".")
    if not all(part.isascii() and part.isdigit() for part in parts):
        return None
    number = int(parts.pop(0)[:3]) if len(segments) > 1 else 0
    if number >= len(segments) or len(parts) != len(segments[number].keys):
        return None
    keys = segments[number].keys
    if any(len(text) != WIDTHS[key.bound] for key, text in zip(keys, parts, strict=True)):
        return None
    try:
        return number, [key.read(text) for key, text in zip(keys, parts, strict=True)]
    except (ValueError, OverflowError, OSError):
        return None
