"""Reminds of what is needed: when a day is left, when it is late, when it was missed; once each. Run by the clock."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts.models import Workspace
from templates_app import alerts, planning
from templates_app.models import AlertKind, Draft
from templates_app.timing import Lateness

KINDS: Final = {
    Lateness.SOON: AlertKind.NEEDED_SOON,
    Lateness.LATE: AlertKind.LATE,
    Lateness.MISSED: AlertKind.MISSED,
}


def remind(*, at: datetime | None = None) -> int:
    """How many were reminded of. Safe to run twice."""
    at = at or timezone.now()
    owning = Draft.objects.filter(needed_at__isnull=False).values("account__workspace")
    count = 0
    for workspace in Workspace.objects.filter(pk__in=owning):
        for plan in planning.plans(workspace, at=at):
            if plan.lateness in KINDS and plan.draft.reminded != plan.lateness.value:
                count += _remind(plan, workspace)
    return count


@transaction.atomic
def _remind(plan: planning.Plan, workspace: Workspace) -> int:
    rows = Draft.objects.filter(pk=plan.draft.pk, needed_at=plan.needed)
    changed = rows.exclude(reminded=plan.lateness.value).update(reminded=plan.lateness.value)
    if changed:
        alerts.ring(
            KINDS[plan.lateness],
            plan.draft,
            workspace_id=workspace.pk,
            before=plan.submit_by.isoformat(),
            after=plan.needed.isoformat(),
        )
    return changed
