"""What rules do to a conversation that a customer opens, and that they never run in circles."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Agent, PhoneNumber, Presence, Team
from conversations import handing_out, receiving, rule_running, ruling, triage
from conversations.arrivals import Arrival
from conversations.models import AutoRule, Conversation, Label, RuleRun
from tests import posts, world
from whatsapp.webhooks import parse

pytestmark = pytest.mark.django_db


def rule(number: PhoneNumber, name: str = "Rule", **over: Any) -> AutoRule:
    conditions, actions = over.pop("conditions", {}), over.pop("actions", {})
    return AutoRule.objects.create(
        workspace=number.workspace,
        name=name,
        conditions=ruling.as_json(ruling.Conditions(**conditions)),
        actions=ruling.as_json(ruling.Actions(**actions)),
        **over,
    )


def said(number: PhoneNumber, *messages: dict[str, Any]) -> Conversation:
    body = posts.body(number, contacts=[posts.contact()], messages=list(messages))
    arrivals: list[Any] = [Arrival(fact, number, n) for n, fact in enumerate(parse(body), 1)]
    receiving.record_messages(arrivals)
    return Conversation.objects.get(number=number)


def asked() -> None:
    now = timezone.now() + timedelta(minutes=1)
    for run_id in rule_running.due(at=now):
        rule_running.run(run_id, at=timezone.now())


def lines(conversation: Conversation) -> list[dict[str, Any]]:
    return [
        line.content
        for line in conversation.messages.filter(kind="activity").order_by("pk")
        if line.content["act"] == "rule"
    ]


def test_team_person_label_priority_and_answer_in_one(
    number: PhoneNumber, shop_team: Team, ana: Agent
) -> None:
    label = Label.objects.create(workspace=number.workspace, name="Price")
    rule(
        number,
        "Prices",
        conditions={"keywords": ("price",)},
        actions={
            "team": shop_team.pk, "assignee": ana.pk, "labels": (label.pk,), "priority": 3,
            "reply": "A moment, please.",
        },
    )  # fmt: skip
    conversation = said(number, posts.text("What is the price?"))
    assert RuleRun.objects.get().is_new
    asked()
    conversation.refresh_from_db()
    assert (conversation.team, conversation.assignee) == (shop_team, ana)
    assert conversation.priority == 3
    assert list(conversation.labels.all()) == [label]
    answer = conversation.messages.get(source="rule")
    assert (answer.text, answer.status, answer.author) == ("A moment, please.", "queued", None)
    assert conversation.needs_reply
    assert lines(conversation) == [{
        "act": "rule", "rules": ["Prices"], "team": "Shop", "to": "Ana", "to_id": ana.pk,
        "labels": ["Price"], "priority": 3, "reply": "sent",
    }]  # fmt: skip


def test_only_what_opens_a_conversation_asks_and_only_once(number: PhoneNumber, ana: Agent) -> None:
    rule(number, actions={"priority": 2})
    conversation = said(number, posts.text("Hello", wamid="wamid.1"))
    said(number, posts.text("Hello", wamid="wamid.1"))
    said(number, posts.text("Anybody?", wamid="wamid.2"))
    assert RuleRun.objects.count() == 1
    asked()
    asked()
    assert len(lines(conversation)) == 1
    triage.close(conversation.pk, agent=ana, at=timezone.now())
    said(number, posts.text("One more thing", wamid="wamid.3"))
    assert [run.is_new for run in RuleRun.objects.order_by("pk")] == [True, False]


def test_an_automatic_answer_goes_out_once_a_day(number: PhoneNumber, ana: Agent) -> None:
    rule(number, actions={"reply": "We are closed."})
    conversation = said(number, posts.text("Hello", wamid="wamid.1"))
    asked()
    triage.close(conversation.pk, agent=ana, at=timezone.now())
    said(number, posts.text("Again", wamid="wamid.2"))
    asked()
    assert conversation.messages.filter(source="rule").count() == 1
    assert [line["reply"] for line in lines(conversation)] == ["sent", "today"]
    conversation.messages.filter(source="rule").update(at=timezone.now() - timedelta(hours=25))
    triage.close(conversation.pk, agent=ana, at=timezone.now())
    said(number, posts.text("Next day", wamid="wamid.3"))
    asked()
    assert conversation.messages.filter(source="rule").count() == 2


def test_hours_and_known_contacts_are_told_apart(number: PhoneNumber) -> None:
    number.hours = {"zone": "UTC", "spans": [[0, 0, 1]], "holidays": []}
    number.save(update_fields=["hours"])
    rule(number, "Closed", conditions={"hours": "outside"}, actions={"priority": 1}, stops=True)
    rule(number, "Never asked", position=1, actions={"priority": 4})
    conversation = said(number, posts.text("Hello"))
    asked()
    assert [line["rules"] for line in lines(conversation)] == [["Closed"]]


def test_it_is_handed_out_after_the_rules_not_before(
    number: PhoneNumber, shop_team: Team, workspace: Any
) -> None:
    returns = world.make_team(workspace, "Returns")
    Team.objects.update(handing="round_robin")
    number.team = shop_team
    number.save(update_fields=["team"])
    for name, team in (("Bo", shop_team), ("Di", returns)):
        agent = world.make_agent(workspace, name, presence=Presence.ONLINE)
        world.seat(agent)
        team.members.add(agent)
    rule(number, conditions={"keywords": ("refund*",)}, actions={"team": returns.pk})
    conversation = said(number, posts.text("A refund please"))
    assert handing_out.due() == []
    assert handing_out.hand_out(workspace.pk, at=timezone.now()) == []
    asked()
    assert len(handing_out.hand_out(workspace.pk, at=timezone.now())) == 1
    conversation.refresh_from_db()
    assert conversation.assignee is not None
    assert conversation.assignee.name == "Di"


def test_what_is_gone_or_of_another_company_is_passed_over(
    number: PhoneNumber, dan: Agent, ben: Agent
) -> None:
    theirs = world.make_team(dan.workspace, "Theirs")
    rule(number, actions={"team": theirs.pk, "assignee": dan.pk, "labels": (987654,)})
    rule(number, position=1, actions={"assignee": ben.pk})  # no seat at this number
    conversation = said(number, posts.text("Hello"))
    asked()
    conversation.refresh_from_db()
    assert (conversation.team, conversation.assignee) == (None, None)
    assert lines(conversation) == []


def test_an_answer_names_the_customer_and_whoever_has_it(number: PhoneNumber, ana: Agent) -> None:
    words = "Hello {{contact.first_name}}, {{agent.first_name}} will answer."
    rule(number, actions={"assignee": ana.pk, "reply": words})
    conversation = said(number, posts.text("Hello"))
    asked()
    reply = conversation.messages.get(source=rule_running.SOURCE)
    assert reply.text == "Hello Maria, Ana will answer."


def test_what_is_not_known_is_left_out(number: PhoneNumber) -> None:
    rule(number, actions={"reply": "{{contact.first_name}}, hello {{agent.name}}!\nBye."})
    conversation = said(number, posts.text("Hello"))
    conversation.contact.profile_name = ""
    conversation.contact.save(update_fields=["profile_name"])
    asked()
    assert conversation.messages.get(source=rule_running.SOURCE).text == "hello!\nBye."
