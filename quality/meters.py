"""What we count ourselves: people reached in the last 24 hours, and whether a busy number's webhooks fell silent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, F, Max, Min, OuterRef, Q, Sum
from django.db.models.functions import Greatest

from accounts.models import BusinessAccount, PhoneNumber
from conversations import statuses
from conversations.models import Direction, Message
from conversations.window import SERVICE_WINDOW
from quality import alarms
from quality.aspects import Aspect, Values, limit_of
from quality.models import Gauge, Source, WebhookMinute
from quality.observing import observe

DAY: Final = timedelta(days=1)
TOLD_LATE: Final = timedelta(minutes=2)  # what a post tells of may be a little older than it
REACHED: Final = (statuses.DELIVERED, statuses.READ)


def measure(account: BusinessAccount, *, at: datetime) -> None:
    """Count anew and write it down. Safe to repeat."""
    used = people_reached(account, at=at)
    counted = {Aspect.LIMIT_USED: str(used), **intake(account, at=at)}
    observe(account, counted, source=Source.OURS, at=at)
    tier = next(
        (number.messaging_limit for number in account.numbers.all() if number.messaging_limit), ""
    )
    most = limit_of(tier)
    is_full = most is not None and used >= most
    BusinessAccount.objects.filter(pk=account.pk).exclude(is_limit_full=is_full).update(
        is_limit_full=is_full
    )
    for number in PhoneNumber.objects.filter(account=account, is_active=True):
        if values := silence(number, at=at):
            observe(account, values, number=number, source=Source.OURS, at=at)


def people_reached(account: BusinessAccount, *, at: datetime) -> int:
    """Unique people delivered to outside a service window in the moving 24 h (whatsapp-platform.md 4)."""
    wrote = Message.objects.filter(
        conversation=OuterRef("conversation"),
        direction=Direction.IN,
        at__lte=OuterRef("at"),
        at__gt=OuterRef("at") - SERVICE_WINDOW,
    )
    found = Message.objects.filter(
        number__account=account,
        at__gt=at - DAY,
        direction=Direction.OUT,
        kind="template",
        status__in=REACHED,
    ).exclude(Exists(wrote))
    return found.order_by().values("conversation__contact").distinct().count()


def intake(account: BusinessAccount, *, at: datetime) -> Values:
    """How this site took posts in the last minutes; empty where nothing is wrong and nothing was.

    It is told once a workspace, at its first account: who posts with a wrong signature is nobody we know.
    """
    first = BusinessAccount.objects.filter(workspace_id=account.workspace_id).order_by("pk").first()
    if first is None or first.pk != account.pk:
        return {}
    asked = (Aspect.SIGNATURES, Aspect.ANSWERS)
    gauges = Gauge.objects.filter(account=account, number=None, aspect__in=asked)
    known = {Aspect(gauge.aspect): gauge.value for gauge in gauges}
    sums = WebhookMinute.objects.filter(minute__gt=at - alarms.WATCHED, minute__lte=at).aggregate(
        refused=Sum("refused", default=0),
        answered=Sum("answered", default=0),
        slow=Sum("slow", default=0),
        ms=Sum("total_ms", default=0),
    )
    is_wrong = alarms.signatures_are_wrong(
        sums["refused"], were=known.get(Aspect.SIGNATURES) == "wrong"
    )
    is_slow = alarms.answers_are_slow(
        answered=sums["answered"],
        slow=sums["slow"],
        total_ms=sums["ms"],
        were=known.get(Aspect.ANSWERS) == "slow",
    )
    found: Values = {}
    if is_wrong or Aspect.SIGNATURES in known:
        found[Aspect.SIGNATURES] = "wrong" if is_wrong else "right"
    if is_slow or Aspect.ANSWERS in known:
        found[Aspect.ANSWERS] = "slow" if is_slow else "quick"
    return found


def silence(number: PhoneNumber, *, at: datetime) -> Values:
    """Whether Meta has fallen silent about a busy number; empty where nothing can be said.

    What was brought in otherwise (an import, the demo) is no sign that webhooks ever came: only what is of the minutes
    since the first post of that hour counts.
    """
    recent = Message.objects.filter(number=number, at__gt=at - DAY, at__lte=at)
    told = recent.filter(Q(direction=Direction.IN) | Q(status__in=REACHED))
    last_at = told.aggregate(
        last=Max(Greatest(F("at"), F("delivered_at"), F("read_at")))
    )["last"]  # fmt: skip
    if last_at is None:
        return {}
    began = last_at - alarms.BUSY_HOUR
    posted = WebhookMinute.objects.filter(minute__gt=began, minute__lte=at, answered__gt=0)
    posts = posted.aggregate(n=Sum("answered", default=0), first=Min("minute"))
    if posts["first"]:
        began = max(began, posts["first"] - TOLD_LATE)
    before = told.filter(at__gt=began, at__lte=last_at).count()
    is_silent = alarms.is_silent(last_at, in_hour_before=min(before, posts["n"]), at=at)
    known = Gauge.objects.filter(number=number, aspect=Aspect.WEBHOOK).exists()
    if not is_silent and not known:
        return {}  # nothing to take back
    return {Aspect.WEBHOOK: "silent" if is_silent else "heard"}
