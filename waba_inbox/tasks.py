"""What the clock starts through verbs: it stands here because an app's own tasks lie below its verbs."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from conversations import jobs, many, scheduling
from conversations.models import JobKind
from webhooks import partitions, retiring


@shared_task
def send_scheduled() -> None:
    scheduling.send_due(at=timezone.now())


@shared_task
def keep_house() -> None:
    """Once a night: room for the months to come, and what nobody needs any more."""
    at = timezone.now()
    partitions.make_ready(at=at)
    retiring.retire(days=settings.KEEP_POSTS_DAYS, at=at, detach=settings.DETACH_OLD_POSTS)
    call_command("clearsessions")


RUNS = {JobKind.BULK.value: many.run}


@shared_task
def run_bulk(job_id: int) -> None:
    jobs.run(job_id, RUNS)


@shared_task
def sweep_bulk() -> None:
    for job_id in jobs.due(kinds=RUNS, at=timezone.now()):
        run_bulk.delay(job_id)
