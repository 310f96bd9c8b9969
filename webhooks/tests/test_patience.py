"""What takes too long is ended, whoever else is being read; what ends in time never hears of it."""

from __future__ import annotations

import asyncio

import pytest

from webhooks.patience import Patience


async def reading(patience: Patience, ends: asyncio.Event) -> str:
    try:
        with patience:
            await ends.wait()
    except TimeoutError:
        return "ended"
    return "read"


async def test_each_is_ended_when_its_own_time_is_over():
    patience, quick, never = Patience(0.2), asyncio.Event(), asyncio.Event()
    quick.set()
    slow = [asyncio.create_task(reading(patience, never)) for _ in range(3)]
    assert await reading(patience, quick) == "read"
    later = asyncio.create_task(reading(patience, never))
    found = await asyncio.wait_for(asyncio.gather(*slow, later), timeout=30)
    assert found == ["ended"] * 4
    assert await reading(patience, quick) == "read"


async def test_a_task_that_somebody_else_cancels_is_cancelled():
    patience = Patience(60)
    task = asyncio.create_task(reading(patience, asyncio.Event()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_who_was_ended_can_go_on():
    patience = Patience(0.05)
    assert await reading(patience, asyncio.Event()) == "ended"
    await asyncio.sleep(0)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
