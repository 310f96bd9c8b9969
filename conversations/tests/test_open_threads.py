"""Bubbles are rendered for those alone who have the thread open, and whoever opens it meanwhile misses nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import msgpack  # type: ignore[import-untyped]
import pytest
import redis
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.models import Agent, PhoneNumber
from conversations import live
from conversations.models import Conversation
from conversations.tests.page import Screen, parse
from conversations.tests.pushes import Listener, Watcher
from events import journal
from events import live as live_pipe
from tests import world

PATIENCE = 30


@pytest.fixture
def thread(number: PhoneNumber) -> Conversation:
    return world.make_conversation(number)


class Ears:
    """Browsers, as Redis sees them: who listens to which group, and what they hear."""

    def __init__(self, link: redis.Redis, *, prefix: str) -> None:
        self.line = link.pubsub(ignore_subscribe_messages=True)
        self.link, self.prefix = link, f"{prefix}__group__"

    def listen(self, *groups: str) -> None:
        channels = [self.prefix + group for group in groups]
        self.line.subscribe(*channels)
        self._until(lambda: all(count for _name, count in self.link.pubsub_numsub(*channels)))

    def heard(self, *groups: str) -> list[str]:
        """The next push of each of these groups; nothing may come in any other."""
        found: dict[str, str] = {}

        def has_come() -> bool:
            if what := self.line.get_message(timeout=0.1):
                group = what["channel"].decode().removeprefix(self.prefix)
                assert group not in found
                found[group] = msgpack.unpackb(what["data"])["html"]
            return len(found) == len(groups)

        self._until(has_come)
        return [found[group] for group in groups]

    def _until(self, is_so: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE
        while not is_so():
            assert time.monotonic() < until


@pytest.fixture
def ears(settings: Any) -> Iterator[Ears]:
    url = os.environ.get("REDIS_URL", settings.REDIS_URL)
    prefix = f"threads-{os.getpid()}"
    layer = "channels_redis.pubsub.RedisPubSubChannelLayer"
    config = {"hosts": [url], "prefix": prefix}
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": layer, "CONFIG": config}}
    live_pipe.redis_at.cache_clear()
    with redis.Redis.from_url(url) as link:
        found = Ears(link, prefix=prefix)
        with found.line:
            yield found
    live_pipe.redis_at.cache_clear()


def place_of(thread: Conversation, agent: Agent) -> str:
    return f"inbox.{thread.workspace_id}.{thread.number_id}.any.{agent.audience}"


def test_a_thread_that_nobody_has_open_is_pushed_as_its_row(
    thread: Conversation, ana: Agent, ears: Ears, django_capture_on_commit_callbacks: Any
) -> None:
    rows = live_pipe.rows_of(place_of(thread, ana))
    ears.listen(rows)
    message = world.make_message(thread, "Anybody?")
    with django_capture_on_commit_callbacks() as callbacks:
        live.publish("message.received", thread, message)
    with CaptureQueriesContext(connection) as queries:
        for callback in callbacks:
            callback()
    assert not [one for one in queries if 'FROM "conversations_message"' in one["sql"]]
    (html,) = ears.heard(rows)
    assert f'id="conversation-{thread.pk}"' in html
    assert "header-" not in html
    assert str(message.token) not in html


def test_a_thread_that_somebody_has_open_is_pushed_to_them(
    thread: Conversation, ana: Agent, ears: Ears, django_capture_on_commit_callbacks: Any
) -> None:
    other, place = world.make_conversation(thread.number), place_of(thread, ana)
    rows, opened = live_pipe.rows_of(place), live_pipe.thread_of(place, thread.pk)
    ears.listen(rows, opened)
    messages = [world.make_message(one, "Anybody?") for one in (thread, other)]
    with django_capture_on_commit_callbacks(execute=True), journal.together():
        for one, message in zip((thread, other), messages, strict=True):
            live.publish("message.received", one, message)
    in_list, in_thread = ears.heard(rows, opened)
    assert str(messages[0].token) in in_thread
    assert f"header-{thread.pk}" in in_thread
    assert "conversation-rows" not in in_thread
    assert f'id="conversation-{other.pk}"' in in_list
    assert str(messages[1].token) not in in_list + in_thread


def test_a_page_that_does_not_say_what_it_has_open_hears_everything(
    thread: Conversation, ana: Agent, ears: Ears, django_capture_on_commit_callbacks: Any
) -> None:
    place = place_of(thread, ana)
    ears.listen(place)
    message = world.make_message(thread, "Anybody?")
    with django_capture_on_commit_callbacks(execute=True):
        live.publish("message.received", thread, message)
    (html,) = ears.heard(place)
    assert f'id="conversation-{thread.pk}"' in html
    assert str(message.token) in html


def test_each_language_is_rendered_for_who_has_the_thread_open_in_it(
    thread: Conversation,
    ana: Agent,
    cleo: Agent,
    ears: Ears,
    django_capture_on_commit_callbacks: Any,
) -> None:
    cleo.language = "ru"
    cleo.save(update_fields=["language"])
    here, there = place_of(thread, ana), f"inbox.{thread.workspace_id}.any.any.{cleo.audience}"
    opened = live_pipe.thread_of(there, thread.pk)
    ears.listen(live_pipe.rows_of(here), live_pipe.rows_of(there), opened)
    with django_capture_on_commit_callbacks(execute=True):
        live.publish("message.received", thread, world.make_message(thread, "Anybody?"))
    with translation.override("ru"):
        words = translation.gettext("Reply to this message")
    assert words in ears.heard(opened, live_pipe.rows_of(here), live_pipe.rows_of(there))[0]


def test_a_screen_asks_for_the_threads_that_it_has_open(
    thread: Conversation, cleo: Agent, django_capture_on_commit_callbacks: Any
) -> None:
    other = world.make_conversation(thread.number)
    watcher = Watcher(cleo, thread.pk)
    with django_capture_on_commit_callbacks(execute=True):
        for one in (thread, other):
            live.publish("message.received", one, world.make_message(one, f"From {one.pk}"))
    html = watcher.asked()
    assert f'into="messages-{thread.pk}"' in html
    assert f'id="conversation-{other.pk}"' in html
    assert f"messages-{other.pk}" not in html
    assert f"header-{other.pk}" not in html


def test_a_thread_that_was_opened_in_the_moment_of_a_message_catches_up_by_itself(
    thread: Conversation, cleo: Agent, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        live.publish("conversation.opened", thread)
    watcher, other = Watcher(cleo, thread.pk), world.make_conversation(thread.number)
    with django_capture_on_commit_callbacks(execute=True):
        for one in (other, thread):
            live.publish("message.received", one, world.make_message(one, f"From {one.pk}"))
    mark = watcher.screen.page.find(f"window-{thread.pk}")
    assert mark is not None
    since = mark.attrs["data-version"]
    answer = watcher.client.get(f"/inbox/changes/?since={since}&only={thread.pk}")
    html = answer.content.decode()
    assert f"conversation-{other.pk}" not in html
    for _twice in range(2):
        watcher.screen.place(html)
    for name, told in Screen(parse(watcher.fetched())).truth.items():
        if not name.endswith(f"-{other.pk}"):
            assert watcher.screen.truth.get(name) == told


def test_only_what_one_may_see_is_told_of_one_thread(
    thread: Conversation, dan: Agent, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        live.publish("message.received", thread, world.make_message(thread, "For us alone"))
    stranger = Listener(dan, thread.pk)
    world.make_conversation(world.make_number(world.make_account(dan.workspace)))
    type(dan.workspace).objects.filter(pk=dan.workspace_id).update(last_seq=9)
    for query in (f"only={thread.pk}", f"threads={thread.pk}", "only=x", "threads=x,,-1"):
        answer = stranger.client.get(f"/inbox/changes/?since=0&{query}")
        assert answer.status_code == 200
        assert answer.content == b""
