"""What we found by asking although Meta should have told us: a webhook was lost, or its field not subscribed."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Final

from accounts.models import Agent
from quality.aspects import TOLD
from quality.models import Gauge, Observation, Source

PATIENCE: Final = timedelta(minutes=15)  # webhooks may come after the poll that found the same
KEPT: Final = timedelta(days=7)


def of(agent: Agent, *, at: datetime) -> dict[int, list[Observation]]:
    """By account: changes of the last week that still hold and that no webhook told, latest first. Two queries."""
    found = Observation.objects.filter(
        account__workspace_id=agent.workspace_id,
        source=Source.POLL,
        aspect__in=TOLD,
        at__gt=at - KEPT,
        at__lt=at - PATIENCE,
    ).exclude(before="")
    rows = list(found.select_related("number"))
    now = {
        (gauge.account_id, gauge.number_id, gauge.aspect): gauge
        for gauge in Gauge.objects.filter(account__workspace_id=agent.workspace_id, aspect__in=TOLD)
    }
    drifts: dict[int, list[Observation]] = defaultdict(list)
    for row in rows:
        gauge = now.get((row.account_id, row.number_id, row.aspect))
        if gauge is None or gauge.value != row.after:
            continue  # has moved on since
        if gauge.told_at is None or gauge.told_at < row.at - PATIENCE:
            drifts[row.account_id].append(row)
    return dict(drifts)
