"""To whom a waiting conversation goes: in turn, or to the least busy, but only to people online and with room. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final

IN_TURN: Final = "round_robin"
LEAST_BUSY: Final = "least_busy"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody of the team. `open_count`: the open conversations they have now, of all teams."""

    agent: int
    open_count: int
    capacity: int
    is_online: bool = True

    @property
    def room(self) -> int:
        return max(0, self.capacity - self.open_count) if self.is_online else 0

    def with_one_more(self) -> Candidate:
        return replace(self, open_count=self.open_count + 1)


def choose(
    candidates: Iterable[Candidate], *, how: str, last: int | None, known: int | None = None
) -> int | None:
    """The agent, or None if nobody has room.

    `known` handled this customer last: they come first if they can. `last` was given one last; after them comes the
    next by number, then the first again. Among equally busy ones it goes in turn.
    """
    free = sorted((one for one in candidates if one.room), key=lambda one: one.agent)
    if not free:
        return None
    if known in {one.agent for one in free}:
        return known
    if how == LEAST_BUSY:
        least = min(one.open_count for one in free)
        free = [one for one in free if one.open_count == least]
    return _next_after(last, [one.agent for one in free])


def _next_after(last: int | None, agents: Collection[int]) -> int:
    return min(
        (agent for agent in agents if last is not None and agent > last), default=min(agents)
    )
