"""What the clock starts through verbs: it stands here because an app's own tasks lie below its verbs."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from conversations import scheduling


@shared_task
def send_scheduled() -> None:
    scheduling.send_due(at=timezone.now())
