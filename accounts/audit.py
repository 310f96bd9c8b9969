"""The audit log: every administrative act writes one entry, in the same transaction as the act."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Agent, AuditEntry, Workspace
from accounts.zones import midnight

PAGE = 50


def record(
    agent: Agent, act: str, subject: str, address: str | None = None, **details: object
) -> AuditEntry:
    """Write down who did what. `details` are plain words and numbers; never a secret."""
    return AuditEntry.objects.create(
        workspace_id=agent.workspace_id,
        agent=agent,
        act=act,
        subject=subject[:200],
        address=address,
        details=details,
    )


def entries(
    workspace: Workspace,
    *,
    person: int | None = None,
    act: str = "",
    since: date | None = None,
    until: date | None = None,
    before: int | None = None,
) -> QuerySet[AuditEntry]:
    """One page and one row more, newest first; days are the viewer's. `before` is the last id of the page above."""
    found = AuditEntry.objects.filter(workspace=workspace).select_related("agent")
    if person:
        found = found.filter(agent_id=person)
    if act:
        found = found.filter(act=act)
    if since:
        found = found.filter(at__gte=midnight(since, timezone.get_current_timezone()))
    if until:
        found = found.filter(
            at__lt=midnight(until + timedelta(days=1), timezone.get_current_timezone())
        )
    if before:
        found = found.filter(pk__lt=before)
    return found.order_by("-pk")[: PAGE + 1]
