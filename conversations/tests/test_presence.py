"""Who is here: told to those who see the conversation, kept nowhere."""

from __future__ import annotations

from typing import Any

import pytest

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
