"""Tells people of new alerts: by mail to managers and administrators, once each, in their language."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from accounts import mailing
from accounts.models import Agent, Role
from quality import words
from quality.models import Alert, AlertRule

HEARS: Final = (Role.MANAGER, Role.ADMINISTRATOR)
TOO_OLD: Final = timedelta(hours=6)  # what nobody could be told of in time is on the page
BATCH: Final = 50


def tell_news(*, at: datetime) -> int:
    """Mail the alerts that nobody was told of yet. A crash in between tells nobody twice: better once too few."""
    fresh = Alert.objects.filter(mailed_at=None, closed_at=None, opened_at__gt=at - TOO_OLD)
    return sum(_tell(pk, at=at) for pk in fresh.values_list("pk", flat=True)[:BATCH])


def _tell(alert_id: int, *, at: datetime) -> bool:
    with transaction.atomic():
        rows = Alert.objects.select_for_update(of=("self",), skip_locked=True)
        alert = (
            rows.filter(pk=alert_id, mailed_at=None)
            .select_related("account", "number", "template", "workspace")
            .first()
        )
        if alert is None:
            return False
        alert.mailed_at = at
        alert.save(update_fields=["mailed_at"])
    if not _is_mailed(alert):
        return False
    for agent in Agent.objects.filter(workspace=alert.workspace, role__in=HEARS, is_active=True):
        _mail(alert, agent)
    return True


def _is_mailed(alert: Alert) -> bool:
    rule = AlertRule.objects.filter(workspace_id=alert.workspace_id, kind=alert.kind).first()
    return rule.is_mailed if rule else alert.severity == "bad"


def _mail(alert: Alert, agent: Agent) -> None:
    with translation.override(agent.language):
        said = words.of(alert)
        link = settings.PUBLIC_URL + reverse("quality:alerts")
        text = render_to_string(
            "quality/alert.txt", {"alert": alert, "said": said, "link": link, "agent": agent}
        )
        subject = gettext("%(what)s: %(subject)s") % {"what": said.title, "subject": said.subject}
        mailing.post(subject, text, to=agent)
