"""What stood beside a fall of the quality: counts by hour for causes.py, and failures by day and code."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.db.models import Count, F, Max, Q, QuerySet, Window
from django.db.models.functions import Lag, TruncDay, TruncHour, TruncMinute

from accounts.models import Agent, PhoneNumber
from accounts.zones import midnight
from conversations import access
from conversations.models import Direction, Message
from quality import causes
from quality.causes import Cause, Signal
from templates_app.models import Category, TemplateEvent

DAYS: Final = 10
KEPT_SECONDS: Final = 600
LATE: Final = timedelta(hours=1)
COMPLAINTS: Final = (
    r"\y(stop|spam|unsubscribe|scam|fraud|remove me|leave me alone|report you)\y"
    r"|спам|отпис|не пишите|хватит писать|мошенни|жалоб|удалите меня|достали"
)
BURST: Final = 20  # of ours in a minute: no people write so quickly
BY_MESSAGE: Final = (
    Signal.MARKETING,
    Signal.NEW_PEOPLE,
    Signal.OPT_OUTS,
    Signal.COMPLAINTS,
)
FAILURES: Final = {131026: Signal.NOT_REACHED, 131048: Signal.SPAM, 131049: Signal.PROTECTED}


@dataclass(frozen=True, slots=True)
class Peak:
    """The hour before a fall in which a likely cause was strongest."""

    signal: Signal
    at: datetime
    count: int


def likely(number: PhoneNumber, *, at: datetime) -> list[Cause]:
    """What may have made the number's quality fall at this moment, most likely first."""
    return [cause for cause, _peak in _weighed(number, at=at)]


def peaks(number: PhoneNumber, *, at: datetime) -> list[Peak]:
    """When each of these was strongest: to stand beside the fall in the timeline."""
    return [peak for _cause, peak in _weighed(number, at=at)]


def _weighed(number: PhoneNumber, *, at: datetime) -> list[tuple[Cause, Peak]]:
    """All that was said in ten days is read for it, so it is kept for a while: the fall stays where it is."""

    def weigh() -> list[tuple[Cause, Peak]]:
        hours = by_hour(number, until=at)
        return [(cause, _peak(cause, hours, at)) for cause in causes.rank(hours)]

    key = f"quality-weighed:{number.pk}:{at.timestamp()}"
    found: list[tuple[Cause, Peak]] | None = cache.get_or_set(key, weigh, KEPT_SECONDS)
    return found or []


def _peak(cause: Cause, hours: dict[Signal, list[int]], at: datetime) -> Peak:
    recent = hours[cause.signal][-causes.BEFORE :]
    place = max(range(len(recent)), key=lambda n: recent[n])
    return Peak(cause.signal, _hour(at) - timedelta(hours=len(recent) - 1 - place), recent[place])


def by_hour(number: PhoneNumber, *, until: datetime) -> dict[Signal, list[int]]:
    """Counts of each hour of the ten days before, oldest first. A fixed number of queries."""
    since = until - timedelta(days=DAYS)
    said = _said(number, since=since, until=until)
    counts = {
        signal: _hours(rows)
        for signal in BY_MESSAGE
        if (rows := of_signal(said, signal)) is not None
    }
    counts |= _failures(said) | {
        Signal.BURST: _bursts(said),
        Signal.SLOW: _late_answers(said),
        Signal.TEMPLATES: _changed_templates(number, since, until),
    }
    return {signal: _row(found, since) for signal, found in counts.items()}


def _said(number: PhoneNumber, *, since: datetime, until: datetime) -> QuerySet[Message]:
    return Message.objects.filter(number=number, at__gt=since, at__lte=until).order_by()


