"""What the tests of the whole product need beyond /conftest.py."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import redis

from waba_inbox import catalogues


@pytest.fixture(scope="session", autouse=True)
def _words() -> None:
    """Before the first page in Russian: what gettext has read once, it keeps."""
    catalogues.compile_all()


@pytest.fixture
def tasks_wait() -> Iterator[None]:
    """What workers are asked to do is left in a queue that nobody empties."""
    from waba_inbox.celery import app

    broker = app.conf.broker_url
    app.conf.update(task_always_eager=False, broker_url="memory://")
    yield
    app.conf.update(task_always_eager=True, broker_url=broker)


@pytest.fixture
def over_redis(settings: Any) -> None:
    """Pushes go the way they go in production."""
    try:
        redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1).ping()
    except redis.RedisError:
        pytest.skip("no Redis answers at REDIS_URL")
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [settings.REDIS_URL], "prefix": f"test-{uuid.uuid4().hex}"},
        }
    }
