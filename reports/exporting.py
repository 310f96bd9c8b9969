"""The rows behind a figure as CSV, line by line in flat memory: one row is one span that was counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from zoneinfo import ZoneInfo

from conversations.streaming import csv_pieces
from reports.figures import Scope
from reports.models import Span, SpanKind

COLUMNS: Final = (
    "kind", "conversation", "number", "team", "agent", "began_at", "ended_at", "day", "open_seconds", "clock_seconds",
)  # fmt: skip


def csv_lines(scope: Scope, kind: SpanKind, *, zone: ZoneInfo) -> Iterator[str]:
    """Oldest first; times in the zone of the workspace. Begins with the mark that Excel wants for UTF-8."""
    rows = Span.objects.filter(
        kind=kind, day__gte=scope.period.since, day__lte=scope.period.until, **scope.only
    ).select_related("number", "team", "agent")
    found = rows.order_by("day", "ended_at", "pk").iterator(chunk_size=2000)
    return csv_pieces(COLUMNS, (_cells(row, zone) for row in found))


def _cells(row: Span, zone: ZoneInfo) -> list[Any]:
    return [
        row.kind,
        row.conversation_id,
        row.number.label,
        row.team.name if row.team else "",
        row.agent.name if row.agent else "",
        row.began_at.astimezone(zone).isoformat(timespec="seconds"),
        row.ended_at.astimezone(zone).isoformat(timespec="seconds"),
        row.day.isoformat(),
        row.seconds,
        round((row.ended_at - row.began_at).total_seconds()),
    ]
