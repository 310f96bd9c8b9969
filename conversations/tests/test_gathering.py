"""Group commit: everybody gets their own answer, each item is worked on once, and one bad item spoils no other."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from conversations.gathering import Gathering, Pacing


def test_alone_it_is_a_plain_call():
    assert Gathering[int, int](lambda items: [item * 2 for item in items]).ask(21) == 42


def test_many_at_once_share_batches_and_each_gets_their_own_answer():
    batches: list[int] = []

    def work(items: Sequence[int]) -> list[int]:
        batches.append(len(items))
        time.sleep(0.01)
        return [item * 2 for item in items]

    gathering = Gathering(work, most=8)
    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(gathering.ask, range(200))) == [n * 2 for n in range(200)]
    assert sum(batches) == 200
    assert len(batches) < 100
    assert max(batches) <= 8


def test_one_bad_item_fails_alone_and_the_next_batch_goes_on():
    def work(items: Sequence[int]) -> list[int]:
        time.sleep(0.01)
        if 3 in items:
            raise ValueError("three")
        return list(items)

    gathering = Gathering(work)
    failed = threading.Event()

    def ask(item: int) -> int:
        try:
            return gathering.ask(item)
        except ValueError:
            failed.set()
            return -item

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(8))) == [0, 1, 2, -3, 4, 5, 6, 7]
    assert failed.is_set()
    with pytest.raises(ValueError, match="three"):
        gathering.ask(3)
    assert gathering.ask(5) == 5


def test_what_comes_while_somebody_is_at_it_is_done_in_one_go_afterwards_and_nobody_waits():
    at_it, go_on = threading.Event(), threading.Event()
    batches: list[list[int]] = []

    def work(items: Sequence[int]) -> None:
        batches.append(list(items))
        at_it.set()
        assert go_on.wait(30)

    pacing: Pacing[int] = Pacing(work, rest=lambda: 0.0)
    first = threading.Thread(target=pacing.bring, args=([1],))
    first.start()
    assert at_it.wait(30)
    for n in (2, 3, 4):
        pacing.bring([n])  # comes back although the first one is not done
    assert batches == [[1]]
    go_on.set()
    first.join(30)
    assert batches == [[1], [2, 3, 4]]
    pacing.bring([5])
    assert batches[-1] == [5]


def test_what_fails_stops_nothing_that_comes_later():
    done: list[int] = []

    def work(items: Sequence[int]) -> None:
        if 0 in items:
            raise ValueError("bad")
        done.extend(items)

    pacing: Pacing[int] = Pacing(work, rest=lambda: 0.0)
    with pytest.raises(ValueError, match="bad"):
        pacing.bring([0])
    pacing.bring([1, 2])
    assert done == [1, 2]
