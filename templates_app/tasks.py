"""What the workers are asked to do about templates."""

from __future__ import annotations

from celery import shared_task

from accounts.models import BusinessAccount
from templates_app import reminding, sample_fetching, submission, syncing


@shared_task
def sync_account(account_id: int) -> None:
    syncing.sync(BusinessAccount.objects.select_related("app").get(pk=account_id))


@shared_task
def sync_all() -> None:
    for account_id in BusinessAccount.objects.values_list("pk", flat=True):
        sync_account.delay(account_id)


@shared_task
def remind() -> None:
    reminding.remind()


@shared_task(acks_late=True)
def submit(submission_id: int) -> None:
    submission.submit(submission_id)


@shared_task
def fetch_samples(template_id: int) -> None:
    sample_fetching.fetch(template_id)


@shared_task
def look(submission_id: int) -> None:
    submission.look(submission_id)
