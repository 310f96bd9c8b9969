"""The worker's heartbeat: /readyz and `manage.py doctor` look at it."""

from __future__ import annotations

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from accounts import availability

HEARTBEAT_KEY = "worker-heartbeat"


@shared_task
def heartbeat() -> None:
    cache.set(HEARTBEAT_KEY, timezone.now().timestamp(), timeout=120)


@shared_task
def sweep_lines() -> None:
    availability.sweep(at=timezone.now())
