"""A customer comes back: to whoever had the conversation, or to somebody who is there."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Agent, ComingBack, Handing, PhoneNumber, Presence, Team
from conversations import handing_out, receiving
from conversations.arrivals import Arrival
from conversations.models import Conversation, ConversationStatus
from tests import posts, world
from whatsapp.webhooks import parse

pytestmark = pytest.mark.django_db


def person(team: Team, name: str, presence: str) -> Agent:
    agent = world.make_agent(team.workspace, name, presence=presence)
    team.members.add(agent)
    world.seat(agent)
    return agent


def writes(number: PhoneNumber, text: str) -> Conversation:
    body = posts.body(number, messages=[posts.text(text)])
    arrivals: list[Any] = [Arrival(fact, number, n) for n, fact in enumerate(parse(body), 1)]
    receiving.record_messages(arrivals)
    return Conversation.objects.get(number=number)


@pytest.fixture
def shop(shop_team: Team) -> Team:
    shop_team.handing = Handing.ROUND_ROBIN
    shop_team.save(update_fields=["handing"])
    return shop_team


def resolved(number: PhoneNumber, team: Team, agent: Agent, /, **over: Any) -> None:
    first = writes(number, "One")
    values = {"team": team, "assignee": agent, "status": ConversationStatus.RESOLVED} | over
    Conversation.objects.filter(pk=first.pk).update(waiting_since=None, **values)


def test_it_goes_to_somebody_who_is_there(number: PhoneNumber, shop: Team):
    gone = person(shop, "Gone Away", Presence.OFFLINE)
    here = person(shop, "Here", Presence.ONLINE)
    resolved(number, shop, gone)
    back = writes(number, "Two")
    assert back.assignee is None
    line = back.messages.get(kind="activity")
    assert line.content == {"act": "passed_on", "was": "Gone A."}
    handing_out.hand_out(shop.workspace_id, at=timezone.now())
    back.refresh_from_db()
    assert back.assignee == here


def test_a_number_may_say_otherwise_than_the_workspace(number: PhoneNumber, shop: Team):
    gone = person(shop, "Gone Away", Presence.OFFLINE)
    person(shop, "Here", Presence.ONLINE)
    shop.workspace.coming_back, number.coming_back = ComingBack.KEEP, ComingBack.PASS_ON
    shop.workspace.save(update_fields=["coming_back"])
    number.save(update_fields=["coming_back"])
    resolved(number, shop, gone)
    assert writes(number, "Two").assignee is None


CASES = ["online", "busy", "open", "alone", "by hand", "kept", "kept here", "no team"]


@pytest.mark.parametrize("case", CASES)
def test_else_it_stays(case: str, number: PhoneNumber, shop: Team):
    presence = {"online": Presence.ONLINE, "busy": Presence.BUSY}.get(case, Presence.OFFLINE)
    had = person(shop, "Had", presence)
    person(shop, "Other", Presence.OFFLINE if case == "alone" else Presence.ONLINE)
    cases: dict[str, dict[str, Any]] = {"open": {"status": "open"}, "no team": {"team": None}}
    if case == "by hand":
        shop.handing = Handing.OFF
        shop.save(update_fields=["handing"])
    if case == "kept":
        shop.workspace.coming_back = ComingBack.KEEP
        shop.workspace.save(update_fields=["coming_back"])
    if case == "kept here":
        number.coming_back = ComingBack.KEEP
        number.save(update_fields=["coming_back"])
    resolved(number, shop, had, **cases.get(case, {}))
    back = writes(number, "Two")
    assert back.status == ConversationStatus.OPEN
    assert back.assignee == had
    assert not back.messages.filter(kind="activity").exists()
