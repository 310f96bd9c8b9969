"""Who is here: told to those who see the conversation, kept nowhere."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache

from accounts.models import Agent
from conversations.tests.pushes import Listener, RecordingLayer
from events.models import Event
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _recorded(settings: Any) -> None:
    settings.CHANNEL_LAYERS = {
        "default": {"BACKEND": f"{RecordingLayer.__module__}.RecordingLayer"}
    }
    RecordingLayer.sent.clear()


def heard_by(agent: Agent) -> list[tuple[int, str]]:
    groups = Listener(agent).groups
    notes = [m["note"] for group, m in RecordingLayer.sent if group in groups and "note" in m]
    return sorted({(note["agent"], note["doing"]) for note in notes})


def test_those_who_see_the_conversation_hear_of_it_and_nobody_else(
    conversation, ana, ben, cleo, dan, client, shop_team
):
    client.force_login(ana)
    url = f"/inbox/{conversation.pk}/presence/"
    assert client.post(url, {"doing": "typing"}).status_code == 204
    assert heard_by(cleo) == [(ana.pk, "typing")]
    assert heard_by(ben) == heard_by(dan) == []
    conversation.team = world.make_team(conversation.workspace, "Board")
    conversation.save(update_fields=["team"])
    RecordingLayer.sent.clear()
    assert client.post(url, {"doing": "typing"}).status_code == 404  # nor do we tell of ourselves
    client.force_login(cleo)
    client.post(url, {"doing": "viewing"})
    assert heard_by(ana) == []
    assert heard_by(cleo) == [(cleo.pk, "viewing")]


def test_it_is_not_kept_and_costs_little(conversation, ana, client, django_assert_max_num_queries):
    client.force_login(ana)
    url = f"/inbox/{conversation.pk}/presence/"
    client.post(url, {"doing": "viewing"})
    with django_assert_max_num_queries(6):
        client.post(url, {"doing": "viewing"})
    assert not Event.objects.exists()
    assert client.post(url, {"doing": "dancing"}).status_code == 422
    assert client.get(url).status_code == 405


@pytest.fixture
def told_meta(monkeypatch: Any, settings: Any) -> list[bool]:
    """The calls that would go to Meta, as whether they say "typing"."""
    cache.clear()
    calls: list[bool] = []
    settings.CELERY_TASK_ALWAYS_EAGER = True
    monkeypatch.setattr(
        "conversations.receipts.show_read", lambda _pk, *, typing: calls.append(typing)
    )
    return calls


def test_the_customer_sees_typing_for_replies_only_and_not_more_often_than_it_says_something(
    conversation, ana, client, told_meta, django_capture_on_commit_callbacks
):
    conversation.last_inbound_wamid = "wamid.1"
    conversation.save(update_fields=["last_inbound_wamid"])
    client.force_login(ana)
    url = f"/inbox/{conversation.pk}/presence/"
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url, {"doing": "typing"})  # a note
        assert told_meta == []
        client.post(url, {"doing": "viewing", "reply": "1"})
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url, {"doing": "typing", "reply": "1"})
        client.post(url, {"doing": "typing", "reply": "1"})
    assert told_meta == [True]


def test_what_is_read_is_told_to_meta_once_unless_the_workspace_does_not_want_it(
    conversation, ana, client, told_meta, django_capture_on_commit_callbacks
):
    conversation.last_inbound_wamid = "wamid.1"
    conversation.save(update_fields=["last_inbound_wamid"])
    client.force_login(ana)
    url = f"/inbox/{conversation.pk}/read/"
    for wish in (False, True, True):
        ana.workspace.shows_read = wish
        ana.workspace.save(update_fields=["shows_read"])
        with django_capture_on_commit_callbacks(execute=True):
            client.post(url)
    assert told_meta == [False]
