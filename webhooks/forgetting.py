"""Takes a person out of what Meta posted: the raw bodies that name them, and what was held back of them."""

from __future__ import annotations

from typing import Final

from django.db.models import Exists, OuterRef, TextField
from django.db.models.functions import Cast

from accounts.models import MetaApp
from webhooks.models import Envelope, Quarantined

AT_ONCE: Final = 2000
SHORTEST: Final = 5  # an id; less would be found anywhere
EMPTY: Final = b"{}"


def forget(workspace_id: int, ids: frozenset[str]) -> None:
    """Of envelopes that were worked off: one that still waits makes a new contact, and keeps its body until then.

    A body may name others as well; what was said in it is stored as messages by now, so it goes as a whole. Only where
    something of somebody else is still held back does it stay until that is replayed or put aside.
    """
    named = [value for value in ids if len(value) >= SHORTEST]
    held = Quarantined.objects.filter(workspace_id=workspace_id)
    for value in named:
        said = held.annotate(words=Cast("raw", TextField())).filter(words__contains=value)
        said.delete()
    needles = [value.encode() for value in named]
    still_held = Quarantined.objects.filter(envelope=OuterRef("pk"), resolved_at=None)
    worked_off = Envelope.objects.filter(
        ~Exists(still_held),
        app__in=MetaApp.objects.filter(accounts__workspace=workspace_id),
        processed_at__isnull=False,
    )
    last = 0
    while rows := list(
        worked_off.filter(pk__gt=last).order_by("pk").values_list("pk", "body")[:AT_ONCE]
    ):
        last = rows[-1][0]
        found = [pk for pk, body in rows if any(needle in bytes(body) for needle in needles)]
        Envelope.objects.filter(pk__in=found).update(body=EMPTY)
