"""Why conversations are resolved: the workspace's list, whether one must be chosen, and when its mornings begin."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time

from django.db import transaction

from accounts import audit
from accounts.models import Agent, Reasons, Workspace
from conversations.models import ResolveReason

MOST = 30


def is_required(workspace: Workspace) -> bool:
    """Only where there is something to choose from."""
    if workspace.reasons != Reasons.REQUIRED:
        return False
    return ResolveReason.objects.filter(workspace_id=workspace.pk).exists()


@transaction.atomic
def keep(
    *, names: Sequence[str], reasons: str, morning: time, by: Agent, address: str | None = None
) -> None:
    """Keep these reasons in this order. One that stays under its name keeps the conversations resolved with it."""
    workspace = Workspace.objects.select_for_update().get(pk=by.workspace_id)
    workspace.reasons, workspace.morning = reasons, morning
    workspace.save(update_fields=["reasons", "morning"])
    known = {row.name.lower(): row for row in ResolveReason.objects.filter(workspace=workspace)}
    wanted = {name.lower(): name for name in names[:MOST]}
    gone = [row.pk for key, row in known.items() if key not in wanted]
    ResolveReason.objects.filter(pk__in=gone).delete()
    for position, (key, name) in enumerate(wanted.items(), 1):
        row = known.get(key) or ResolveReason(workspace=workspace)
        is_new, row.name, row.position = row.pk is None, name, position
        row.save(update_fields=None if is_new else ["name", "position"])
    audit.record(by, "reasons.changed", ", ".join(wanted.values()), address)