def of_signal(said: QuerySet[Message], signal: Signal) -> QuerySet[Message] | None:
    """Those of these messages that a signal counts; None where it counts no messages."""
    ours = said.filter(direction=Direction.OUT)
    match signal:
        case Signal.MARKETING:
            return ours.filter(kind="template", template__category=Category.MARKETING)
        case Signal.NEW_PEOPLE:
            return ours.filter(conversation__last_inbound_at=None)
        case Signal.OPT_OUTS:
            return said.filter(direction=Direction.SYSTEM, content__change="marketing_stopped")
        case Signal.COMPLAINTS:
            return said.filter(direction=Direction.IN, text__iregex=COMPLAINTS)
        case Signal.BURST:
            minutes = list(_minutes(said))
            return ours.annotate(minute=TruncMinute("at")).filter(minute__in=minutes)
        case Signal.SLOW:
            return said.filter(pk__in=_late(said).values_list("pk", flat=True))
        case Signal.TEMPLATES:
            return None
        case _:
            return ours.filter(error_code=next(c for c, s in FAILURES.items() if s is signal))


def _minutes(said: QuerySet[Message]) -> Counter[datetime]:
    """The minutes in which a burst of ours went out, each with its count."""
    ours = said.filter(direction=Direction.OUT).annotate(minute=TruncMinute("at"))
    rows = ours.values_list("minute").annotate(n=Count("pk")).filter(n__gte=BURST)
    return Counter(dict(rows))


def _bursts(said: QuerySet[Message]) -> Counter[datetime]:
    found: Counter[datetime] = Counter()
    for minute, n in _minutes(said).items():
        found[_hour(minute)] += n
    return found


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _hours(rows: QuerySet[Message]) -> Counter[datetime]:
    found = (
        rows.order_by().annotate(hour=TruncHour("at")).values_list("hour").annotate(n=Count("pk"))
    )
    return Counter(dict(found))


def _failures(said: QuerySet[Message]) -> dict[Signal, Counter[datetime]]:
    found: dict[Signal, Counter[datetime]] = {signal: Counter() for signal in FAILURES.values()}
    ours = said.filter(direction=Direction.OUT, error_code__in=FAILURES)
    rows = ours.annotate(hour=TruncHour("at"))
    for code, hour, n in rows.values_list("error_code", "hour").annotate(n=Count("pk")):
        found[FAILURES[code]][hour] += n
    return found


def _late(said: QuerySet[Message]) -> QuerySet[Message]:
    """Ours that followed a customer's message by more than an hour."""
    before: dict[str, Any] = {"partition_by": [F("conversation")], "order_by": [F("at"), F("pk")]}
    rows = said.exclude(direction=Direction.SYSTEM).annotate(
        previous=Window(Lag("direction"), **before), since=Window(Lag("at"), **before)
    )
    return rows.filter(direction=Direction.OUT, previous=Direction.IN, at__gt=F("since") + LATE)


def _late_answers(said: QuerySet[Message]) -> Counter[datetime]:
    late = _late(said).values_list("at", flat=True)
    return Counter(_hour(at) for at in late)


def _changed_templates(number: PhoneNumber, since: datetime, until: datetime) -> Counter[datetime]:
    rows = TemplateEvent.objects.filter(
        template__account_id=number.account_id, kind="components", at__gt=since, at__lte=until
    )
    return Counter(_hour(at) for at in rows.values_list("at", flat=True))


