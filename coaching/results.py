"""Results of reviews: by agent and week, how far reviewers are apart, and all of it as CSV."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Avg, Count

from accounts.models import Agent, Workspace
from coaching import sampling
from coaching.models import Review
from conversations.streaming import csv_pieces

WEEKS = 8


@dataclass(frozen=True, slots=True)
class Row:
    """`weeks`: Monday and mean score of each of the last weeks, oldest first; None where nothing was judged."""

    name: str
    count: int
    mean: float | None
    weeks: Sequence[tuple[date, int | None]]


def by_agent(workspace: Workspace, *, today: date) -> tuple[list[date], list[Row]]:
    """The Mondays of the last weeks, and a row for each agent who was judged in them."""
    last = sampling.week_of(today)
    mondays = [last - timedelta(days=7 * n) for n in reversed(range(WEEKS))]
    done = Review.objects.filter(
        workspace=workspace, done_at__isnull=False, score__isnull=False, week__gte=mondays[0]
    )
    scores: dict[int, dict[date, tuple[float, int]]] = defaultdict(dict)
    rows = done.values_list("agent_id", "week").annotate(mean=Avg("score"), n=Count("pk"))
    for agent, week, mean, count in rows.order_by():
        scores[agent][week] = (mean, count)
    names = dict(Agent.objects.filter(pk__in=scores).values_list("pk", "name"))
    found = []
    for agent, weeks in scores.items():
        count = sum(n for _mean, n in weeks.values())
        mean = sum(mean * n for mean, n in weeks.values()) / count
        shown = [(day, round(weeks[day][0]) if day in weeks else None) for day in mondays]
        found.append(Row(names[agent], count, mean, shown))
    return mondays, sorted(found, key=lambda row: (-(row.mean or 0), row.name))


@dataclass(frozen=True, slots=True)
class Leaning:
    name: str
    count: int
    difference: float


def calibration(workspace: Workspace) -> list[Leaning]:
    """Who is stricter (below zero) or milder than colleagues on the same conversations."""
    rows = Review.objects.filter(
        workspace=workspace, score__isnull=False, reviewer__isnull=False
    ).values_list("conversation_id", "reviewer_id", "score")
    found = sampling.leanings(rows)
    names = dict(Agent.objects.filter(pk__in=found).values_list("pk", "name"))
    return sorted(
        (Leaning(names[who], count, diff) for who, (count, diff) in found.items()),
        key=lambda one: one.name,
    )


COLUMNS = (
    "week",
    "agent",
    "reviewer",
    "conversation",
    "score",
    "done_at",
    "criterion",
    "points",
    "most",
    "summary",
)


def csv_lines(workspace: Workspace) -> Iterator[str]:
    """One line a criterion of each finished review, the latest week first, in flat memory."""
    rows = Review.objects.filter(workspace=workspace, done_at__isnull=False)
    found = rows.select_related("agent", "reviewer").order_by("-week", "pk").iterator(1000)
    return csv_pieces(COLUMNS, (cells for row in found for cells in _cells(row)))


def _cells(row: Review) -> Iterator[list[Any]]:
    for criterion in sampling.card_of(row.card):
        yield [
            row.week.isoformat(), row.agent.name, row.reviewer.name if row.reviewer else "", row.conversation_id,
            row.score, row.done_at, criterion.name, row.answers.get(criterion.key), criterion.most, row.summary,
        ]  # fmt: skip
