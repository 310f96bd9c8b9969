"""Nothing is rendered for nobody: which groups a browser listens to, as Redis knows."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import redis

from events import live

NOBODY_LISTENS = "redis://127.0.0.1:1/0"


@pytest.fixture
def cache(settings: Any) -> Iterator[str]:
    url = os.environ.get("REDIS_URL", settings.REDIS_URL)
    layer = "channels_redis.pubsub.RedisPubSubChannelLayer"
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": layer, "CONFIG": {"hosts": [url]}}}
    live.redis_at.cache_clear()
    yield url
    live.redis_at.cache_clear()


def test_only_the_groups_with_a_listener_are_heard(cache: str) -> None:
    name = f"inbox.{os.getpid()}.any.any.en"
    with redis.Redis.from_url(cache) as link, link.pubsub() as line:
        line.subscribe(f"asgi__group__{name}")
        assert line.get_message(timeout=5)  # Redis has noted it
        assert live.heard({name, f"{name}.nobody"}) == {name}


def test_where_it_cannot_be_told_everybody_listens(cache: str, settings: Any) -> None:
    settings.CHANNEL_LAYERS["default"]["CONFIG"]["hosts"] = [NOBODY_LISTENS]
    assert live.heard({"a", "b"}) == {"a", "b"}


def test_no_group_needs_no_question(cache: str, settings: Any) -> None:
    settings.CHANNEL_LAYERS["default"]["CONFIG"]["hosts"] = [NOBODY_LISTENS]
    assert live.heard(set()) == set()
