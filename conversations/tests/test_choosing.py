"""To whom a conversation goes: only to somebody online with room, in turn or to the least busy."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from conversations.choosing import IN_TURN, LEAST_BUSY, Candidate, choose

candidates = st.lists(
    st.builds(
        Candidate,
        agent=st.integers(1, 9),
        open_count=st.integers(0, 6),
        capacity=st.integers(1, 5),
        is_online=st.booleans(),
    ),
    unique_by=lambda one: one.agent,
)
ways = st.sampled_from([IN_TURN, LEAST_BUSY])
somebody = st.none() | st.integers(1, 9)


@given(candidates, ways, somebody, somebody)
def test_only_somebody_online_with_room_and_always_one_if_there_is(
    people: list[Candidate], how: str, last: int | None, known: int | None
) -> None:
    free = {one.agent: one for one in people if one.is_online and one.open_count < one.capacity}
    chosen = choose(people, how=how, last=last, known=known)
    assert (chosen is None) == (not free)
    if chosen is None:
        return
    assert chosen in free
    if known in free:
        assert chosen == known
    elif how == LEAST_BUSY:
        assert free[chosen].open_count == min(one.open_count for one in free.values())


@given(candidates, st.integers(1, 40))
def test_in_turn_gives_everybody_as_many_as_anybody_while_there_is_room(
    people: list[Candidate], many: int
) -> None:
    standing = {one.agent: Candidate(one.agent, 0, 100) for one in people}
    last, given_to = None, Counter[int]()
    for _ in range(many):
        last = choose(standing.values(), how=IN_TURN, last=last)
        if last is None:
            assert not people
            return
        given_to[last] += 1
        standing[last] = standing[last].with_one_more()
    counts = [given_to[agent] for agent in standing]
    assert max(counts) - min(counts) <= 1


def test_the_turn_goes_round_also_when_whoever_had_it_has_left() -> None:
    people = [Candidate(2, 0, 5), Candidate(5, 0, 5), Candidate(8, 0, 5)]
    assert choose(people, how=IN_TURN, last=None) == 2
    assert choose(people, how=IN_TURN, last=2) == 5
    assert choose(people, how=IN_TURN, last=6) == 8
    assert choose(people, how=IN_TURN, last=8) == 2
