"""Who sees which place, as pure rules: pages (conversations/access.py) and sockets both follow from here.

A place is where a conversation stands: its number, once somebody has chosen one its team, and whose it is. A seat opens
a number, or all numbers (None), for a team, or all teams (None). What has no team yet is open to every seat of its
number. How much of what is open an agent sees is their sight: all of it, their own teams' and their own, or their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

ALL: Final = "all"
TEAM: Final = "team"
OWN: Final = "own"


@dataclass(frozen=True, slots=True)
class Place:
    workspace: int
    number: int
    team: int | None = None
    assignee: int | None = None

    @property
    def facts(self) -> list[int | None]:
        """As the journal keeps it; `Place(workspace, *facts)` reads it, also where it is older and shorter."""
        return [self.number, self.team, self.assignee]


@dataclass(frozen=True, slots=True)
class SeatAt:
    """`agent` and `teams` (those the agent belongs to) count for a narrower sight only."""

    workspace: int
    number: int | None = None
    team: int | None = None
    sight: str = ALL
    agent: int | None = None
    teams: frozenset[int] = frozenset()


def is_open_to(seats: Iterable[SeatAt], place: Place) -> bool:
    """Whether it may be given to somebody with these seats: then they see it, whatever their sight."""
    return any(_opens(seat, place) for seat in seats)


def can_see(seats: Iterable[SeatAt], place: Place) -> bool:
    return any(_opens(seat, place) and _in_sight(seat, place) for seat in seats)


def _opens(seat: SeatAt, place: Place) -> bool:
    return (
        seat.workspace == place.workspace
        and seat.number in (None, place.number)
        and (place.team is None or seat.team in (None, place.team))
    )


def _in_sight(seat: SeatAt, place: Place) -> bool:
    if seat.sight == ALL:
        return True
    if place.assignee is not None and place.assignee == seat.agent:
        return True
    return seat.sight == TEAM and place.team in seat.teams


def groups_of(seats: Iterable[SeatAt]) -> frozenset[str]:
    """The live groups a browser joins for these seats."""
    return frozenset(name for seat in seats for name in _groups_of(seat))


def _groups_of(seat: SeatAt) -> Iterator[str]:
    place = f"inbox.{seat.workspace}.{seat.number or 'any'}"
    sides = ["any"] if seat.team is None else [str(seat.team), "none"]
    if seat.sight == ALL:
        yield from (f"{place}.{side}" for side in sides)
        return
    if seat.agent is not None:
        yield from (f"{place}.{side}.of.{seat.agent}" for side in sides)
    if seat.sight == TEAM:
        teams = seat.teams if seat.team is None else seat.teams & {seat.team}
        yield from (f"{place}.{team}" for team in teams)


def groups_for(place: Place) -> frozenset[str]:
    """The live groups that a change at this place is shown to."""
    team = "none" if place.team is None else str(place.team)
    sides = [
        f"inbox.{place.workspace}.{number}.{side}"
        for number in ("any", str(place.number))
        for side in ("any", team)
    ]
    if place.assignee is None:
        return frozenset(sides)
    return frozenset([*sides, *(f"{side}.of.{place.assignee}" for side in sides)])
