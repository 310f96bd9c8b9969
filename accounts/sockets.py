"""Ends the live connections of agents whose rights or language changed: they reconnect and are judged anew."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from django.db import transaction

from events import live


def close(agent_ids: Iterable[int]) -> None:
    """Once the change is committed. The pipe (events/live.py) knows nothing of accounts."""
    for agent_id in agent_ids:
        transaction.on_commit(partial(live.close, f"agent.{agent_id}"), robust=True)


def tell_staff(workspace_id: int, **note: object) -> None:
    """A small note to every open page of the workspace, once the change is committed."""
    transaction.on_commit(partial(live.tell, f"staff.{workspace_id}", **note), robust=True)


def tell_agent(agent_id: int, **note: object) -> None:
    """The same to the pages of one person."""
    transaction.on_commit(partial(live.tell, f"agent.{agent_id}", **note), robust=True)
