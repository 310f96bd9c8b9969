"""Macros: all of their steps or none, one's own and shared."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Agent, Team
from conversations import macros, refusals
from conversations.macros import Steps, as_json, steps_of
from conversations.models import Conversation, Label, Macro
from tests import world

pytestmark = pytest.mark.django_db


def macro(agent: Agent, *, own: bool = False, **steps: Any) -> Macro:
    return Macro.objects.create(
        workspace=agent.workspace,
        owner=agent if own else None,
        name="Refund",
        steps=as_json(Steps(**steps)),
    )


def run(row: Macro, conversation: Conversation, agent: Agent, **over: Any) -> None:
    how: dict[str, Any] = {"seen": 10**9, "token": uuid.uuid4(), "at": timezone.localtime()}
    macros.run(row, conversation_id=conversation.pk, agent=agent, **(how | over))


def test_every_step_is_done_once(conversation: Conversation, ana: Agent, shop_team: Team) -> None:
    label = Label.objects.create(workspace=ana.workspace, name="Refund")
    row = macro(
        ana, reply="Hello {{contact.first_name}}", note="sent the form", labels=(label.pk,),
        priority=3, team=shop_team.pk, assignee="me", finish="resolve",
    )  # fmt: skip
    token = uuid.uuid4()
    for _ in range(2):
        run(row, conversation, ana, token=token)
    conversation.refresh_from_db()
    assert (conversation.assignee, conversation.team) == (ana, shop_team)
    assert conversation.is_resolved
    assert conversation.priority == 3
    assert list(conversation.labels.all()) == [label]
    reply = conversation.messages.get(direction="out")
    assert reply.text.startswith("Hello ")
    assert "{{" not in reply.text
    assert conversation.messages.get(kind="note").text == "sent the form"
    lines = conversation.messages.filter(kind="activity").order_by("pk")
    assert lines[0].content == {"act": "macro", "by": "Ana", "by_id": ana.pk, "name": "Refund"}
    row.refresh_from_db()
    assert row.used_count == 1


def test_if_one_step_cannot_be_done_none_is(conversation: Conversation, ana: Agent) -> None:
    closed = world.make_conversation(conversation.number, open_window=False)
    row = macro(ana, priority=4, assignee="me", reply="Hello", finish="resolve")
    with pytest.raises(refusals.WindowClosed):
        run(row, closed, ana)
    closed.refresh_from_db()
    assert (closed.assignee, closed.priority, closed.status) == (None, 0, "open")
    assert not closed.messages.exists()


def test_snoozing_understands_words_in_the_agents_zone(
    conversation: Conversation, ana: Agent
) -> None:
    run(macro(ana, finish="snooze", snooze="2 h"), conversation, ana)
    conversation.refresh_from_db()
    assert conversation.status == "snoozed"
    assert conversation.snoozed_until is not None
    with pytest.raises(refusals.MomentUnclear):
        run(macro(ana, finish="snooze", snooze="sometime"), conversation, ana)
    with pytest.raises(refusals.MacroEmpty):
        run(macro(ana), conversation, ana)


def test_it_goes_to_nobody_of_another_company(
    conversation: Conversation, ana: Agent, dan: Agent
) -> None:
    theirs = world.make_team(dan.workspace, "Theirs")
    for steps in ({"assignee": str(dan.pk)}, {"team": theirs.pk}):
        with pytest.raises(refusals.NotTheirs):
            run(macro(ana, **steps), conversation, ana)


def test_what_is_kept_comes_back() -> None:
    for steps in (Steps(), Steps(labels=(1, 2), priority=0, assignee="me", reply="Hi")):
        assert steps_of(as_json(steps)) == steps


def test_own_ones_are_seen_by_nobody_else_and_shared_ones_changed_by_leads(
    ana: Agent, cleo: Agent, conversation: Conversation, client: Client
) -> None:
    mine, shared = macro(ana, own=True, priority=1), macro(ana, priority=2)
    client.force_login(cleo)
    assert client.get(f"/settings/macros/{mine.pk}/").status_code == 404
    assert client.post(f"/inbox/{conversation.pk}/macros/{mine.pk}/").status_code == 404
    listed = client.get(f"/inbox/{conversation.pk}/macros/?format=json").json()["macros"]
    assert [one["id"] for one in listed] == [shared.pk]
    client.force_login(ana)
    said = {"name": "Mine", "scope": "all", "priority": "2"}
    assert client.post(f"/settings/macros/{shared.pk}/", said).status_code == 403
    assert client.post(f"/settings/macros/{shared.pk}/end/").status_code == 403
    assert client.post("/settings/macros/new/", said).status_code == 302
    assert Macro.objects.get(name="Mine").owner == ana
    assert client.post("/settings/macros/new/", {"name": "Empty"}).status_code == 422


def test_it_is_run_from_the_menu(conversation: Conversation, ana: Agent, client: Client) -> None:
    row = macro(ana, priority=2, finish="pending")
    client.force_login(ana)
    menu = client.get(f"/inbox/{conversation.pk}/macros/").content.decode()
    assert "Refund" in menu
    said = {"seen": conversation.seq, "token": uuid.uuid4()}
    answer = client.post(f"/inbox/{conversation.pk}/macros/{row.pk}/", said)
    assert answer.status_code == 302
    conversation.refresh_from_db()
    assert (conversation.priority, conversation.status) == (2, "pending")
