"""The figures of a period: counts, averages and medians by agent, team or number, with what they were before.

From tallies and volumes only, so that a year of fifty agents costs as much as what is shown; “waiting now” is asked of
the conversations themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Count, Min, Q, QuerySet, Sum
from django.db.models.functions import ExtractIsoWeekDay

from accounts.zones import midnight
from conversations.models import Conversation, Survey, SurveyState
from reports import buckets, spans
from reports.models import Tally, Volume
from reports.periods import MONTH, Period, pieces, steps

UTC: Final = ZoneInfo("UTC")
BY: Final = {"agent": "agent_id", "team": "team_id", "number": "number_id"}
AGES: Final = (15, 60, 240)  # minutes waited: up to each, and more than the last


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose figures, and of which days; None is all."""

    workspace: int
    period: Period
    zone: ZoneInfo = UTC
    number: int | None = None
    team: int | None = None

    @property
    def only(self) -> dict[str, int]:
        wanted = {"number_id": self.number, "team_id": self.team}
        return {"workspace_id": self.workspace} | {
            name: pk for name, pk in wanted.items() if pk is not None
        }

    def on(self, period: Period) -> Scope:
        return replace(self, period=period)


@dataclass(slots=True)
class Times:
    """All spans of one kind: how many, how long together, and how many in each class."""

    count: int = 0
    seconds: int = 0
    counts: dict[int, int] = field(default_factory=dict)

    def add(self, bucket: int, count: int, seconds: int) -> None:
        self.count += count
        self.seconds += seconds
        self.counts[bucket] = self.counts.get(bucket, 0) + count

    def merge(self, other: Times) -> None:
        self.count += other.count
        self.seconds += other.seconds
        for bucket, count in other.counts.items():
            self.counts[bucket] = self.counts.get(bucket, 0) + count

    @property
    def median(self) -> int | None:
        return buckets.quantile(self.counts, 0.5)

    @property
    def slow(self) -> int | None:
        """What nine of ten stay within."""
        return buckets.quantile(self.counts, 0.9)


@dataclass(slots=True)
class Figures:
    """What one agent, team, number, or all of them did. `key` is None for what nobody is named for."""

    key: int | None = None
    first_reply: Times = field(default_factory=Times)
    reply: Times = field(default_factory=Times)
    resolution: Times = field(default_factory=Times)
    reopened: Times = field(default_factory=Times)
    waiting: int = 0
    ratings: int = 0
    scores: int = 0  # all of them together

    @property
    def rating(self) -> float | None:
        """1 to 5, on average."""
        return self.scores / self.ratings if self.ratings else None

    @property
    def reopened_percent(self) -> int | None:
        done = self.resolution.count
        return round(100 * self.reopened.count / done) if done else None


def together(rows: Sequence[Figures]) -> Figures:
    """All rows of `by` as one: the same as `total`, without asking again, and with who waits."""
    found = Figures()
    for row in rows:
        for kind in (spans.FIRST_REPLY, spans.REPLY, spans.RESOLUTION, spans.REOPENED):
            getattr(found, kind).merge(getattr(row, kind))
        found.waiting += row.waiting
        found.ratings += row.ratings
        found.scores += row.scores
    return found


def total(scope: Scope) -> Figures:
    found = _figures(scope, "").get(None, Figures())
    rated = _rated(scope).aggregate(n=Count("pk"), s=Sum("score", default=0))
    found.ratings, found.scores = rated["n"], rated["s"]
    return found


def by(scope: Scope, dimension: str) -> list[Figures]:
    """One row each, those who answered most first. `dimension`: a key of BY."""
    found = _figures(scope, BY[dimension])
    column = {"agent": "assignee_id"}.get(dimension, BY[dimension])
    for key, count in _waiting(scope).values_list(column).annotate(n=Count("pk")).order_by():
        found.setdefault(key, Figures(key)).waiting = count
    rated = _rated(scope).values_list(BY[dimension]).annotate(n=Count("pk"), s=Sum("score"))
    for key, count, scores in rated.order_by():
        row = found.setdefault(key, Figures(key))
        row.ratings, row.scores = count, scores
    return sorted(
        found.values(), key=lambda row: (row.key is None, -row.reply.count, -row.resolution.count)
    )


def _figures(scope: Scope, column: str) -> dict[int | None, Figures]:
    columns = [column] if column else []
    rows = (
        Tally.objects.filter(_days(scope.period), **scope.only)
        .order_by()
        .values_list(*columns, "kind", "bucket")
        .annotate(all_counts=Sum("count"), all_seconds=Sum("seconds"))
    )
    found: dict[int | None, Figures] = {}
    for *key, kind, bucket, count, seconds in rows:
        of = key[0] if key else None
        figures = found.setdefault(of, Figures(of))
        getattr(figures, kind).add(bucket, count, seconds)
    return found


def _rated(scope: Scope) -> QuerySet[Survey]:
    """Ratings given on these days, for who had resolved the conversation."""
    return _surveys(scope, "answered_at").filter(score__isnull=False)


