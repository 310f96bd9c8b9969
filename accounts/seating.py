"""Seats: which numbers and teams an agent works for (accounts/seats.py says what follows from them)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from accounts import audit, sockets
from accounts.models import Agent, PhoneNumber, Seat, Team
from whatsapp.numerals import whole

ALL = "*"
Place = tuple[int | None, int | None]  # number, team; None: all of them


@transaction.atomic
def set_seats(
    agent_id: int, *, places: Iterable[Place], by: Agent, address: str | None = None
) -> list[Seat]:
    """The agent sits exactly there afterwards. Numbers and teams of other workspaces are passed over."""
    agent = Agent.objects.select_for_update(of=("self",)).get(
        pk=agent_id, workspace_id=by.workspace_id
    )
    numbers = {
        None,
        *PhoneNumber.objects.filter(workspace=by.workspace_id).values_list("pk", flat=True),
    }
    teams = {None, *Team.objects.filter(workspace=by.workspace_id).values_list("pk", flat=True)}
    wanted = _without_covered(
        {(number, team) for number, team in places if number in numbers and team in teams}
    )
    had = {(seat.number_id, seat.team_id): seat for seat in agent.seats.all()}
    gone = [seat.pk for place, seat in had.items() if place not in wanted]
    new = [place for place in wanted if place not in had]
    if not gone and not new:
        return list(had.values())
    Seat.objects.filter(pk__in=gone).delete()
    Seat.objects.bulk_create(
        Seat(agent=agent, number_id=number, team_id=team) for number, team in new
    )
    seats = list(agent.seats.select_related("number", "team"))
    audit.record(
        by,
        "agent.seats_changed",
        agent.email,
        address,
        seats=sorted(
            f"{seat.number.label if seat.number else '*'} / {seat.team.name if seat.team else '*'}"
            for seat in seats
        ),
    )
    sockets.close([agent.pk])
    return seats


@dataclass(frozen=True, slots=True)
class GridRow:
    """A number and, for each team, the form's value, whether the agent sits there, and in which team's column."""

    number: PhoneNumber | None
    cells: list[tuple[str, bool, Team | None]]


def grid(
    seats: Iterable[Seat], *, numbers: Iterable[PhoneNumber], teams: Iterable[Team]
) -> list[GridRow]:
    """All numbers × all teams for the page; the first row and column stand for “all of them”."""
    taken = {(seat.number_id, seat.team_id) for seat in seats}
    columns = [None, *teams]
    return [
        GridRow(
            number=number,
            cells=[
                (_value(_id(number), _id(team)), (_id(number), _id(team)) in taken, team)
                for team in columns
            ],
        )
        for number in [None, *numbers]
    ]


def read(values: Iterable[str]) -> set[Place]:
    """The places of a posted grid; what is not a place is passed over."""
    places: set[Place] = set()
    for value in values:
        number, _colon, team = value.partition(":")
        if all(side == ALL or whole(side) for side in (number, team)):
            places.add((whole(number), whole(team)))
    return places


def _id(row: PhoneNumber | Team | None) -> int | None:
    return row.pk if row else None


def _value(number: int | None, team: int | None) -> str:
    return f"{number or ALL}:{team or ALL}"


def _without_covered(places: set[Place]) -> set[Place]:
    """A seat at all numbers or for all teams makes the narrower ones needless."""
    return {
        (number, team)
        for number, team in places
        if not any(
            wider in places
            for wider in ((None, team), (number, None), (None, None))
            if wider != (number, team)
        )
    }