def _row(counts: Counter[datetime], since: datetime) -> list[int]:
    found = [0] * (DAYS * causes.DAY + 1)
    for hour, n in counts.items():
        place = int((hour - since).total_seconds() // 3600) + 1
        found[min(max(place, 0), len(found) - 1)] += n
    return found


@dataclass(frozen=True, slots=True)
class Sent:
    """A template that was sent much before the fall."""

    template_id: int
    name: str
    count: int


def most_sent(number: PhoneNumber, *, at: datetime) -> list[Sent]:
    """The marketing templates of the three days before, most sent first."""
    rows = (
        Message.objects.filter(
            number=number,
            direction=Direction.OUT,
            template__category=Category.MARKETING,
            at__gte=_began(at),
            at__lte=at,
        )
        .order_by()
        .values_list("template__name")
        .annotate(n=Count("pk"), one=Max("template_id"))
        .order_by("-n")[:3]
    )
    return [Sent(pk, name, n) for name, n, pk in rows]


# --- what shows it -----------------------------------------------------------------------------------

SHOWN: Final = 200
FAILURE_DAYS: Final = 14


def messages_of(
    number: PhoneNumber, signal: Signal, *, at: datetime, agent: Agent
) -> QuerySet[Message]:
    """What a signal counted in the three days before the fall, latest first, as far as the agent sees it."""
    said = _said(
        number, since=at - timedelta(days=DAYS), until=at
    )  # a late answer needs its question
    found = of_signal(said, signal)
    return _shown(said.none() if found is None else found.filter(at__gte=_began(at)), agent)


def _began(at: datetime) -> datetime:
    """Of the hours that `rank` takes for the time before a fall: the same messages are listed that it counted."""
    return _hour(at) - timedelta(hours=causes.BEFORE - 1)


def failed_with(
    number: PhoneNumber, code: int, *, since: datetime, agent: Agent
) -> QuerySet[Message]:
    """The messages of the number that Meta did not deliver for this reason, latest first."""
    ours = Message.objects.filter(number=number, direction=Direction.OUT, at__gte=since)
    return _shown(ours.filter(error_code=code), agent)


def _shown(rows: QuerySet[Message], agent: Agent) -> QuerySet[Message]:
    seen = rows.filter(conversation__in=access.conversations(agent))
    return seen.select_related("conversation__contact", "template").order_by("-at", "-pk")


def changed_templates(number: PhoneNumber, *, at: datetime) -> QuerySet[TemplateEvent]:
    """The templates whose words changed in the three days before the fall, latest first."""
    return (
        TemplateEvent.objects.filter(
            template__account_id=number.account_id,
            kind="components",
            at__gte=_began(at),
            at__lte=at,
        )
        .select_related("template")
        .order_by("-at", "-pk")
    )


# --- failures --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Failures:
    """One error code: how often on each day, oldest first."""

    code: int
    days: list[int]

    @property
    def total(self) -> int:
        return sum(self.days)


def failures(number: PhoneNumber, *, days: Iterable[date], zone: ZoneInfo) -> list[Failures]:
    """Of the days asked for, in the workspace's zone; the most frequent code first."""
    wanted = list(days)
    since = midnight(wanted[0], zone)
    rows = (
        Message.objects.filter(number=number, direction=Direction.OUT, at__gte=since)
        .exclude(error_code=None)
        .order_by()
        .annotate(day=TruncDay("at", tzinfo=zone))
        .values_list("error_code", "day")
        .annotate(n=Count("pk"))
    )
    found: dict[int, Counter[date]] = defaultdict(Counter)
    for code, day, n in rows:
        found[code][day.date()] += n
    table = [Failures(code, [counts[day] for day in wanted]) for code, counts in found.items()]
    return sorted(table, key=lambda row: (-row.total, row.code))


def rates(numbers: Iterable[PhoneNumber], *, since: datetime) -> dict[int, tuple[int, int, int]]:
    """Of each number: messages sent, those that failed, and people who stopped marketing."""
    rows = Message.objects.filter(number__in=list(numbers), at__gte=since).order_by()
    ours = rows.values_list("number_id").annotate(
        # from the index alone, so no column that is not in it
        sent=Count("direction", filter=Q(direction=Direction.OUT)),
        failed=Count("direction", filter=Q(direction=Direction.OUT, status="failed")),
    )
    stops = rows.filter(direction=Direction.SYSTEM, content__change="marketing_stopped")
    stopped = dict(stops.values_list("number_id").annotate(n=Count("*")))
    return {number: (sent, failed, stopped.get(number, 0)) for number, sent, failed in ours}
