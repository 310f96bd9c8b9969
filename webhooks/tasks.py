"""What the workers are asked to do. Each task is one call and may run twice."""

from __future__ import annotations

from celery import shared_task

from webhooks import draining


@shared_task
def drain() -> None:
    if draining.drain():
        drain.apply_async(retry=False, expires=60)
