"""After a change is committed: how many alerts are loud now, and a word to the open pages of those who hear of them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from accounts.models import Workspace
from events import journal, live
from events.committing import afterwards
from quality.models import Alert, AlertRule


def happened(alert: Alert, what: str) -> None:
    """Into the journal: an alert was "opened" or "closed". Call late in the transaction: it takes the next number."""
    journal.record(
        journal.Change(
            kind=f"alert.{what}",
            workspace_id=alert.workspace_id,
            subject=f"alert:{alert.pk}",
            rows=(),
            actor=None,
            show=_shown,
            facts={
                "alert": alert.pk,
                "about": alert.kind,
                "severity": alert.severity,
                "number": alert.number_id,
                "account": alert.account_id,
                "template": alert.template_id,
                "draft": alert.draft_id,
                "facts": alert.facts,
            },
        )
    )


def _shown(changes: list[journal.Change]) -> None:
    for workspace_id in sorted({change.workspace_id for change in changes}):
        _show(workspace_id)


def changed(workspace_id: int) -> None:
    """Call inside the transaction of what changed. Pages ask for themselves anew."""
    afterwards(_show, workspace_id)


def _show(workspace_id: int) -> None:
    loud = recount(workspace_id, at=timezone.now())
    live.tell(f"staff.{workspace_id}", kind="quality", loud=loud)


def recount(workspace_id: int, *, at: datetime) -> int:
    """Open, neither acknowledged nor snoozed, and of a kind that is shown; kept on the workspace's row."""
    hidden = AlertRule.objects.filter(workspace_id=workspace_id, is_shown=False).values("kind")
    rests = Q(snoozed_until__isnull=False, snoozed_until__gt=at)
    open_ones = Alert.objects.filter(
        workspace_id=workspace_id, closed_at=None, acknowledged_at=None
    )
    loud = open_ones.exclude(rests).exclude(kind__in=hidden).count()
    rows = Workspace.objects.filter(pk=workspace_id).exclude(loud_alerts=loud)
    rows.update(loud_alerts=loud)
    return loud


def sweep(*, at: datetime) -> None:
    """What time alone changes: alerts whose snooze has run out ring again."""
    rows = Workspace.objects.filter(
        Q(alerts__closed_at=None, alerts__isnull=False) | Q(loud_alerts__gt=0)
    )
    for pk, known in rows.values_list("pk", "loud_alerts").distinct():
        loud = recount(pk, at=at)
        if loud != known:
            live.tell(f"staff.{pk}", kind="quality", loud=loud)
