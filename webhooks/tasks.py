"""What the workers are asked to do. Each task is one call and may run twice."""

from __future__ import annotations

from celery import shared_task

from webhooks import bell, draining


@shared_task
def drain() -> None:
    """Rung for what has just come."""
    bell.heard()
    if draining.drain(is_sweep=False):
        drain.apply_async(retry=False, expires=60)


@shared_task
def sweep() -> None:
    """By the clock: what a lost bell left behind, however old it is."""
    if draining.drain():
        sweep.apply_async(retry=False, expires=60)
