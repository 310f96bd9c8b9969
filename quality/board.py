"""What the quality page shows: every number with its rating now and over 30 days, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Count, Q

from accounts.models import Agent, BusinessAccount, PhoneNumber
from quality import alerting, evidence
from quality.alerting import STOPPED
from quality.aspects import RATINGS, Aspect, Values, limit_of
from quality.models import Alert, Gauge, Observation
from templates_app.models import Template, TemplateState

DAYS: Final = 30
TROUBLED: Final = 20  # templates shown
RATED: Final = timedelta(days=7)  # Meta judges by the last seven days
WORST: Final = {"RED": 0, "YELLOW": 1, "UNKNOWN": 2, "": 3, "GREEN": 3}


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of the strip: the worst rating of that day; empty before anything was known."""

    day: date
    rating: str


@dataclass(frozen=True, slots=True)
class Row:
    number: PhoneNumber
    values: Values
    strip: list[Cell]
    sent: int
    failed: int
    stopped: int
    used: int | None
    most: int | None
    alerts: list[Alert] = field(default_factory=list)

    @property
    def failed_percent(self) -> float | None:
        return round(100 * self.failed / self.sent, 1) if self.sent else None

    @property
    def used_percent(self) -> int | None:
        return min(100, 100 * (self.used or 0) // self.most) if self.most else None


def rows(agent: Agent, *, at: datetime) -> list[Row]:
    """The numbers at work of the agent's workspace; those in trouble come first."""
    zone = ZoneInfo(agent.workspace.time_zone)
    numbers = list(
        PhoneNumber.objects.filter(workspace_id=agent.workspace_id, is_active=True).select_related(
            "account"
        )
    )
    values = values_of([number.account_id for number in numbers])
    history = _ratings(numbers)
    rates = evidence.rates(numbers, since=at - RATED)
    alerts: dict[int | None, list[Alert]] = defaultdict(list)
    for alert in alerting.of(agent).filter(closed_at=None):
        alerts[alert.number_id].append(alert)
    found = []
    for number in numbers:
        of_account = values.get((number.account_id, None), {})
        used = of_account.get(Aspect.LIMIT_USED, "")
        found.append(
            Row(
                number,
                values.get((number.account_id, number.pk), {}),
                strip(history[number.pk], today=at.astimezone(zone).date(), zone=zone),
                *rates.get(number.pk, (0, 0, 0)),
                used=int(used) if used.isdigit() else None,
                most=limit_of(number.messaging_limit),
                alerts=alerts[number.pk],
            )
        )
    return sorted(
        found, key=lambda row: (WORST.get(row.number.quality_rating, 2), row.number.label)
    )


def accounts(agent: Agent) -> list[tuple[BusinessAccount, Values]]:
    """Each account with what is known of itself."""
    found = list(BusinessAccount.objects.filter(workspace_id=agent.workspace_id))
    values = values_of([account.pk for account in found])
    return [(account, values.get((account.pk, None), {})) for account in found]


@dataclass(frozen=True, slots=True)
class Room:
    """How much of what Meta allows an account is used. `used` is None until Meta was asked."""

    aspect: Aspect
    used: int | None
    most: int


ROOMS: Final = ((Aspect.NUMBERS, Aspect.NUMBERS_MOST), (Aspect.TEMPLATES, Aspect.TEMPLATES_MOST))


def rooms(values: Values) -> list[Room]:
    """Numbers and templates of an account, as far as Meta has said how many there may be."""
    found = []
    for aspect, limit in ROOMS:
        used, most = values.get(aspect, ""), values.get(limit, "")
        if most.isdecimal() and int(most):
            found.append(Room(aspect, int(used) if used.isdecimal() else None, int(most)))
    return found


def values_of(accounts: Sequence[int]) -> dict[tuple[int, int | None], Values]:
    found: dict[tuple[int, int | None], Values] = defaultdict(dict)
    for gauge in Gauge.objects.filter(account_id__in=accounts):
        found[gauge.account_id, gauge.number_id][Aspect(gauge.aspect)] = gauge.value
    return found


def _ratings(numbers: Sequence[PhoneNumber]) -> dict[int, list[Observation]]:
    found: dict[int, list[Observation]] = defaultdict(list)
    rows = Observation.objects.filter(number__in=numbers, aspect=Aspect.RATING)
    for change in rows.order_by("at", "pk"):
        assert change.number_id is not None
        found[change.number_id].append(change)
    return found


def strip(
    changes: Sequence[Observation], *, today: date, zone: ZoneInfo, days: int = DAYS
) -> list[Cell]:
    """A cell a day, oldest first: the worst rating that held on that day. `changes` are oldest first."""
    by_day: dict[date, list[str]] = defaultdict(list)
    for change in changes:
        by_day[change.at.astimezone(zone).date()].append(change.after)
    first = today - timedelta(days=days - 1)
    holds = ""
    for change in changes:
        if change.at.astimezone(zone).date() < first:
            holds = change.after
    cells = []
    for n in range(days):
        day = first + timedelta(days=n)
        of_day = by_day.get(day, [])
        held = [rating for rating in (holds, *of_day) if rating]
        cells.append(Cell(day, min(held, key=lambda rating: WORST.get(rating, 2), default="")))
        holds = of_day[-1] if of_day else holds
    return cells


# --- templates -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Templates:
    """How Meta rates the templates at work, and those that are in trouble, worst first."""

    ratings: dict[str, int]  # GREEN, YELLOW, RED, UNKNOWN of those approved
    troubled: list[Template]


def templates(agent: Agent) -> Templates:
    """In two queries, however many there are."""
    mine = Template.objects.filter(account__workspace_id=agent.workspace_id)
    at_work = mine.filter(status=TemplateState.APPROVED).order_by()
    ratings = dict(at_work.values_list("quality").annotate(n=Count("pk")))
    bad = mine.filter(
        Q(status__in=STOPPED) | Q(status=TemplateState.APPROVED, quality__in=("RED", "YELLOW"))
    )
    rows = list(bad.select_related("account").order_by("name", "language")[:TROUBLED])
    order = {TemplateState.DISABLED: 0, TemplateState.PAUSED: 1}
    rows.sort(key=lambda row: (order.get(TemplateState(row.status), 2), WORST.get(row.quality, 2)))
    return Templates({name: ratings.get(name, 0) for name in RATINGS}, rows)
