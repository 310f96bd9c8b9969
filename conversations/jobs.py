"""Long work: asked for, claimed by one worker, its progress written and told to its owner, swept when it is old.

What a kind of job does stands in a module of its own, with `run(job)`; conversations/tasks.py knows which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts.models import Agent
from conversations.models import Job, JobKind, JobState
from events import live

SILENT: Final = timedelta(minutes=3)  # a worker that writes nothing for so long is dead
TOLD_EVERY: Final = timedelta(seconds=1)
KEPT: Final = timedelta(days=90)
SWEPT_AT_ONCE: Final = 200

logger = structlog.get_logger(__name__)


class Stopped(Exception):
    """Its owner stopped it while it ran."""


def ask(
    *,
    agent: Agent,
    kind: JobKind,
    title: str,
    request: dict[str, Any],
    total: int | None = None,
) -> Job:
    """Write it down. The caller enqueues `tasks.run_job` on commit; the sweep finds it if that bell is lost."""
    return Job.objects.create(
        workspace_id=agent.workspace_id,
        owner=agent,
        kind=kind,
        title=title[:200],
        request=request,
        total=total,
    )


def claim(job_id: int, *, at: datetime) -> Job | None:
    """Ours, unless somebody works at it, or it is over."""
    free = Q(state=JobState.WAITING) | Q(state=JobState.RUNNING, beat_at__lt=at - SILENT)
    taken = Job.objects.filter(free, pk=job_id).update(
        state=JobState.RUNNING, started_at=at, beat_at=at
    )
    if not taken:
        return None
    return Job.objects.select_related("owner__workspace").get(pk=job_id)


def run(job_id: int, runs: Mapping[str, Callable[[Job], None]]) -> None:
    """Claim it and do it. `runs`: what does each kind. Safe to run twice at once."""
    job = claim(job_id, at=timezone.now())
    if job is None:
        return
    try:
        runs[job.kind](job)
    except Stopped:
        logger.info("job stopped", job=job.pk)
    except Exception:
        logger.exception("job failed", job=job.pk, kind=job.kind)
        with translation.override(job.owner.language):
            fail(job, gettext("Something went wrong on our side. Try again; nothing is half done."))


def progress(job: Job, *, done: int, failed: int = 0, total: int | None = None) -> None:
    """Once a second at most, so that work of many small steps costs few writes. Raises Stopped."""
    now = timezone.now()
    job.done_count, job.failed_count = done, failed
    is_new_total = total is not None and total != job.total
    if is_new_total:
        job.total = total
    if not is_new_total and job.beat_at and now - job.beat_at < TOLD_EVERY:
        return
    job.beat_at = now
    running = Job.objects.filter(pk=job.pk, state=JobState.RUNNING)
    if not running.update(beat_at=now, done_count=done, failed_count=failed, total=job.total):
        raise Stopped
    _tell(job)


def finish(job: Job, **columns: Any) -> None:
    """Done. `columns`: what else came of it."""
    _end(job, JobState.DONE, columns)


def fail(job: Job, words: str) -> None:
    """In words for its owner, in their language."""
    _end(job, JobState.FAILED, {"problem": words})


def _end(job: Job, state: JobState, columns: dict[str, Any]) -> None:
    job.state, job.finished_at = state, timezone.now()
    for column, value in columns.items():
        setattr(job, column, value)
    job.save(
        update_fields=["state", "finished_at", "done_count", "failed_count", "total", *columns]
    )
    _tell(job)


def _tell(job: Job) -> None:
    live.tell(
        f"agent.{job.owner_id}",
        kind="job",
        key=str(job.key),
        what=job.kind,
        state=job.state,
        done=job.done_count,
        total=job.total,
    )


def stop(job_id: int) -> None:
    """What is not done yet is not begun."""
    Job.objects.filter(pk=job_id, state__in=[JobState.WAITING, JobState.RUNNING]).update(
        state=JobState.STOPPED, finished_at=timezone.now()
    )


def rights_of(agent: Agent) -> list[str]:
    """What decides on what a file of this agent says: their seats, and how they see numbers."""
    seats = [
        f"{seat.workspace}/{seat.number}/{seat.team}/{seat.sight}/{sorted(seat.teams)}"
        for seat in agent.seats_at()
    ]
    return [agent.phones, *sorted(seats)]


def of(agent: Agent, kind: str) -> QuerySet[Job]:
    return Job.objects.filter(owner=agent, kind=kind).order_by("-pk")


def due(*, kinds: Iterable[str], at: datetime) -> list[int]:
    """Of these kinds, what a lost bell left behind and what a dead worker did not finish."""
    lost = Q(state=JobState.WAITING, created_at__lt=at - timedelta(seconds=20))
    dead = Q(state=JobState.RUNNING, beat_at__lt=at - SILENT)
    return list(
        Job.objects.filter(lost | dead, kind__in=list(kinds)).values_list("pk", flat=True)[
            :SWEPT_AT_ONCE
        ]
    )


def tidy(*, at: datetime) -> None:
    """Files whose link has run out go at once, the jobs themselves later."""
    for job in Job.objects.filter(expires_at__lt=at).exclude(file="")[:SWEPT_AT_ONCE]:
        job.file.delete(save=False)
        job.save(update_fields=["file"])
    with transaction.atomic():
        old = Job.objects.filter(finished_at__lt=at - KEPT, file="")
        Job.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:SWEPT_AT_ONCE])).delete()
