"""What the workers are asked to do for coaching. The task may run twice."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from coaching import reviewing


@shared_task
def draw_due() -> None:
    reviewing.draw_due(at=timezone.now())
