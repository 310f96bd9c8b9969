"""Who is told of what: the whole rule as a table, and the invariants that no table shows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.notifying import Kind, News, Scope, Wishes, is_told

ME, OTHER, SHOP, SPARES, TEAM = 1, 2, 10, 11, 20
MINE = News(Kind.MESSAGE, SHOP, TEAM, assignee=ME)
FREE = News(Kind.MESSAGE, SHOP, TEAM)
THEIRS = News(Kind.MESSAGE, SHOP, TEAM, assignee=OTHER)
NAMED = News(Kind.MENTION, SHOP, TEAM, assignee=OTHER, to=ME, by=OTHER)
GIVEN = News(Kind.ASSIGNED, SHOP, TEAM, assignee=ME, to=ME, by=OTHER)


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        (Scope.NONE, [NAMED]),
        (Scope.MINE, [MINE, NAMED, GIVEN]),
        (Scope.OPEN, [MINE, FREE, NAMED, GIVEN]),
        (Scope.ALL, [MINE, FREE, THEIRS, NAMED, GIVEN]),
    ],
)
def test_each_scope_tells_exactly_this(scope: Scope, told: list[News]):
    wishes = Wishes(ME, scope)
    everything = [MINE, FREE, THEIRS, NAMED, GIVEN]
    assert [news for news in everything if is_told(news, wishes, sees=True)] == told


def test_who_never_asked_hears_of_their_own_and_of_what_nobody_has_taken():
    assert Wishes(ME).scope is Scope.OPEN


@pytest.mark.parametrize("wishes", [
    Wishes(ME, Scope.ALL, quiet_numbers=frozenset({SHOP})),
    Wishes(ME, Scope.ALL, quiet_teams=frozenset({TEAM})),
])  # fmt: skip
def test_a_quiet_number_or_team_is_quiet_but_for_what_is_ones_own(wishes: Wishes):
    assert not is_told(FREE, wishes, sees=True)
    assert not is_told(THEIRS, wishes, sees=True)
    assert is_told(replace(FREE, number=SPARES, team=None), wishes, sees=True)
    assert all(is_told(news, wishes, sees=True) for news in (MINE, NAMED, GIVEN))


people = st.sampled_from([ME, OTHER, None])
news = st.builds(
    News, st.sampled_from(Kind), st.sampled_from([SHOP, SPARES]), st.sampled_from([TEAM, None]),
    assignee=people, to=people, by=people,
)  # fmt: skip
some = st.frozensets(st.sampled_from([SHOP, SPARES, TEAM]))
wishes = st.builds(Wishes, st.just(ME), st.sampled_from(Scope), some, some)


@given(news, wishes)
def test_nobody_hears_of_what_they_may_not_see_or_did_themselves(said: News, wish: Wishes):
    assert not is_told(said, wish, sees=False)
    assert not is_told(replace(said, by=ME), wish, sees=True)


@given(news, wishes)
def test_a_wider_scope_never_tells_less(said: News, wish: Wishes):
    scopes = [Scope.NONE, Scope.MINE, Scope.OPEN, Scope.ALL]
    told = [is_told(said, replace(wish, scope=scope), sees=True) for scope in scopes]
    assert told == sorted(told)
