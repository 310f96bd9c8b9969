"""Waiting conversations find somebody: who, when, never twice; “next”; and handing over with a word."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Agent, Handing, PhoneNumber, Presence, Team
from conversations import handing_out, handing_over, pulling, refusals, triage
from conversations.models import Conversation, Direction, Mention
from conversations.tests.test_outbox_races import at_once
from events.models import Event
from tests import world

pytestmark = pytest.mark.django_db


def waiting(
    number: PhoneNumber, team: Team | None, *, minutes: int = 5, **over: Any
) -> Conversation:
    since = timezone.now() - timedelta(minutes=minutes)
    return world.make_conversation(number, team=team, waiting_since=since, **over)


def online(name: str, team: Team, **over: Any) -> Agent:
    agent = world.make_agent(team.workspace, name, **{"presence": Presence.ONLINE, **over})
    team.members.add(agent)
    world.seat(agent)
    return agent


@pytest.fixture
def shop(shop_team: Team) -> Team:
    shop_team.handing = Handing.ROUND_ROBIN
    shop_team.save(update_fields=["handing"])
    return shop_team


def handed(team: Team, at: datetime | None = None) -> int:
    return len(handing_out.hand_out(team.workspace_id, at=at or timezone.now()))


def of(agent: Agent) -> int:
    return Conversation.objects.filter(assignee=agent).count()


def test_it_goes_in_turn_to_those_online_only_and_the_thread_says_so(
    number: PhoneNumber, shop: Team, ana: Agent
) -> None:
    two = [online("Bo", shop), online("Cy", shop, presence=Presence.BUSY), online("Di", shop)]
    rows = [waiting(number, shop, minutes=9 - n) for n in range(4)]
    assert handing_out.due() == [shop.workspace_id]
    assert handed(shop) == 4
    assert [of(one) for one in (two[0], two[1], two[2], ana)] == [2, 0, 2, 0]
    assert handing_out.due() == []
    line = rows[0].messages.get(kind="activity")
    assert line.content == {
        "act": "handed", "to": "Bo", "to_id": two[0].pk, "team": "Shop", "known": False
    }  # fmt: skip
    assert Event.objects.filter(kind="conversation.assigned").count() == 4
    assert handed(shop) == 0


def test_nobody_gets_more_than_they_have_room_for_and_the_rest_waits(
    number: PhoneNumber, shop: Team
) -> None:
    bo, di = online("Bo", shop, capacity=1), online("Di", shop)
    shop.workspace.capacity = 2
    shop.workspace.save(update_fields=["capacity"])
    rows = [waiting(number, shop, minutes=9 - n) for n in range(4)]
    assert handed(shop) == 3
    assert (of(bo), of(di)) == (1, 2)
    rows[3].refresh_from_db()
    assert rows[3].assignee is None
    first = Conversation.objects.filter(assignee=bo).get()
    triage.close(first.pk, agent=bo, at=timezone.now())
    assert handed(shop) == 1
    rows[3].refresh_from_db()
    assert rows[3].assignee == bo


def test_the_least_busy_comes_first(number: PhoneNumber, shop: Team) -> None:
    shop.handing = Handing.LEAST_BUSY
    shop.save(update_fields=["handing"])
    bo, di = online("Bo", shop), online("Di", shop)
    for _ in range(3):
        world.make_conversation(number, assignee=bo)
    for n in range(3):
        waiting(number, shop, minutes=n)
    assert handed(shop) == 3
    assert (of(bo), of(di)) == (3, 3)


@pytest.mark.parametrize(("sticky", "presence", "expected"), [
    (True, Presence.ONLINE, "Di"), (True, Presence.AWAY, "Bo"), (False, Presence.ONLINE, "Bo"),
])  # fmt: skip
def test_a_customer_comes_back_to_whoever_knows_them_if_they_are_there(
    number: PhoneNumber, other_number: PhoneNumber, shop: Team, sticky: bool, presence: str,
    expected: str,
) -> None:  # fmt: skip
    shop.is_sticky = sticky
    shop.save(update_fields=["is_sticky"])
    online("Bo", shop)
    di = online("Di", shop, presence=presence)
    row = waiting(number, shop)
    before = world.make_conversation(other_number, contact=row.contact)
    world.make_message(before, direction=Direction.OUT, author=di)
    assert handed(shop) == 1
    row.refresh_from_db()
    assert row.assignee is not None
    assert row.assignee.name == expected


def test_off_without_a_team_resolved_or_out_of_their_seats_it_stays_where_it_is(
    number: PhoneNumber, other_number: PhoneNumber, shop: Team
) -> None:
    bo = world.make_agent(shop.workspace, "Bo", presence=Presence.ONLINE)
    shop.members.add(bo)
    world.seat(bo, number)
    waiting(number, world.make_team(shop.workspace, "Off"))
    waiting(number, None)
    waiting(number, shop, status="resolved")
    waiting(other_number, shop)
    world.make_conversation(number, team=shop)  # nobody waits in it
    assert handed(shop) == 0


# --- next ----------------------------------------------------------------------------------------------


def test_next_is_whoever_has_waited_longest_of_what_the_seats_open(
    number: PhoneNumber, other_number: PhoneNumber, ana: Agent, client: Client
) -> None:
    ana.sight = "own"
    ana.save(update_fields=["sight"])
    waiting(other_number, None, minutes=90)
    late, early = waiting(number, None, minutes=1), waiting(number, None, minutes=30)
    client.force_login(ana)
    headers: Any = {"X-Requested-With": "fetch"}
    assert client.post("/inbox/next/", headers=headers).json() == {"url": f"/inbox/{early.pk}/"}
    assert client.post("/inbox/next/")["Location"] == f"/inbox/{late.pk}/"
    answer = client.post("/inbox/next/", headers=headers)
    assert answer.status_code == 409
    assert "Nobody waits" in answer.content.decode()


def test_finance_takes_nobody(fay: Agent) -> None:
    with pytest.raises(refusals.InternalRole):
        pulling.pull(agent=fay, at=timezone.now())


# --- handing over -----------------------------------------------------------------------------------------


def test_handing_over_leaves_a_note_that_calls_whoever_gets_it(
    conversation: Conversation, ana: Agent, cleo: Agent, client: Client
) -> None:
    client.force_login(ana)
    said = {"to": cleo.pk, "expected": "", "note": "wants a refund", "token": uuid.uuid4()}
    for _ in range(2):
        answer = client.post(f"/inbox/{conversation.pk}/assignment/", said)
        assert answer.status_code == 302
    conversation.refresh_from_db()
    assert conversation.assignee == cleo
    note = conversation.messages.get(kind="note")
    assert note.text == "@Cleo wants a refund"
    assert Mention.objects.get().agent == cleo


def test_without_the_assignment_there_is_no_note(
    conversation: Conversation, ana: Agent, ben: Agent
) -> None:
    with pytest.raises(refusals.NotTheirs):
        handing_over.hand_over(
            conversation.pk, agent=ana, to=ben, expected=None, note="yours", token=uuid.uuid4(),
            at=timezone.now(),
        )  # fmt: skip
    assert not conversation.messages.filter(kind="note").exists()


# --- at the same moment -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_many_who_press_next_at_once_get_one_each(number: PhoneNumber, workspace: Any) -> None:
    agents = [world.make_agent(workspace, f"Agent{n}") for n in range(6)]
    for agent in agents:
        world.seat(agent)
    for n in range(4):
        waiting(number, None, minutes=n)

    def press(n: int) -> int | None:
        try:
            return pulling.pull(agent=agents[n], at=timezone.now()).pk
        except refusals.NobodyWaits:
            return None

    got = [pk for pk in at_once(press, times=6) if pk]
    assert len(got) == len(set(got))
    assert Conversation.objects.unassigned().count() == 4 - len(got)
    assert len(got) >= 1


@pytest.mark.django_db(transaction=True)
def test_two_teams_that_hand_out_at_once_do_not_count_the_same_room(
    number: PhoneNumber, shop: Team, workspace: Any
) -> None:
    other = world.make_team(workspace, "Returns")
    Team.objects.filter(pk=other.pk).update(handing=Handing.LEAST_BUSY)
    bo = online("Bo", shop, capacity=3)
    other.members.add(bo)
    for n in range(6):
        waiting(number, (shop, other)[n % 2], minutes=n)
    given = at_once(lambda _n: handed(shop), times=4)
    assert sum(given) == of(bo) == 3


@pytest.mark.django_db(transaction=True)
def test_what_somebody_has_in_hand_is_passed_over(number: PhoneNumber, shop: Team) -> None:
    online("Bo", shop)
    held, free = waiting(number, shop, minutes=9), waiting(number, shop)
    with transaction.atomic():
        Conversation.objects.select_for_update().get(pk=held.pk)
        assert at_once(lambda _n: handed(shop), times=1) == [1]
    free.refresh_from_db()
    assert free.assignee is not None
