"""What the workers are asked to do about quality. Each task is one call and may run twice."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from accounts.models import BusinessAccount
from quality import meters, polling, showing, telling, webhook_health


@shared_task
def poll(account_id: int) -> None:
    polling.poll(account_id)


@shared_task
def poll_all() -> None:
    for account_id in BusinessAccount.objects.values_list("pk", flat=True):
        poll.delay(account_id)


@shared_task
def measure_all() -> None:
    for account in BusinessAccount.objects.all():
        meters.measure(account, at=timezone.now())
    showing.sweep(at=timezone.now())
    webhook_health.forget(at=timezone.now())


@shared_task
def tell_given(alert_id: int) -> None:
    telling.tell_given(alert_id)


@shared_task
def tell_news() -> None:
    telling.tell_news(at=timezone.now())
