"""One bell hangs in the queue at a time, and a lost one is in nobody's way for long."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis
from django.conf import settings as django_settings

from accounts.models import PhoneNumber
from conversations.models import Message
from tests import posts
from webhooks import bell, intake, tasks
from webhooks.models import Envelope

pytestmark = pytest.mark.django_db


@pytest.fixture
def bells(settings: object) -> Iterator[redis.Redis]:
    found = redis.Redis.from_url(django_settings.REDIS_URL, socket_connect_timeout=1)
    try:
        found.ping()
    except redis.RedisError:
        pytest.skip("no Redis answers at REDIS_URL")
    found.delete(bell._name())
    yield found
    found.delete(bell._name())
    found.close()


def put(number: PhoneNumber, text: str) -> None:
    body = posts.body(number, messages=[posts.text(text)])
    app_id = number.account.app_id
    Envelope.objects.create(app_id=app_id, digest=intake.digest_of(app_id, body), body=body)


def test_none_is_rung_while_one_hangs_and_a_drain_takes_it_down(
    number: PhoneNumber, bells: redis.Redis
) -> None:
    """A worker here is called at once, by the ring itself."""
    bells.set(bell._name(), 1)
    put(number, "behind")
    bell.ring_for_drain()
    assert not Message.objects.exists()
    tasks.drain()
    assert not bells.exists(bell._name())
    put(number, "after")
    bell.ring_for_drain()
    assert set(Message.objects.values_list("text", flat=True)) == {"behind", "after"}


def test_a_bell_hangs_for_a_second_at_most(number: PhoneNumber, bells: redis.Redis) -> None:
    assert not bell._hangs()
    assert bell._hangs()
    assert 0 < bells.pttl(bell._name()) <= bell.HANGS_MS


def test_without_redis_it_is_rung_all_the_same(number: PhoneNumber, settings: object) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"  # type: ignore[attr-defined]
    put(number, "anyway")
    bell.ring_for_drain()
    assert Message.objects.get().text == "anyway"
