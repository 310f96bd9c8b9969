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
    """Once a night. Each is a task of its own: what fails is told, and stops nothing else."""
    for task in (make_months, retire_posts, end_sessions):
        task.delay()


@shared_task
def make_months() -> None:
    """Room for the raw posts of the months to come."""
    partitions.make_ready(at=timezone.now())


@shared_task
def retire_posts() -> None:
    days, detach = settings.KEEP_POSTS_DAYS, settings.DETACH_OLD_POSTS
    retiring.retire(days=days, at=timezone.now(), detach=detach)


@shared_task
def end_sessions() -> None:
    call_command("clearsessions")


RUNS = {JobKind.BULK.value: many.run}


@shared_task
def run_bulk(job_id: int) -> None:
    jobs.run(job_id, RUNS)


@shared_task
def sweep_bulk() -> None:
    for job_id in jobs.due(kinds=RUNS, at=timezone.now()):
        run_bulk.delay(job_id)
