"""What the workers are asked to do for the books. Each task may run twice and at any time."""

from __future__ import annotations

from datetime import date

from celery import shared_task
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import BusinessAccount, Workspace
from billing import asking_meta, booking, budgeting, international, replaying, terming

EVERY_SECONDS = 10


@shared_task
def keep_books(workspace_id: int) -> None:
    booking.keep_books(workspace_id)


@shared_task
def sweep_books() -> None:
    """Wake the books of every workspace in which something has changed."""
    behind = Workspace.objects.filter(
        Q(ledger_state=None)
        | Q(last_seq__gt=F("ledger_state__seq"))
        | Q(ledger_state__dirty_since__isnull=False)
        | Q(accounts__international_notice__dirty_since__isnull=False)
    ).exclude(last_seq=0)
    for workspace_id in behind.distinct().values_list("pk", flat=True):
        keep_books.apply_async((workspace_id,), expires=EVERY_SECONDS)


@shared_task
def expire_unarrived() -> None:
    for workspace_id in Workspace.objects.values_list("pk", flat=True):
        booking.expire(workspace_id, at=timezone.now())


@shared_task
def watch_budgets() -> None:
    """A new month frees what the old one stopped. Plans that begin today are followed, too."""
    now = timezone.now()
    for workspace_id in Workspace.objects.values_list("pk", flat=True):
        budgeting.watch(workspace_id, at=now)
    for account in BusinessAccount.objects.prefetch_related("billing_plans"):
        terming.follow_plan(account, at=now)


@shared_task
def replay(workspace_id: int, *, month: str, plan: str, currency: str, key: str) -> None:
    replaying.answer(
        workspace_id, month=date.fromisoformat(month), plan=plan, currency=currency, key=key
    )


@shared_task
def ask_meta_all() -> None:
    """Each day what Meta counted of the last days, of every account."""
    now = timezone.now()
    for account in BusinessAccount.objects.all():
        days = [day.isoformat() for day in asking_meta.lately(account, at=now)]
        ask_meta.delay(account.pk, days=days)
        ask_rates.delay(account.pk)


@shared_task
def ask_rates(account_id: int) -> None:
    international.ask(BusinessAccount.objects.select_related("app").get(pk=account_id))


@shared_task
def ask_meta(account_id: int, *, days: list[str]) -> None:
    asking_meta.ask(account_id, [date.fromisoformat(day) for day in days])
