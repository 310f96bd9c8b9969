"""Blocking at Meta, played by the simulator: asked here, told there, shown on the way, refused in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Agent, PhoneNumber
from conversations import admission, block_calls, blocking
from conversations.models import Block, BlockState, Conversation
from conversations.refusals import ContactBlocked, ContactUnreachable
from tests import world


@pytest.fixture
def boss(shop: PhoneNumber) -> Agent:
    return world.make_agent(shop.workspace, "Ada", "administrator")


@pytest.fixture
def at_meta(meta: Any, shop: PhoneNumber) -> Callable[[], list[str]]:
    """Whom the simulator's number has blocked."""
    return lambda: [
        meta.world.customers[one].wa_id for one in meta.world.numbers[shop.phone_number_id].blocked
    ]


def asked(client: Client, thread: Conversation, act: str, commits: Any) -> None:
    with commits(execute=True):
        client.post(
            f"/contacts/{thread.contact_id}/blocks/", {"conversation": thread.pk, "act": act}
        )
    thread.refresh_from_db()


def test_a_person_is_blocked_and_let_go(
    meta: Any, thread: Conversation, boss: Agent, at_meta: Any, client: Client,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    commits = django_capture_on_commit_callbacks
    meta.world.customer(f"+{thread.contact.phone}").writes("Hi")
    client.force_login(boss)
    asked(client, thread, "block", commits)
    assert Block.objects.get().state == BlockState.BLOCKED
    assert thread.blocked_at is not None
    assert at_meta() == [thread.contact.phone]
    with pytest.raises(ContactBlocked):
        admission.check_sender(thread, boss)
    page = client.get(f"/contacts/{thread.contact_id}/").content.decode()
    assert "Unblock" in page
    asked(client, thread, "unblock", commits)
    assert not Block.objects.exists()
    assert at_meta() == []
    assert Conversation.objects.get().blocked_at is None
    assert {row.act for row in boss.workspace.audit.all()} == {
        "contact.blocked",
        "contact.unblocked",
    }


def test_what_meta_refuses_is_told_in_its_words(
    thread: Conversation, boss: Agent, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    client.force_login(boss)  # the customer has not written to Meta's number
    asked(client, thread, "block", django_capture_on_commit_callbacks)
    row = Block.objects.get()
    assert (row.state, thread.blocked_at) == (BlockState.REFUSED, None)
    assert "24" in row.problem
    assert row.problem in client.get(f"/contacts/{thread.contact_id}/").content.decode()


def test_while_meta_is_away_it_waits(
    meta: Any, thread: Conversation, boss: Agent, settings: Any
) -> None:
    blocking.block(thread.pk, agent=boss, at=timezone.now())
    url, settings.GRAPH_URL = settings.GRAPH_URL, "http://127.0.0.1:1"
    row = Block.objects.get()
    block_calls.settle(row.pk)
    row.refresh_from_db()
    assert (row.state, row.tries) == (BlockState.BLOCKING, 1)
    assert block_calls.due(at=timezone.now()) == []
    settings.GRAPH_URL = url
    Block.objects.update(next_try_at=timezone.now())
    assert block_calls.due(at=timezone.now()) == [row.pk]
    meta.world.customer(f"+{thread.contact.phone}").writes("Hi")
    block_calls.settle(row.pk)
    assert Block.objects.get().state == BlockState.BLOCKED


def test_asking_twice_asks_once(thread: Conversation, boss: Agent):
    first = blocking.block(thread.pk, agent=boss, at=timezone.now())
    assert blocking.block(thread.pk, agent=boss, at=timezone.now()) == first
    assert boss.workspace.audit.count() == 1
    thread.contact.phone = ""
    thread.contact.save(update_fields=["phone"])
    Block.objects.all().delete()
    with pytest.raises(ContactUnreachable):
        blocking.block(thread.pk, agent=boss, at=timezone.now())
