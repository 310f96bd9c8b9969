"""“Only the assignee may reply”: who may, who is told what, and how one gets the turn."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Agent, Workspace
from conversations import noting, refusals, sending, taking_back, triage
from conversations.models import Conversation
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _bound(workspace: Workspace) -> None:
    workspace.only_assignee_replies = True
    workspace.save(update_fields=["only_assignee_replies"])


@pytest.fixture
def colleague(workspace: Workspace) -> Agent:
    agent = world.make_agent(workspace, "Eve")
    world.seat(agent)
    return agent


def how(agent: Agent) -> dict[str, Any]:
    return {
        "agent": agent, "token": uuid.uuid4(), "seen": 10**9, "at": timezone.now()
    }  # fmt: skip


def test_another_agent_is_refused_until_they_take_over(
    conversation: Conversation, ana: Agent, colleague: Agent
) -> None:
    triage.assign(conversation.pk, agent=ana, to=ana, expected=None, at=timezone.now())
    with pytest.raises(refusals.NotAssignee) as refused:
        sending.reply(conversation.pk, text="Hello", **how(colleague))
    assert refused.value.words.startswith("Ana has this conversation")
    noting.write(conversation.pk, agent=colleague, token=uuid.uuid4(), text="!", at=timezone.now())
    triage.assign(
        conversation.pk, agent=colleague, to=colleague, expected=ana.pk, at=timezone.now()
    )
    sending.reply(conversation.pk, text="Hello", **how(colleague))
    with pytest.raises(refusals.NotAssignee):
        sending.reply(conversation.pk, text="Me too", **how(ana))


def test_managers_are_not_bound(conversation: Conversation, ana: Agent, cleo: Agent) -> None:
    triage.assign(conversation.pk, agent=ana, to=ana, expected=None, at=timezone.now())
    sending.reply(conversation.pk, text="Hello", **how(cleo))
    conversation.refresh_from_db()
    assert conversation.assignee == ana


def test_who_answers_what_is_nobodys_has_it(
    conversation: Conversation, ana: Agent, colleague: Agent
) -> None:
    sending.reply(conversation.pk, text="Hello", **how(colleague))
    conversation.refresh_from_db()
    assert conversation.assignee == colleague
    assert conversation.messages.get(kind="activity").content["to"] == "Eve"
    with pytest.raises(refusals.NotAssignee):
        sending.reply(conversation.pk, text="Hello", **how(ana))


def test_the_composer_says_whose_turn_it_is(
    conversation: Conversation, ana: Agent, colleague: Agent, client: Client, workspace: Workspace
) -> None:
    triage.assign(conversation.pk, agent=ana, to=ana, expected=None, at=timezone.now())
    client.force_login(colleague)
    page = client.get(f"/inbox/{conversation.pk}/").content.decode()
    assert 'data-turn="theirs"' in page
    assert "Take over" in page
    take = {"to": "me", "expected": ana.pk}
    assert client.post(f"/inbox/{conversation.pk}/assignment/", take).status_code == 302
    assert "data-turn" not in client.get(f"/inbox/{conversation.pk}/").content.decode()
    workspace.only_assignee_replies = False
    workspace.save(update_fields=["only_assignee_replies"])
    assert "data-turn" not in client.get(f"/inbox/{conversation.pk}/").content.decode()


def test_only_its_author_and_who_may_reply_take_a_message_back(
    conversation: Conversation, ana: Agent, cleo: Agent, colleague: Agent
) -> None:
    triage.assign(conversation.pk, agent=ana, to=ana, expected=None, at=timezone.now())
    first = sending.reply(conversation.pk, text="One", **how(ana))
    second = sending.reply(conversation.pk, text="Two", **how(ana))
    with pytest.raises(refusals.NotAssignee):
        taking_back.discard(first.pk, agent=colleague, at=timezone.now())
    triage.assign(
        conversation.pk, agent=colleague, to=colleague, expected=ana.pk, at=timezone.now()
    )
    taking_back.discard(first.pk, agent=ana, at=timezone.now())
    taking_back.discard(second.pk, agent=cleo, at=timezone.now())
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.revoked_at
    assert second.revoked_at
