"""When a number is answered: a time zone, weekly spans, holidays. Pure; no hours at all means always open.

Local times become instants here and nowhere else. Where the clocks go back, a span covers the doubled hour once and
for all; where they go forward, a time that does not exist is the moment that takes its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

DAY: Final = 24 * 60
WEEK: Final = 7
HORIZON: Final = 400  # days: what does not change within them does not change
SPAN: Final = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d{2}))?")


class NotSpans(ValueError):
    """`text` is not how hours are written."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Minutes of a local day: Monday is 0; `closes` is up to 1440."""

    weekday: int
    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class State:
    """`until`: when it changes; None if it does not."""

    is_open: bool
    until: datetime | None = None
    holiday: str = ""


@dataclass(frozen=True, slots=True)
class Hours:
    zone: str
    spans: tuple[Span, ...]
    holidays: tuple[tuple[date, str], ...] = ()

    def state(self, at: datetime) -> State:
        today = at.astimezone(ZoneInfo(self.zone)).date()
        for start, end in self._intervals(today - timedelta(days=1), at=at):
            if at < start:
                return State(is_open=False, until=start, holiday=dict(self.holidays).get(today, ""))
            if at < end:
                far = end - at > timedelta(days=HORIZON - WEEK)
                return State(is_open=True, until=None if far else end)
        return State(is_open=False)

    def is_open(self, at: datetime) -> bool:
        return self.state(at).is_open

    def open_between(self, began_at: datetime, ended_at: datetime) -> timedelta:
        """How much of the time between two instants it is open; nothing if the second is the earlier."""
        zone = ZoneInfo(self.zone)
        total = timedelta()
        first = began_at.astimezone(zone).date() - timedelta(days=1)
        reached = began_at
        for start, end in self._pieces(first, until=ended_at.astimezone(zone).date()):
            start, end = max(start, reached), min(end, ended_at)
            if start < end:
                total, reached = total + (end - start), end
        return total

    def _intervals(self, day: date, *, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """From that day on, in order, those that touch as one; only what is not over yet."""
        current: tuple[datetime, datetime] | None = None
        for start, end in self._pieces(day):
            if end <= at:
                continue
            if current and start <= current[1]:
                current = (current[0], max(current[1], end))
                continue
            if current:
                yield current
            current = (start, end)
        if current:
            yield current

    def _pieces(
        self, first: date, *, until: date | None = None
    ) -> Iterator[tuple[datetime, datetime]]:
        closed = {day for day, _name in self.holidays}
        for n in range((until - first).days + 1 if until else HORIZON):
            day = first + timedelta(days=n)
            if day in closed:
                continue
            for span in sorted(one for one in self.spans if one.weekday == day.weekday()):
                start, end = (
                    self._instants(day, span.opens)[0],
                    max(self._instants(day, span.closes)),
                )
                if start < end:
                    yield start, end

    def _instants(self, day: date, minute: int) -> tuple[datetime, datetime]:
        """Both readings of a local time; they differ where clocks are changed."""
        local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(self.zone))
        naive = (local + timedelta(minutes=minute)).replace(tzinfo=ZoneInfo(self.zone))
        return naive.replace(fold=0).astimezone(UTC), naive.replace(fold=1).astimezone(UTC)

    def as_json(self) -> dict[str, Any]:
        return {
            "zone": self.zone,
            "spans": [[span.weekday, span.opens, span.closes] for span in self.spans],
            "holidays": [[day.isoformat(), name] for day, name in self.holidays],
        }


def read(kept: dict[str, Any] | None) -> Hours | None:
    """As `as_json` wrote it."""
    if not kept:
        return None
    return Hours(
        zone=kept["zone"],
        spans=tuple(Span(*span) for span in kept["spans"]),
        holidays=tuple((date.fromisoformat(day), name) for day, name in kept["holidays"]),
    )


def spans_of(text: str, *, weekday: int) -> list[Span]:
    """“9:00–13:00, 14–18”; “22–2” goes on into the next day. Raises NotSpans."""
    found: list[Span] = []
    for part in filter(None, (piece.strip() for piece in re.split(r"[,;]", text))):
        written = SPAN.fullmatch(part)
        if not written:
            raise NotSpans(part)
        opens, closes = _minute(written[1], written[2]), _minute(written[3], written[4])
        if opens >= DAY or closes > DAY or opens == closes:
            raise NotSpans(part)
        if opens < closes:
            found.append(Span(weekday, opens, closes))
            continue
        found.append(Span(weekday, opens, DAY))
        if closes:
            found.append(Span((weekday + 1) % WEEK, 0, closes))
    return found


def _minute(hour: str, minute: str | None) -> int:
    if int(minute or 0) > 59:
        raise NotSpans(f"{hour}:{minute}")
    return int(hour) * 60 + int(minute or 0)


def words_of(spans: Iterable[Span], *, weekday: int) -> str:
    """The day as one would type it."""
    mine = sorted(span for span in spans if span.weekday == weekday)
    return ", ".join(f"{_clock(span.opens)}–{_clock(span.closes)}" for span in mine)


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02d}"


def holidays_of(text: str) -> list[tuple[date, str]]:
    """One a line: “2027-01-01 New Year” or “01.01.2027 Новый год”. Raises NotSpans."""
    found: dict[date, str] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        day, _space, name = line.partition(" ")
        try:
            if "." in day:
                d, m, y = (int(part) for part in day.split("."))
                found[date(y, m, d)] = name.strip()[:80]
            else:
                found[date.fromisoformat(day)] = name.strip()[:80]
        except ValueError:
            raise NotSpans(line) from None
    return sorted(found.items())
