"""Ends the live connections of agents whose rights or language changed: they reconnect and are judged anew."""

from __future__ import annotations

from collections.abc import Iterable

from events import live
from events.committing import afterwards


def close(agent_ids: Iterable[int]) -> None:
    """Once the change is committed. The pipe (events/live.py) knows nothing of accounts."""
    for agent_id in agent_ids:
        afterwards(live.close, f"agent.{agent_id}")


def tell_staff(workspace_id: int, **note: object) -> None:
    """A small note to every open page of the workspace, once the change is committed."""
    afterwards(live.tell, f"staff.{workspace_id}", **note)


def tell_agent(agent_id: int, **note: object) -> None:
    """The same to the pages of one person."""
    afterwards(live.tell, f"agent.{agent_id}", **note)
