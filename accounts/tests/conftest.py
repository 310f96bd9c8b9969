"""What the tests of accounts share: an ear on the live pipe, and an administrator's browser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.core.cache import cache
from django.test import Client

from accounts.models import Agent


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


@pytest.fixture
def admin(client: Client, ada: Agent) -> Client:
    client.force_login(ada)
    return client


@pytest.fixture
def closed(django_capture_on_commit_callbacks: Any) -> Callable[..., bool]:
    """Whether an act ends the live connection of an agent: closed(agent, act)."""

    def listen(agent: Agent, act: Callable[[], object]) -> bool:
        layer = get_channel_layer()

        async def join() -> str:
            channel = await layer.new_channel()
            await layer.group_add(f"agent.{agent.pk}", channel)
            return str(channel)

        async def heard(channel: str) -> bool:
            try:
                return bool(
                    (await asyncio.wait_for(layer.receive(channel), 0.2))["type"] == "live.revoked"
                )
            except TimeoutError:
                return False

        channel = async_to_sync(join)()
        with django_capture_on_commit_callbacks(execute=True):
            act()
        return async_to_sync(heard)(channel)

    return listen
