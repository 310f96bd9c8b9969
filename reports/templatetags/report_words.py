"""Durations, changes, and the charts of the reports, drawn on the server: nothing to load, and they print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import template
from django.utils.dates import WEEKDAYS_ABBR

from reports import words
from reports.figures import Step

register = template.Library()
WIDTH, HEIGHT, FOOT = 1068, 180, 20
LABELS_AT_MOST = 12
SHADES = 5

register.filter("duration", words.duration)


@dataclass(frozen=True, slots=True)
class Bar:
    step: Step
    x: float
    width: float
    inbound: float
    outbound: float
    label: date | None


@register.inclusion_tag("reports/_bars.html")
def message_bars(steps: Sequence[Step]) -> dict[str, Any]:
    """Two bars a step: what came, what went. The highest fills the height."""
    most = max((max(one.inbound, one.outbound) for one in steps), default=0) or 1
    step = WIDTH / max(len(steps), 1)
    every = -(-len(steps) // LABELS_AT_MOST)
    gap = min(3.0, step / 5)
    bars = [
        Bar(
            step=one,
            x=round(n * step + gap / 2, 2),
            width=round((step - gap) / 2, 2),
            inbound=round(one.inbound / most * HEIGHT, 2),
            outbound=round(one.outbound / most * HEIGHT, 2),
            label=one.period.since if n % every == 0 else None,
        )
        for n, one in enumerate(steps)
    ]
    return {"bars": bars, "width": WIDTH, "height": HEIGHT, "full": HEIGHT + FOOT, "most": most}


@dataclass(frozen=True, slots=True)
class Cell:
    hour: int
    count: int
    shade: int


@register.inclusion_tag("reports/_heat.html")
def heat_map(hours: Sequence[Sequence[int]]) -> dict[str, Any]:
    """Seven rows from Monday; the fuller the hour, the stronger its shade."""
    most = max(max(row) for row in hours)
    rows = [
        (
            WEEKDAYS_ABBR[day],
            [
                Cell(hour, count, -(-count * SHADES // most) if most else 0)
                for hour, count in enumerate(row)
            ],
        )
        for day, row in enumerate(hours)
    ]
    return {"rows": rows, "most": most, "shades": range(SHADES + 1)}


@register.inclusion_tag("reports/_change.html")
def change(now: int | None, before: int | None, *, less_is_better: bool = False) -> dict[str, Any]:
    """By how many percent a figure moved, and whether that is good. Nothing where there was nothing before."""
    if not before or now is None:
        return {"percent": None}
    percent = round(100 * (now - before) / before)
    is_good = percent == 0 or (percent < 0) == less_is_better
    return {
        "percent": abs(percent),
        "is_up": percent > 0,
        "is_good": is_good,
        "is_same": percent == 0,
    }


@register.filter
def part(count: int, total: int) -> int:
    """Percent, whole."""
    return round(100 * count / total) if total else 0
