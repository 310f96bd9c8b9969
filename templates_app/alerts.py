"""What a manager must hear of: a template refused, paused, disabled, moved to another category, worse, or late.

An alert is a row: the desk shows it until somebody has seen to it, mail goes out for it once, and the journal has it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts import mailing
from accounts.models import Agent, Workspace
from templates_app import live
from templates_app.models import AlertKind, Draft, Template, TemplateAlert, TemplateState

MAILED_AT_ONCE: Final = 50
WORSE: Final = {"GREEN": 0, "UNKNOWN": 0, "YELLOW": 1, "RED": 2}
OF_STATE: Final = {
    TemplateState.REJECTED: AlertKind.REJECTED,
    TemplateState.PAUSED: AlertKind.PAUSED,
    TemplateState.DISABLED: AlertKind.DISABLED,
}


def kind_of(kind: str, before: str, after: str) -> AlertKind | None:
    """Whether a change of "status", "quality", "category" or "category_due" is worth an alert. Pure."""
    if before == after:
        return None
    match kind:
        case "status":
            return OF_STATE.get(after)  # type: ignore[call-overload, no-any-return]
        case "quality" if WORSE.get(after, 0) > WORSE.get(before, 0):
            return AlertKind.QUALITY
        case "category" if before:
            return AlertKind.CATEGORY
        case "category_due":
            return AlertKind.CATEGORY_DUE
    return None


def of_change(template: Template, kind: str, *, before: str, after: str, workspace_id: int) -> None:
    """Call after the change is on the row, in its transaction."""
    if found := kind_of(kind, before, after):
        ring(found, template, workspace_id=workspace_id, before=before, after=after)


def ring(
    kind: AlertKind, row: Template | Draft, *, workspace_id: int, before: str = "", after: str = ""
) -> TemplateAlert:
    """An alert of this kind about this. One that is still open is rung again, not doubled."""
    about = {"draft": row} if isinstance(row, Draft) else {"template": row}
    told = {"before": before[:64], "after": after[:64], "at": timezone.now(), "mailed_at": None}
    alert, _made = TemplateAlert.objects.update_or_create(
        workspace_id=workspace_id, kind=kind, closed_at=None, **about, defaults=told
    )
    live.publish("alert_rung", row, workspace_id=workspace_id, alert=alert.pk, about=kind.value)
    return alert


def open_of(workspace: Workspace) -> QuerySet[TemplateAlert]:
    return TemplateAlert.objects.filter(workspace=workspace, closed_at=None).select_related(
        "template", "draft"
    )


@transaction.atomic
def close(alert_id: int, *, workspace: Workspace, by: Agent) -> None:
    """Somebody has seen to it; for all."""
    alert = (
        TemplateAlert.objects.select_for_update().filter(pk=alert_id, workspace=workspace).first()
    )
    if alert is None or alert.closed_at:
        return
    alert.closed_at, alert.closed_by = timezone.now(), by
    alert.save(update_fields=["closed_at", "closed_by"])


def mail(*, at: datetime | None = None) -> int:
    """Mail what is not mailed yet to those who write templates, each in their language. Run by the clock."""
    waiting = TemplateAlert.objects.filter(mailed_at=None, closed_at=None).order_by("pk")
    sent = 0
    for pk in waiting.values_list("pk", flat=True)[:MAILED_AT_ONCE]:
        mine = TemplateAlert.objects.filter(pk=pk, mailed_at=None).update(
            mailed_at=at or timezone.now()
        )
        if mine:
            sent += _mail(TemplateAlert.objects.select_related("template", "draft").get(pk=pk))
    return sent


def _mail(alert: TemplateAlert) -> int:
    people = Agent.objects.filter(
        workspace=alert.workspace_id, is_active=True, role__in=("manager", "administrator")
    )
    for agent in people:
        with translation.override(agent.language):
            subject = f"{alert.get_kind_display()}: {alert.name}"
            link = f"{settings.PUBLIC_URL}{alert.address}"
            body = f"{alert.words}\n\n{link}\n\n{gettext('You get this because you write templates.')}\n"
            mailing.post(subject, body, to=agent)
    return len(people)
