from __future__ import annotations

import pytest

from accounts import seating
from accounts.models import AuditEntry, Seat
from tests import world


def places(agent):
    return {(seat.number_id, seat.team_id) for seat in Seat.objects.filter(agent=agent)}


def test_seats_become_exactly_those_chosen(ada, ana, number, other_number, shop_team, closed):
    wanted = {(number.pk, None), (other_number.pk, shop_team.pk)}
    assert closed(ana, lambda: seating.set_seats(ana.pk, places=wanted, by=ada))
    assert places(ana) == wanted
    assert AuditEntry.objects.get().details == {"seats": ["Clinic / Shop", "Shop / *"]}


def test_the_same_seats_again_disturb_nobody(ada, ana, number, shop_team, closed):
    same = {(number.pk, shop_team.pk)}
    before = set(ana.seats.values_list("pk", flat=True))
    assert not closed(ana, lambda: seating.set_seats(ana.pk, places=same, by=ada))
    assert set(ana.seats.values_list("pk", flat=True)) == before
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ((None, None), (1, 2)),
        ((None, None), (1, None)),
        ((None, 2), (1, 2)),
        ((1, None), (1, 2)),
    ],
)
def test_a_wider_seat_swallows_the_narrower(wide, narrow):
    assert seating._without_covered({wide, narrow}) == {wide}


def test_seats_that_do_not_cover_each_other_stay():
    both = {(1, None), (None, 2)}
    assert seating._without_covered(both) == both


def test_places_of_another_company_are_passed_over(ada, ana, dan):
    foreign = world.make_number(world.make_account(dan.workspace))
    seating.set_seats(ana.pk, places={(foreign.pk, None)}, by=ada)
    assert places(ana) == set()


def test_a_posted_grid_is_read_and_nonsense_in_it_is_not():
    assert seating.read(["*:*", "3:*", "*:4", "3:4", "x:1", "3", "", "3:4:5", "-1:2"]) == {
        (None, None),
        (3, None),
        (None, 4),
        (3, 4),
    }


def test_the_grid_shows_where_an_agent_sits(ana, number, shop_team):
    rows = seating.grid(ana.seats.all(), numbers=[number], teams=[shop_team])
    taken = [value for row in rows for value, is_taken, _team in row.cells if is_taken]
    assert taken == [f"{number.pk}:{shop_team.pk}"]
    assert [len(row.cells) for row in rows] == [2, 2]