def _surveys(scope: Scope, column: str) -> QuerySet[Survey]:
    """With this moment on these days."""
    first = midnight(scope.period.since, scope.zone)
    end = midnight(scope.period.until + timedelta(days=1), scope.zone)
    return Survey.objects.filter(**{f"{column}__gte": first, f"{column}__lt": end}, **scope.only)


@dataclass(frozen=True, slots=True)
class Ratings:
    """`counts`: how many gave 5, 4 … 1; `asked`: how many were asked on these days."""

    counts: Sequence[tuple[int, int]]
    asked: int

    @property
    def total(self) -> int:
        return sum(count for _score, count in self.counts)


def ratings(scope: Scope) -> Ratings:
    by_score = dict(_rated(scope).values_list("score").annotate(n=Count("pk")).order_by())
    asked = _surveys(scope, "asked_at").exclude(state=SurveyState.SKIPPED)
    return Ratings([(score, by_score.get(score, 0)) for score in (5, 4, 3, 2, 1)], asked.count())


def _days(period: Period) -> Q:
    wanted = Q()
    for kind, piece in pieces(period):
        wanted |= Q(period=kind, since__gte=piece.since, since__lte=piece.until)
    return wanted


# --- over time ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of the chart."""

    period: Period
    inbound: int
    outbound: int
    median: int | None  # of replies, in seconds


def over_time(scope: Scope) -> list[Step]:
    """Messages and the median reply of each day, week or month. Messages have no team: with one, only the median."""
    shown = steps(scope.period)
    written = _written(scope)
    times = _reply_times(scope)
    found = []
    for step in shown:
        counts = [
            written[day]
            for n in range(step.days)
            if (day := step.since + timedelta(days=n)) in written
        ]
        all_times = Times()
        for day, classes in times.items():
            if step.since <= day <= step.until:
                for bucket, count in classes.items():
                    all_times.add(bucket, count, 0)
        found.append(
            Step(step, sum(c[0] for c in counts), sum(c[1] for c in counts), all_times.median)
        )
    return found


def _written(scope: Scope) -> dict[date, tuple[int, int]]:
    if scope.team is not None:
        return {}
    rows = _volumes(scope).values_list("day").annotate(Sum("inbound"), Sum("outbound")).order_by()
    return {day: (inbound, outbound) for day, inbound, outbound in rows}


def _reply_times(scope: Scope) -> dict[date, dict[int, int]]:
    """By the first day of each piece: a whole month is one piece, which a chart of months needs no finer."""
    rows = Tally.objects.filter(kind=spans.REPLY, **scope.only)
    if scope.period.days <= 200:
        rows = rows.exclude(period=MONTH).filter(
            since__gte=scope.period.since, since__lte=scope.period.until
        )
    else:
        rows = rows.filter(_days(scope.period))
    found: dict[date, dict[int, int]] = defaultdict(dict)
    sums = rows.order_by().values_list("since", "bucket").annotate(all_counts=Sum("count"))
    for since, bucket, count in sums:
        found[since][bucket] = count
    return found


def _volumes(scope: Scope) -> Any:
    only = {name: pk for name, pk in scope.only.items() if name != "team_id"}
    return Volume.objects.filter(day__gte=scope.period.since, day__lte=scope.period.until, **only)


def hours_of_week(scope: Scope) -> list[list[int]]:
    """Messages that came in: seven rows from Monday, 24 hours each, in the workspace's zone."""
    found = [[0] * 24 for _day in range(7)]
    rows = (
        _volumes(scope)
        .annotate(weekday=ExtractIsoWeekDay("day"))
        .values_list("weekday", "hour")
        .annotate(Sum("inbound"))
        .order_by()
    )
    for weekday, hour, count in rows:
        found[weekday - 1][hour] = count
    return found


# --- now ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """Customers who wait for a reply now: how many up to each of AGES and longer, and since when the first."""

    counts: Sequence[int]
    oldest: datetime | None

    @property
    def total(self) -> int:
        return sum(self.counts)


def waiting(scope: Scope, *, at: datetime) -> Waiting:
    edges = [at - timedelta(minutes=age) for age in AGES]
    bounds = [
        Q(waiting_since__gt=edges[0]),
        Q(waiting_since__lte=edges[0], waiting_since__gt=edges[1]),
        Q(waiting_since__lte=edges[1], waiting_since__gt=edges[2]),
        Q(waiting_since__lte=edges[2]),
    ]
    counted: dict[str, Any] = {f"n{n}": Count("pk", filter=bound) for n, bound in enumerate(bounds)}
    row = _waiting(scope).aggregate(oldest=Min("waiting_since"), **counted)
    return Waiting([row[f"n{n}"] for n in range(len(bounds))], row["oldest"])


def _waiting(scope: Scope) -> Any:
    return Conversation.objects.filter(waiting_since__isnull=False, **scope.only)
