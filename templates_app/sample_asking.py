"""Has the samples fetched that Meta shows only by an address, when somebody looks at a template."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from events.committing import afterwards
from templates_app import shown_samples, tasks
from templates_app.models import MetaSample, MetaSampleState, Template

LEASE: Final = timedelta(minutes=5)  # a worker that takes longer has died
AGAIN: Final = timedelta(hours=1)


@transaction.atomic
def ask(template: Template, *, at: datetime) -> bool:
    """Whether a worker will fetch something. What was tried lately is not tried again at once."""
    mine = [_claim(template, one, at=at) for one in shown_samples.missing(template)]
    if not any(mine):
        return False
    afterwards(tasks.fetch_samples.delay, template.pk)
    return True


def _claim(template: Template, one: shown_samples.Addressed, *, at: datetime) -> bool:
    row, is_new = MetaSample.objects.get_or_create(
        template=template, place=one.place, defaults={"path": one.path, "asked_at": at}
    )
    if is_new:
        return True
    rests = Q(state=MetaSampleState.WANTED, asked_at__gt=at - LEASE)
    rests |= ~Q(state=MetaSampleState.WANTED) & Q(path=one.path, asked_at__gt=at - AGAIN)
    free = MetaSample.objects.filter(pk=row.pk).exclude(rests)
    return bool(free.update(path=one.path, asked_at=at, state=MetaSampleState.WANTED))
