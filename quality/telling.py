"""Tells managers and administrators of new alerts: by mail and push, once each, in their language."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from accounts import mailing
from accounts.models import Agent, Role
from conversations.tasks import push
from conversations.telling import wish_of
from quality import words
from quality.alarms import MAILED
from quality.models import Alert, AlertRule

HEARS: Final = (Role.MANAGER, Role.ADMINISTRATOR)
TOO_OLD: Final = timedelta(hours=6)  # what nobody could be told of in time is on the page
BATCH: Final = 50
PUSH_SECONDS: Final = 3600  # a push that could not go out by then is no news


def tell_news(*, at: datetime) -> int:
    """Mail and push the alerts that nobody was told of yet. After a crash in between: better once too few."""
    fresh = Alert.objects.filter(mailed_at=None, closed_at=None, opened_at__gt=at - TOO_OLD)
    fresh = fresh.filter(Q(quiet_until=None) | Q(quiet_until__lte=at, acknowledged_at=None))
    return sum(_tell(pk, at=at) for pk in fresh.values_list("pk", flat=True)[:BATCH])


def _tell(alert_id: int, *, at: datetime) -> bool:
    with transaction.atomic():
        rows = Alert.objects.select_for_update(of=("self",), skip_locked=True)
        alert = (
            rows.filter(pk=alert_id, mailed_at=None)
            .select_related("account", "number", "template", "draft", "workspace")
            .first()
        )
        if alert is None:
            return False
        alert.mailed_at = at
        alert.save(update_fields=["mailed_at"])
    rule = AlertRule.objects.filter(workspace_id=alert.workspace_id, kind=alert.kind).first()
    is_bad = alert.severity == "bad"
    mails = rule.is_mailed if rule else alert.kind in MAILED
    pushes = rule.is_pushed if rule else is_bad
    people = Agent.objects.filter(workspace=alert.workspace, role__in=HEARS, is_active=True)
    for agent in people.prefetch_related("pushes"):
        if mails:
            _mail(alert, agent)
        if pushes and wish_of(agent).desktop:
            _push(alert, agent)
    return mails or pushes


def tell_given(alert_id: int) -> None:
    """The one who shall look after it from now on."""
    rows = Alert.objects.select_related("account", "number", "template", "draft", "assignee")
    alert = rows.filter(pk=alert_id, closed_at=None).exclude(assignee=None).first()
    if alert is not None and alert.assignee is not None:
        _mail(alert, alert.assignee)
        _push(alert, alert.assignee)


def _mail(alert: Alert, agent: Agent) -> None:
    with translation.override(agent.language):
        said = words.of(alert)
        link = settings.PUBLIC_URL + (said.address or reverse("quality:alerts"))
        text = render_to_string(
            "quality/alert.txt", {"alert": alert, "said": said, "link": link, "agent": agent}
        )
        subject = gettext("%(what)s: %(subject)s") % {"what": said.title, "subject": said.subject}
        mailing.post(subject, text, to=agent)


def _push(alert: Alert, agent: Agent) -> None:
    """To every browser of theirs that wants it; each push is a task of its own."""
    with translation.override(agent.language):
        said = words.of(alert)
        letter = {
            "title": said.title,
            "text": said.subject,
            "topic": f"alert-{alert.pk}",
            "url": said.address or reverse("quality:alerts"),
        }
    for row in agent.pushes.all():
        push.apply_async((row.pk, letter), expires=PUSH_SECONDS)
