"""Reminds of what is needed: when a day is left, when it is late, when it was missed; once each. Run by the clock."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts.models import Workspace
from templates_app import alerts, planning
from templates_app.models import Draft
from templates_app.ringing import AlertKind
from templates_app.timing import Lateness

KINDS: Final = {
    Lateness.SOON: AlertKind.NEEDED_SOON,
    Lateness.LATE: AlertKind.LATE,
    Lateness.MISSED: AlertKind.MISSED,
}


def remind(*, at: datetime | None = None) -> int:
    """How many were reminded of. Safe to run twice; what is in time or there by now is reminded of no more."""
    at = at or timezone.now()
    for draft in Draft.objects.filter(planning.OVER).exclude(reminded=""):
        _told(draft, "", None)
    owning = Draft.objects.filter(needed_at__isnull=False).values("account__workspace")
    count = 0
    for workspace in Workspace.objects.filter(pk__in=owning):
        for plan in planning.plans(workspace, at=at):
            rings = KINDS.get(plan.lateness)
            lateness = plan.lateness.value if rings else ""
            if plan.draft.reminded != lateness:
                has_moved = _told(plan.draft, lateness, rings, plan)
                count += has_moved and rings is not None
    return count


@transaction.atomic
def _told(
    draft: Draft, lateness: str, rings: AlertKind | None, plan: planning.Plan | None = None
) -> bool:
    """False if somebody was faster, or moved the date meanwhile."""
    rows = Draft.objects.filter(pk=draft.pk, needed_at=draft.needed_at)
    if not rows.exclude(reminded=lateness).update(reminded=lateness):
        return False
    by = plan.submit_by.isoformat() if plan else ""
    needed = draft.needed_at.isoformat() if draft.needed_at else ""
    alerts.of_plan(draft, rings, submit_by=by, needed=needed)
    return True
