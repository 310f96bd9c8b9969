"""The SQL of access.py says what the pure rule of accounts/seats.py says, over small random worlds; and so does every
list, count, file and change that is built on it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from accounts.models import Agent, PhoneNumber, Role, Sight, Team
from accounts.seats import can_see, is_open_to
from conversations import access, listing, live, search
from conversations.listing import Filters
from conversations.models import Conversation, MediaFile, Message
from tests import world

EVERYTHING = Filters(tab="all", status="any")


@dataclass
class SmallWorld:
    """Two companies, with conversations at every place and agents with seats of all sorts."""

    seed: int
    agents: list[Agent] = field(default_factory=list)
    conversations: list[Conversation] = field(default_factory=list)

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)
        for company in range(2):
            workspace = world.make_workspace()
            numbers = [world.make_number(world.make_account(workspace)) for _ in range(2)]
            teams = [world.make_team(workspace, f"Team {n}") for n in range(2)]
            for number in numbers:
                for team in (None, *teams):
                    self._conversation(number, team)
            here = self.conversations[-len(numbers) * 3 :]
            for n in range(4):
                agent = world.make_agent(
                    workspace, f"Agent{company}{n}", sight=chance.choice(["", *Sight.values])
                )
                teams[n % 2].members.add(agent)
                given = chance.choice(here)
                Conversation.objects.filter(pk=given.pk).update(assignee=agent)
                given.assignee_id = agent.pk
                for where, which in chance.sample(
                    [(a, b) for a in (None, *numbers) for b in (None, *teams)], chance.randint(0, 2)
                ):
                    world.seat(agent, where, which)
                self.agents.append(agent)
            workspace.agent_sight = chance.choice(Sight.values)
            workspace.save(update_fields=["agent_sight"])
            for role in (Role.MANAGER, Role.FINANCE, Role.ADMINISTRATOR):
                self.agents.append(world.make_agent(workspace, f"{role}{company}", role))
            self.agents.append(
                world.make_agent(workspace, f"Lead{company}", Role.MANAGER, sight="team")
            )
            teams[0].members.add(self.agents[-1])
            off = world.make_agent(workspace, f"Off{company}", Role.MANAGER, is_active=False)
            self.agents.append(off)
        # A seat across the border, which no page makes, must open nothing.
        world.seat(self.agents[0], self.conversations[-1].number, None)

    def _conversation(self, number: PhoneNumber, team: Team | None) -> None:
        row = world.make_conversation(number, team=team)
        media = MediaFile.objects.create(
            workspace=number.workspace, number=number, kind="image", state="stored"
        )
        live.publish("x", row, world.make_message(row, media=media))
        self.conversations.append(row)

    def seen_by(self, agent: Agent) -> set[int]:
        return {row.pk for row in self.conversations if can_see(agent.seats_at(), row.place)}


@pytest.mark.parametrize("seed", range(12))
def test_pages_files_counts_and_changes_show_what_the_rule_says(db: Any, seed: int) -> None:
    small = SmallWorld(seed)
    seen_at_all = set()
    for agent in small.agents:
        agent.workspace.refresh_from_db()
        seen = small.seen_by(agent)
        takeable = {r.pk for r in small.conversations if is_open_to(agent.seats_at(), r.place)}
        assert ids(access.takeable(agent)) == takeable
        assert seen <= takeable
        seen_at_all |= seen
        assert ids(access.conversations(agent)) == seen
        assert {row.conversation_id for row in access.messages(agent)} == seen
        files = access.files(agent).values_list("messages__conversation_id", flat=True)
        assert set(files) == seen
        assert files.count() == len(seen)
        assert {row.pk for row in listing.inbox(agent, EVERYTHING).rows} == seen
        assert listing.counts(agent, EVERYTHING)[0]["all"] == len(seen)
        changes = search.changes(agent, since="0")
        assert {row.pk for row in changes.conversations} == seen
        assert set(changes.messages) == seen
        assert changes.gone == []
        places = {row.number_id for row in small.conversations if row.pk in takeable}
        assert {number.pk for number in access.numbers(agent)} == places
    assert seen_at_all == ids(Conversation.objects.all())


def test_a_file_on_two_messages_is_listed_once(
    ana: Agent, conversation: Conversation, number: PhoneNumber
) -> None:
    media = MediaFile.objects.create(workspace=number.workspace, number=number, kind="image")
    for _ in range(2):
        world.make_message(conversation, media=media)
    assert access.files(ana).count() == 1


def test_an_unsent_upload_is_seen_by_nobody_but_its_uploader(
    ana: Agent, cleo: Agent, number: PhoneNumber
) -> None:
    MediaFile.objects.create(workspace=number.workspace, number=number, uploaded_by=ana)
    assert access.files(ana).count() == 1
    assert access.files(cleo).count() == 0


def test_an_upload_that_was_sent_goes_out_of_sight_with_its_conversation(
    ana: Agent, conversation: Conversation, number: PhoneNumber, workspace: Any
) -> None:
    media = MediaFile.objects.create(workspace=workspace, number=number, uploaded_by=ana)
    world.make_message(conversation, media=media)
    assert access.files(ana).count() == 1
    conversation.team = world.make_team(workspace, "Elsewhere")
    conversation.save(update_fields=["team"])
    assert access.files(ana).count() == 0


def ids(rows: Any) -> set[int]:
    return {row.pk for row in rows}


def test_a_message_is_seen_where_its_conversation_is(ana: Agent, other_number: PhoneNumber) -> None:
    message = world.make_message(world.make_conversation(other_number))
    assert not access.messages(ana).filter(pk=message.pk).exists()
    assert Message.objects.filter(pk=message.pk).exists()
