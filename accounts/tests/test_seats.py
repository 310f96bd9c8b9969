"""Who sees which place: the pure rule and the names of the sockets' groups must say the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from accounts.seats import Place, SeatAt, can_see, groups_for, groups_of

ids = st.integers(1, 3)
maybe = st.none() | ids
seats = st.builds(SeatAt, workspace=ids, number=maybe, team=maybe)
places = st.builds(Place, workspace=ids, number=ids, team=maybe)


@given(st.lists(seats, max_size=4), places)
def test_sockets_and_pages_agree_on_who_may_see_what(those: list[SeatAt], place: Place) -> None:
    assert bool(groups_of(those) & groups_for(place)) == can_see(those, place)


@given(st.lists(seats, max_size=4), st.lists(seats, max_size=4), places)
def test_another_seat_never_takes_sight_away(
    some: list[SeatAt], more: list[SeatAt], place: Place
) -> None:
    assert can_see([*some, *more], place) == (can_see(some, place) or can_see(more, place))


@given(st.lists(seats, max_size=4), places)
def test_nobody_sees_into_another_workspace(those: list[SeatAt], place: Place) -> None:
    if can_see(those, place):
        assert place.workspace in {seat.workspace for seat in those}


def test_without_a_seat_nothing_is_seen() -> None:
    assert not can_see([], Place(1, 1))
    assert groups_of([]) == frozenset()


def test_what_has_no_team_yet_is_seen_by_every_seat_of_its_number() -> None:
    shop = SeatAt(1, number=1, team=1)
    assert can_see([shop], Place(1, 1))
    assert can_see([shop], Place(1, 1, team=1))
    assert not can_see([shop], Place(1, 1, team=2))
    assert not can_see([shop], Place(1, 2))
