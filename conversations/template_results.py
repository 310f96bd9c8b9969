"""What became of a template's messages: read from our own facts, for the page of the template. Nothing is stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from accounts.zones import midnight
from conversations.models import Direction, Message
from templates_app.models import Submission, SubmissionState, Template, TemplateDay

DAYS: Final = 30
ANSWER: Final = timedelta(days=3)  # what comes later is hardly an answer
TAPS: Final = ("button", "interactive")


@dataclass(frozen=True, slots=True)
class Result:
    """Of some messages. Delivered counts what was read too: WhatsApp may skip a tick."""

    sent: int = 0
    delivered: int = 0
    read: int = 0
    replied: int = 0
    clicked: int = 0
    failed: int = 0

    def share(self, count: int) -> int | None:
        """Per cent of what was sent; None where nothing was."""
        return round(100 * count / self.sent) if self.sent else None

    @property
    def shares(self) -> list[tuple[str, int, int | None]]:
        names = ("delivered", "read", "replied", "clicked", "failed")
        return [(name, getattr(self, name), self.share(getattr(self, name))) for name in names]


@dataclass(frozen=True, slots=True)
class Results:
    total: Result
    languages: list[tuple[str, int, Result]]  # with the template's id
    versions: list[tuple[int, datetime, Result]]  # with when it was handed in
    days: list[tuple[date, Result]]
    failures: list[tuple[int | None, int]]
    buttons: list[tuple[str, int]]
    most: int = 0  # of a day, for the bars


def of(template: Template, *, at: datetime) -> Results:
    """The last 30 days of this template; its other languages beside it."""
    since = at - timedelta(days=DAYS)
    family = Template.objects.filter(account_id=template.account_id, name=template.name)
    languages = dict(family.values_list("pk", "language"))
    by_template: dict[int, Result] = {
        row["template_id"]: _result(row)
        for row in _counted(_messages(languages, since), "template_id")
    }
    mine = _messages([template.pk], since)
    days = [
        (row["day"], _result(row)) for row in _counted(mine.annotate(day=TruncDate("at")), "day")
    ]
    failures = mine.filter(status="failed").order_by().values_list("error_code")
    taps = Message.objects.filter(
        direction=Direction.IN, kind__in=TAPS, quoted__template=template, quoted__at__gte=since
    )
    return Results(
        total=by_template.get(template.pk, Result()),
        languages=sorted(
            (languages[pk], pk, found) for pk, found in by_template.items()
        ) if len(languages) > 1 else [],
        versions=_versions(template, mine),
        days=sorted(days),
        failures=list(failures.annotate(n=Count("pk")).order_by("-n")[:10]),
        buttons=list(taps.order_by().values_list("text").annotate(n=Count("pk")).order_by("-n")[:10]),
        most=max((found.sent for _day, found in days), default=0),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Beside:
    """A UTC day, for that is how Meta counts: our facts and Meta's figures; None where it was not told."""

    day: date
    ours: Result
    theirs: TemplateDay | None


def beside(template: Template, *, at: datetime) -> list[Beside]:
    """The last 30 days on which either of us knows of something, newest first."""
    since = at.astimezone(UTC).date() - timedelta(days=DAYS)
    start = midnight(since, UTC)
    counted = _counted(
        _messages([template.pk], start).annotate(day=TruncDate("at", tzinfo=UTC)), "day"
    )
    ours = {row["day"]: _result(row) for row in counted}
    theirs = {row.day: row for row in template.meta_days.filter(day__gte=since)}
    return [
        Beside(day, ours.get(day, Result()), theirs.get(day))
        for day in sorted(ours.keys() | theirs.keys(), reverse=True)
    ]


def _messages(template_ids: Iterable[int], since: datetime) -> QuerySet[Message]:
    """Those that left us: what was taken back before, or still waits, is none of them."""
    return Message.objects.filter(
        Q(accepted_at__isnull=False) | Q(status="failed"),
        template__in=list(template_ids),
        direction=Direction.OUT,
        at__gte=since,
    )


def _counted(messages: QuerySet[Message], by: str) -> list[dict[str, Any]]:
    answers = Message.objects.filter(
        conversation=OuterRef("conversation"),
        direction=Direction.IN,
        at__gt=OuterRef("at"),
        at__lte=OuterRef("at") + ANSWER,
    )
    taps = Message.objects.filter(quoted=OuterRef("pk"), direction=Direction.IN, kind__in=TAPS)
    came = Q(delivered_at__isnull=False) | Q(read_at__isnull=False)
    marked = messages.annotate(has_answer=Exists(answers), has_tap=Exists(taps))
    return list(
        marked.order_by()
        .values(by)
        .annotate(
            n=Count("pk"),
            n_delivered=Count("pk", filter=came),
            n_read=Count("pk", filter=Q(read_at__isnull=False)),
            n_replied=Count("pk", filter=Q(has_answer=True)),
            n_clicked=Count("pk", filter=Q(has_tap=True)),
            n_failed=Count("pk", filter=Q(status="failed")),
        )
    )


def _result(row: dict[str, Any]) -> Result:
    return Result(
        row["n"],
        row["n_delivered"],
        row["n_read"],
        row["n_replied"],
        row["n_clicked"],
        row["n_failed"],
    )


def _versions(
    template: Template, messages: QuerySet[Message]
) -> list[tuple[int, datetime, Result]]:
    """A message belongs to the version that Meta had last taken when it was sent."""
    taken = Submission.objects.filter(template=template, state=SubmissionState.ACCEPTED)
    began = list(taken.order_by("at").values_list("version", "at"))
    if len(began) < 2:
        return []
    ends = [at for _version, at in began[1:]]
    rows = []
    for number, (_version, start) in enumerate(began):
        span = messages.filter(at__gte=start)
        if number < len(ends):
            span = span.filter(at__lt=ends[number])
        counted = _counted(span, "template_id")
        rows.append((number + 1, start, _result(counted[0]) if counted else Result()))
    return rows
