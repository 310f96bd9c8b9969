"""Who sees which place: the pure rule and the names of the sockets' groups must say the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from accounts.seats import ALL, OWN, TEAM, Place, SeatAt, can_see, groups_for, groups_of, is_open_to

ids = st.integers(1, 3)
maybe = st.none() | ids
seats = st.builds(
    SeatAt,
    workspace=ids,
    number=maybe,
    team=maybe,
    sight=st.sampled_from([ALL, TEAM, OWN]),
    agent=maybe,
    teams=st.frozensets(ids),
)
places = st.builds(Place, workspace=ids, number=ids, team=maybe, assignee=maybe)


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


@given(st.lists(seats, max_size=4), places)
def test_nobody_sees_what_could_not_be_given_to_them(those: list[SeatAt], place: Place) -> None:
    if can_see(those, place):
        assert is_open_to(those, place)


def test_sight_narrows_what_a_seat_opens() -> None:
    def seat(sight: str) -> SeatAt:
        return SeatAt(1, number=1, sight=sight, agent=7, teams=frozenset({2}))

    def seen(place: Place) -> list[bool]:
        return [can_see([seat(sight)], place) for sight in (ALL, TEAM, OWN)]

    assert seen(Place(1, 1)) == [True, False, False]
    assert seen(Place(1, 1, team=2)) == [True, True, False]
    assert seen(Place(1, 1, team=3)) == [True, False, False]
    assert seen(Place(1, 1, team=3, assignee=7)) == [True, True, True]
    assert seen(Place(1, 1, team=3, assignee=8)) == [True, False, False]
    assert seen(Place(1, 9, team=2, assignee=7)) == [False, False, False]


def test_a_place_comes_back_from_the_journal_also_from_before_it_knew_whose_it_was() -> None:
    place = Place(1, 2, 3, 4)
    assert Place(1, *place.facts) == place  # type: ignore[arg-type]
    assert Place(1, 2, 3) == Place(1, 2, 3, None)
