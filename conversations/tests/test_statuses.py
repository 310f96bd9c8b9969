"""The ladder is a join: neither the order nor the number of Meta's words can matter."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from conversations.statuses import (
    DELIVERED,
    FAILED,
    FROM_META,
    LADDER,
    READ,
    SENT,
    UNKNOWN,
    settled,
)

rungs = st.sampled_from(LADDER)


@given(rungs, rungs, rungs)
def test_settling_is_a_join(one: str, two: str, three: str) -> None:
    assert settled(one, one) == one
    assert settled(one, two) == settled(two, one)
    assert settled(settled(one, two), three) == settled(one, settled(two, three))


@given(rungs, st.lists(rungs, max_size=6), st.randoms())
def test_a_status_never_goes_back_whatever_the_order(start: str, told: list[str], rng) -> None:
    def climb(those: list[str]) -> list[str]:
        way = [start]
        for rung in those:
            way.append(settled(way[-1], rung))
        return way

    way = climb(told)
    assert [LADDER.index(rung) for rung in way] == sorted(LADDER.index(rung) for rung in way)
    shuffled = [*told, *told]
    rng.shuffle(shuffled)
    assert climb(shuffled)[-1] == way[-1]


def test_what_reached_the_phone_has_reached_it() -> None:
    assert settled(FAILED, DELIVERED) == settled(DELIVERED, FAILED) == DELIVERED
    assert settled(SENT, FAILED) == FAILED


def test_any_word_of_meta_settles_what_was_unknown() -> None:
    assert all(settled(UNKNOWN, rung) == rung for rung in FROM_META.values())


def test_a_played_voice_message_is_a_read_one() -> None:
    assert FROM_META["played"] == READ
