"""When a snoozed conversation comes back: the moments that a menu offers, and those that people type: “fri 15:00”.

Pure. `now` carries the agent's zone; days and clock times are meant in it, whatever daylight saving does.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

MORNING: Final = time(9, 0)
FARTHEST: Final = timedelta(days=400)
_DAYS: Final = (
    ("mon", "monday", "пн", "пон", "понедельник"),
    ("tue", "tues", "tuesday", "вт", "втр", "вторник"),
    ("wed", "wednesday", "ср", "сре", "среда", "среду"),
    ("thu", "thur", "thurs", "thursday", "чт", "чет", "четверг"),
    ("fri", "friday", "пт", "пят", "пятница", "пятницу"),
    ("sat", "saturday", "сб", "суб", "суббота", "субботу"),
    ("sun", "sunday", "вс", "вос", "воскресенье"),
)
WEEKDAYS: Final = {word: number for number, words in enumerate(_DAYS) for word in words}
AHEAD: Final = {
    "today": 0, "tonight": 0, "сегодня": 0, "tomorrow": 1, "tmr": 1, "завтра": 1, "послезавтра": 2,
}  # fmt: skip
_MONTHS: Final = (
    "jan янв", "feb фев", "mar мар", "apr апр", "may май мая", "jun июн",
    "jul июл", "aug авг", "sep сен", "oct окт", "nov ноя", "dec дек",
)  # fmt: skip
MONTHS: Final = {word: n for n, words in enumerate(_MONTHS, 1) for word in words.split()}
UNITS: Final = {
    "m": 1, "min": 1, "mins": 1, "minute": 1, "minutes": 1, "м": 1, "мин": 1, "минут": 1, "минуты": 1, "минуту": 1,
    "h": 60, "hr": 60, "hrs": 60, "hour": 60, "hours": 60, "ч": 60, "час": 60, "часа": 60, "часов": 60,
}  # fmt: skip
DAY_UNITS: Final = {
    "d": 1, "day": 1, "days": 1, "д": 1, "дн": 1, "день": 1, "дня": 1, "дней": 1,
    "w": 7, "week": 7, "weeks": 7, "нед": 7, "неделю": 7, "недели": 7, "недель": 7,
}  # fmt: skip
FILLERS: Final = re.compile(
    r"\b(at|on|in|the|next|until|till|в|во|на|до|через|следующий|следующую|следующая)\b"
)
CLOCK: Final = re.compile(r"(?:^|\s)(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm)?$")
LENGTH: Final = re.compile(r"(\d{1,3})\s*([^\W\d]+)")
ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
DOTTED: Final = re.compile(r"(\d{1,2})[./](\d{1,2})(?:[./](\d{4}|\d{2}))?")
NAMED: Final = re.compile(r"(?:(\d{1,2})\s+([^\W\d]{3,})|([^\W\d]{3,})\s+(\d{1,2}))")


def presets(now: datetime, *, morning: time = MORNING) -> dict[str, datetime]:
    """What the menu offers, by the names that its form sends. `morning`: when a day begins here."""
    today = now.date()
    return {
        "hour": _later(now, timedelta(hours=1)),
        "tomorrow": at_clock(today + timedelta(days=1), morning, now),
        "monday": at_clock(_next_weekday(today, 0), morning, now),
        "month": at_clock(_next_month(today), morning, now),
    }


def understood(text: str, *, now: datetime, morning: time = MORNING) -> datetime | None:
    """The moment that somebody typed; None if it is none, is past, or is more than a year away."""
    apart = re.sub(r"(\d)t(\d)", r"\1 \2", text.lower().replace(",", " "))  # 2026-12-25T10:15
    words = " ".join(FILLERS.sub(" ", apart).split())
    found = _length(words, now) or _day_and_clock(words, now, morning)
    if found is None:
        return None
    wait = found.astimezone(UTC) - now.astimezone(UTC)
    return found if timedelta(0) < wait < FARTHEST else None


def at_clock(day: date, clock: time, now: datetime) -> datetime:
    """That clock time on that day in the zone of `now`. Where the clocks skip it, as much later as they skip."""
    local = datetime.combine(day, clock, tzinfo=now.tzinfo)
    return local.astimezone(UTC).astimezone(now.tzinfo)


def _later(now: datetime, delta: timedelta) -> datetime:
    return (now.astimezone(UTC) + delta).astimezone(now.tzinfo)


def _next_weekday(today: date, weekday: int) -> date:
    """Never today."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _next_month(today: date) -> date:
    """The same day of the next month, or its last one."""
    year, month = (today.year + today.month // 12, today.month % 12 + 1)
    for day in range(today.day, 27, -1):
        if found := _date(year, month, day):
            return found
    return date(year, month, min(today.day, 28))


def _length(words: str, now: datetime) -> datetime | None:
    """“2 h”, “1h 30m”, “3 days”, “2 недели”: the days keep the clock, the hours are hours."""
    if not words or LENGTH.sub("", words).strip():
        return None
    minutes = days = 0
    for count, unit in LENGTH.findall(words):
        if unit in UNITS:
            minutes += int(count) * UNITS[unit]
        elif unit in DAY_UNITS:
            days += int(count) * DAY_UNITS[unit]
        else:
            return None
    start = at_clock(now.date() + timedelta(days=days), now.time(), now) if days else now
    return _later(start, timedelta(minutes=minutes))


def _day_and_clock(words: str, now: datetime, morning: time) -> datetime | None:
    """A day and a clock time; either may be missing: in the morning, today or tomorrow."""
    day = _day(words, now)
    if day is not None:
        return at_clock(day, morning, now) if day > now.date() else None
    clock = CLOCK.search(words)
    when = _time(*clock.groups()) if clock else None
    if clock is None or when is None:
        return None
    rest = words[: clock.start()].strip()
    if rest:
        day = _day(rest, now, is_timed=True)
        return at_clock(day, when, now) if day is not None else None
    today = at_clock(now.date(), when, now)
    return today if today > now else at_clock(now.date() + timedelta(days=1), when, now)


def _time(hour: str, minute: str | None, half: str | None) -> time | None:
    hours, minutes = int(hour), int(minute or 0)
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half == "pm" else 0)
    return time(hours, minutes) if hours < 24 and minutes < 60 else None


def _day(words: str, now: datetime, *, is_timed: bool = False) -> date | None:
    today = now.date()
    if words in AHEAD:
        return today + timedelta(days=AHEAD[words])
    if words in WEEKDAYS:
        return _next_weekday(today, WEEKDAYS[words])
    if words in ("week", "неделе", "неделю"):
        return _next_weekday(today, 0)
    if words in ("month", "месяц", "месяце"):
        return _next_month(today)
    if found := ISO.fullmatch(words):
        return _date(*map(int, found.groups()))
    if (found := DOTTED.fullmatch(words)) and (is_timed or "." in words or "/" in words):
        return _coming(int(found[1]), int(found[2]), found[3], today)
    if found := NAMED.fullmatch(words):
        month = MONTHS.get((found[2] or found[3])[:3])
        return _coming(int(found[1] or found[4]), month, None, today) if month else None
    return None


def _coming(day: int, month: int, year: str | None, today: date) -> date | None:
    """Without a year: the next time that this day comes."""
    if year:
        return _date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    found = _date(today.year, month, day)
    return _date(today.year + 1, month, day) if found and found < today else found


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
