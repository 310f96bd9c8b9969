"""What conversations keep with a template: messages for later, sending to many, ratings, and what waits to leave."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import Coalesce, TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext

from conversations import statuses
from conversations.models import (
    Direction,
    Job,
    JobKind,
    JobState,
    Message,
    Scheduled,
    SurveyPlan,
)
from templates_app.models import Template
from templates_app.usage import Planned, Use

SHOWN: Final = 5
PLANNED_MOST: Final = 500  # days of templates


def of(template: Template) -> Iterator[Use]:
    yield _later(gettext("Goes out later"), Scheduled.objects.filter(template=template))
    yield _later(
        gettext("Goes out instead where the reply window has closed"),
        Scheduled.objects.filter(fallback=template),
    )
    jobs = Job.objects.filter(
        kind=JobKind.BULK,
        state__in=(JobState.WAITING, JobState.RUNNING),
        request__act="message",
        request__what__template=template.pk,
    )
    rows = list(jobs.select_related("owner")[:SHOWN])
    some = tuple((f"{job.title} · {job.owner.name}", "") for job in rows)
    yield Use(gettext("Is being sent to many"), jobs.count(), some)
    asking = SurveyPlan.objects.filter(template=template, since__isnull=False)
    numbers = tuple(
        (plan.number.label, reverse("automation:survey", args=[plan.number_id]))
        for plan in asking.select_related("number")[:SHOWN]
    )
    yield Use(gettext("Asks customers how it was"), asking.count(), numbers)
    waiting = Message.objects.filter(
        Q(status__in=statuses.WAITING), template=template, direction=Direction.OUT
    )
    yield Use(gettext("Messages that wait to leave"), waiting.count())


def planned(workspace_id: int) -> Iterator[Planned]:
    """What goes out later, also instead, day by day in the reader's zone. What has failed is not planned any more."""
    waiting = Scheduled.objects.filter(conversation__workspace=workspace_id, problem="")
    rows = waiting.annotate(
        used=Coalesce("template", "fallback"),
        day=TruncDate("due_at", tzinfo=get_current_timezone()),
    )
    days = rows.exclude(used=None).order_by().values("used", "day")
    for row in days.annotate(first=Min("due_at"), n=Count("pk")).order_by("first")[:PLANNED_MOST]:
        yield Planned(row["used"], row["first"], row["n"])


def _later(what: str, rows: QuerySet[Scheduled]) -> Use:
    first = rows.select_related("conversation__contact").order_by("due_at")[:SHOWN]
    some = tuple(
        (
            f"{row.conversation.contact.shown_name} · "
            f"{date_format(timezone.localtime(row.due_at), 'SHORT_DATETIME_FORMAT')}",
            reverse("conversations:conversation", args=[row.conversation_id]),
        )
        for row in first
    )
    return Use(what, rows.count(), some)
