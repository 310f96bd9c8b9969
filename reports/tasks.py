"""What the workers are asked to do for the reports. Each task may run twice and at any time."""

from __future__ import annotations

from celery import shared_task
from django.db.models import F, Q

from accounts.models import Workspace
from reports import gathering
from reports.models import ReportState

EVERY_SECONDS = 30


@shared_task
def gather(workspace_id: int) -> None:
    while gathering.gather(workspace_id):
        pass


@shared_task
def gather_all() -> None:
    """Wake the reports of every workspace in which something has changed."""
    done = ReportState.objects.filter(seq__gte=F("workspace__last_seq")).values("workspace")
    for workspace_id in Workspace.objects.filter(~Q(pk__in=done), last_seq__gt=0).values_list(
        "pk", flat=True
    ):
        gather.apply_async((workspace_id,), expires=EVERY_SECONDS)
