"""The pipe loses without harm: a push never raises and never holds a verb for long."""

from __future__ import annotations

import asyncio
import time
from typing import Any, ClassVar

import pytest
from channels.layers import InMemoryChannelLayer

from events import live


class Layer(InMemoryChannelLayer):
    """Django Channels' layer for tests, with a memory and a mood."""

    sent: ClassVar[list[tuple[str, dict[str, Any]]]] = []
    mood: ClassVar[str] = ""

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        if self.mood == "away":
            raise ConnectionError("no Redis here")
        if self.mood == "asleep":
            await asyncio.sleep(60)
        self.sent.append((group, message))


@pytest.fixture(autouse=True)
def _layer(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": f"{__name__}.Layer"}}
    monkeypatch.setattr(Layer, "mood", "")
    Layer.sent.clear()


def test_each_group_gets_its_own_html_once() -> None:
    live.push({"one": "<b>1</b>", "two": "<b>2</b>"})
    assert sorted(Layer.sent, key=lambda item: item[0]) == [
        ("one", {"type": "live.fragment", "html": "<b>1</b>", "traces": []}),
        ("two", {"type": "live.fragment", "html": "<b>2</b>", "traces": []}),
    ]


def test_notes_and_revocations_go_the_same_way() -> None:
    live.tell("one", kind="read", conversation=7)
    live.close("two")
    assert Layer.sent == [
        ("one", {"type": "live.note", "note": {"kind": "read", "conversation": 7}}),
        ("two", {"type": "live.revoked"}),
    ]


def test_nothing_to_say_is_not_said() -> None:
    live.push({})
    assert Layer.sent == []


def test_with_redis_away_nothing_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Layer, "mood", "away")
    live.push({"one": "x"})
    live.close("one")


def test_with_redis_asleep_a_verb_waits_a_moment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Layer, "mood", "asleep")
    monkeypatch.setattr(live, "PUSH_SECONDS", 0.2)
    started = time.monotonic()
    live.push({"one": "x"})
    assert time.monotonic() - started < 2
