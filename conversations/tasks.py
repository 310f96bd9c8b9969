"""What the workers are asked to do. Each task is one call and may run twice."""

from __future__ import annotations

from celery import shared_task

from conversations import delivery, media, settling


@shared_task
def deliver(conversation_id: int) -> None:
    delivery.deliver(conversation_id)


@shared_task
def sweep_outbox() -> None:
    for conversation_id in delivery.due():
        deliver.delay(conversation_id)


@shared_task
def fetch_media(media_id: int) -> None:
    media.fetch(media_id)


@shared_task
def sweep_media() -> None:
    for media_id in media.due():
        fetch_media.delay(media_id)


@shared_task
def sweep_parked() -> None:
    settling.sweep()
