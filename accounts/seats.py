"""Who sees which place, as pure rules: pages (conversations/access.py) and sockets both follow from here.

A place is where a conversation stands: its number and, once somebody has chosen one, its team. A seat lets an agent
into a number, or all numbers (None), for a team, or all teams (None). What has no team yet is seen by every seat of its
number.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    workspace: int
    number: int
    team: int | None = None


@dataclass(frozen=True, slots=True)
class SeatAt:
    workspace: int
    number: int | None = None
    team: int | None = None


def can_see(seats: Iterable[SeatAt], place: Place) -> bool:
    return any(
        seat.workspace == place.workspace
        and seat.number in (None, place.number)
        and (place.team is None or seat.team in (None, place.team))
        for seat in seats
    )


def groups_of(seats: Iterable[SeatAt]) -> frozenset[str]:
    """The live groups a browser joins for these seats."""
    names: set[str] = set()
    for seat in seats:
        number = "any" if seat.number is None else str(seat.number)
        if seat.team is None:
            names.add(f"inbox.{seat.workspace}.{number}.any")
        else:
            names.add(f"inbox.{seat.workspace}.{number}.{seat.team}")
            names.add(f"inbox.{seat.workspace}.{number}.none")
    return frozenset(names)


def groups_for(place: Place) -> frozenset[str]:
    """The live groups that a change at this place is shown to."""
    team = "none" if place.team is None else str(place.team)
    return frozenset(
        f"inbox.{place.workspace}.{number}.{side}"
        for number in ("any", str(place.number))
        for side in ("any", team)
    )
