"""Keeps the alerts about templates: hears of every change from the desk, and tells it which stand open.

The desk locks the template or draft before it tells, so nothing of one is rung twice at the same time.
"""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from accounts.models import Agent
from quality import alerting, showing, words
from quality.alarms import Alarm, Kind
from quality.models import Alert, AlertRule
from templates_app.alerts import News, Standing
from templates_app.models import Draft


def heard(news: News) -> None:
    """In the transaction of the change. What is open already rings again, and is not doubled."""
    at, row = timezone.now(), news.row
    about = {"draft": row.pk} if isinstance(row, Draft) else {"template": row.pk}
    rows = Alert.objects.filter(closed_at=None, **about)
    alerting.close(list(rows.filter(kind__in=[kind.value for kind in news.ends])), at=at)
    if news.rings is None:
        return
    facts = {"before": news.before[:64], "after": news.after[:64]}
    same = rows.filter(kind=news.rings.value).first()
    if same is None:
        alarm = Alarm(Kind(news.rings.value), facts=facts, **about)
        showing.happened(alerting.open_one(row.account, alarm, at), "opened")
    else:
        _ring_again(same, facts, at=at)


def _ring_again(alert: Alert, facts: dict[str, str], *, at: datetime) -> None:
    """It went on getting worse: who had seen it hears of it again."""
    alert.facts, alert.opened_at, alert.mailed_at = facts, at, None
    alert.acknowledged_at = alert.acknowledged_by = None
    alert.save(
        update_fields=["facts", "opened_at", "mailed_at", "acknowledged_at", "acknowledged_by"]
    )
    showing.happened(alert, "opened")


def standing(agent: Agent) -> list[Standing]:
    """Of templates and drafts: open, and neither seen nor quiet nor of a kind that is not shown."""
    at = timezone.now()
    hidden = AlertRule.objects.filter(workspace_id=agent.workspace_id, is_shown=False)
    rows = alerting.of(agent).filter(closed_at=None, acknowledged_at=None)
    rows = rows.exclude(template=None, draft=None).exclude(kind__in=hidden.values("kind"))
    return [_standing(alert) for alert in rows if alert.is_loud(at)]


def _standing(alert: Alert) -> Standing:
    said = words.of(alert)
    return Standing(
        title=said.title,
        subject=said.subject,
        words=" ".join(filter(None, [said.what, said.todo, said.detail])),
        address=said.address,
        act=reverse("quality:alert", args=[alert.pk]),
        is_bad=alert.severity == "bad",
        at=alert.opened_at,
    )
