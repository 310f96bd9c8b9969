"""Tells open browsers that a number stands otherwise with Meta: held, let go, stopped for marketing.."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from accounts.models import WORKS_CONVERSATIONS, Agent, PhoneNumber
from events import live


def tell(number: PhoneNumber) -> None:
    """Once the change is committed; browsers with a conversation of this number open ask how it stands."""
    transaction.on_commit(partial(_tell, number.pk, number.workspace_id), robust=True)


def _tell(number_id: int, workspace_id: int) -> None:
    readers = Agent.objects.filter(
        workspace_id=workspace_id, is_active=True, role__in=WORKS_CONVERSATIONS
    )
    groups = {f"agent.{pk}" for pk in readers.values_list("pk", flat=True)}
    live.tell_all(sorted(live.heard(groups)), kind="standing", number=number_id)
