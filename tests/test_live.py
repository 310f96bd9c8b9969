"""The whole way: a customer writes, a colleague acts, and what comes down the socket of the real application makes the
page that one would fetch. Committed for real, pushed over a real Redis, heard by the consumer behind the session.
"""

from __future__ import annotations

import hashlib
import time
import uuid

import pytest
from channels.db import database_sync_to_async as in_database
from django.test import Client
from django.utils import timezone

from accounts import sockets
from accounts.models import Agent
from conversations import sending
from conversations.models import Conversation
from conversations.tests.page import Screen, parse
from events.tests.line import Line, line_of
from tests import posts, world
from webhooks import draining
from webhooks.models import Envelope

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("over_redis", "tasks_wait"),
]


class Desk:
    """An agent at work: a page, a session, and the socket that goes with it."""

    def __init__(self, name: str) -> None:
        workspace = world.make_workspace()
        self.agent: Agent = world.make_agent(workspace, name)
        self.number = world.make_number(world.make_account(workspace))
        self.seat = world.seat(self.agent, self.number)
        contact = world.make_contact(workspace, phone=posts.MARIA)
        self.conversation: Conversation = world.make_conversation(self.number, contact=contact)
        self.client = Client()
        self.client.force_login(self.agent)
        self.screen = self.fetched()

    def fetched(self) -> Screen:
        response = self.client.get(f"/inbox/{self.conversation.pk}/?tab=all&status=any")
        return Screen(parse(response.content.decode()))

    def line(self) -> Line:
        return line_of(self.client)

    def customer_writes(self, said: str) -> None:
        body = posts.body(self.number, contacts=[posts.contact()], messages=[posts.text(said)])
        digest = hashlib.sha256(body).digest()
        Envelope.objects.create(app=self.number.account.app, digest=digest, body=body)
        draining.drain(seconds=5)

    def answers(self, said: str) -> None:
        how = {"token": uuid.uuid4(), "seen": 0, "override": True, "at": timezone.now()}
        sending.reply(self.conversation.pk, text=said, agent=self.agent, **how)  # type: ignore[arg-type]

    def loses_the_seat(self) -> None:
        self.seat.delete()
        sockets.close([self.agent.pk])


async def test_what_happens_comes_down_the_line_at_once() -> None:
    desk = await in_database(Desk)("Ana")
    line = desk.line()
    assert await line.opened()
    assert (await line.said())["seq"] == 0
    for act, words in ((desk.customer_writes, "Is it *open*?"), (desk.answers, "From nine.")):
        started = time.monotonic()
        await in_database(act)(words)
        desk.screen.place((await line.said())["html"])
        assert time.monotonic() - started < 5
        assert await line.is_silent()  # one push, whatever was done
        assert desk.screen.truth == (await in_database(desk.fetched)()).truth
        assert words.replace("*", "") in desk.screen.page.text
    await line.hang_up()


async def test_who_loses_the_seat_loses_the_line() -> None:
    desk = await in_database(Desk)("Ana")
    line = desk.line()
    assert await line.opened()
    assert set(await line.said()) == {"seq"}
    await in_database(desk.loses_the_seat)()
    assert await line.closed() == 4403
    await in_database(desk.customer_writes)("Is anybody there?")
    assert await line.is_silent()
    await line.hang_up()


async def test_who_is_signed_out_is_told_so() -> None:
    desk = await in_database(Desk)("Ana")
    await in_database(desk.client.logout)()
    line = desk.line()
    assert await line.opened()
    assert await line.closed() == 4401
    await line.hang_up()
