"""One browser on the line: let in if it may be, told what is pushed to its groups, sent away when its rights end."""

from __future__ import annotations

from typing import Any

import pytest
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.models import Agent, Role, Workspace
from accounts.seats import Place, groups_for, groups_of
from events import live
from events.consumers import MOST_THREADS, LiveConsumer
from events.tests.line import PATIENCE, Line
from tests import world

pytestmark = pytest.mark.django_db(transaction=True)


@database_sync_to_async
def session_of(agent: Any) -> Any:
    client = Client()
    if agent.is_authenticated:
        client.force_login(agent)
    return client.session


async def called(agent: Any) -> Line:
    line = Line(LiveConsumer.as_asgi(), user=agent, session=await session_of(agent))
    assert await line.opened()  # a refusal before this tells the browser nothing
    return line


async def opened(agent: Agent) -> Line:
    """Let in, and the first beat heard."""
    line = await called(agent)
    assert set(await line.said()) == {"seq"}
    return line


async def push(group: str, html: str = "<b>news</b>") -> None:
    await get_channel_layer().group_send(group, {"type": "live.fragment", "html": html})


@database_sync_to_async
def made(name: str, role: str = Role.AGENT, **over: Any) -> Agent:
    return world.make_agent(world.make_workspace(), name, role, **over)


@database_sync_to_async
def seated(name: str, **over: Any) -> tuple[Agent, Place]:
    """An agent, and a place that they see."""
    agent = world.make_agent(world.make_workspace(), name, **over)
    number = world.make_number(world.make_account(agent.workspace))
    world.seat(agent, number, world.make_team(agent.workspace, "Shop"))
    return agent, Place(agent.workspace_id, number.pk)


async def test_nobody_without_a_name_is_let_in() -> None:
    assert await (await called(AnonymousUser())).closed() == 4401


async def test_who_keeps_the_books_is_not_let_in() -> None:
    assert await (await called(await made("Fay", Role.FINANCE))).closed() == 4403


async def test_who_lacks_the_second_step_that_is_required_is_not_let_in() -> None:
    ana = await made("Ana", Role.MANAGER)
    await Workspace.objects.filter(pk=ana.workspace_id).aupdate(requires_mfa=True)
    assert await (await called(ana)).closed() == 4403


async def test_who_was_switched_off_meanwhile_is_not_let_in() -> None:
    agent = await made("Ana")
    await database_sync_to_async(Agent.objects.filter(pk=agent.pk).update)(is_active=False)
    assert await (await called(agent)).closed() == 4403


async def test_an_agent_hears_of_what_their_seats_show_in_their_language() -> None:
    agent, place = await seated("Ana", language="ru")
    line = await opened(agent)
    heard = sorted(groups_for(place))
    for group in heard:
        await push(f"{group}.ru.full", group)
        await push(f"{group}.en.full", "in another language")
    said = [(await line.said())["html"]]
    assert set(said) <= set(heard)
    assert await line.is_silent()
    await push(f"agent.{agent.pk}", "for you")
    assert await line.said() == {"html": "for you"}
    await line.hang_up()


async def test_an_agent_does_not_hear_of_other_places() -> None:
    agent, place = await seated("Ana")
    line = await opened(agent)
    elsewhere = (
        Place(place.workspace, place.number, team=0),
        Place(place.workspace, place.number + 1),
        Place(place.workspace + 1, place.number),
    )
    for other in elsewhere:
        for group in groups_for(other):
            await push(f"{group}.en.full")
    assert await line.is_silent()
    await line.hang_up()


async def test_a_manager_hears_of_everything_in_the_company_once() -> None:
    agent = await made("Cleo", Role.MANAGER)
    line = await opened(agent)
    for group in groups_for(Place(agent.workspace_id, 7, team=8)):
        await push(f"{group}.en.full", group)
    assert "html" in await line.said()
    assert await line.is_silent()
    await line.hang_up()


async def test_notes_are_passed_on() -> None:
    agent, _place = await seated("Ana")
    line = await opened(agent)
    note = {"type": "live.note", "note": {"kind": "read", "conversation": 1}}
    await get_channel_layer().group_send(f"agent.{agent.pk}", note)
    assert await line.said() == {"note": {"kind": "read", "conversation": 1}}
    await line.hang_up()


async def test_the_line_is_cut_when_the_rights_behind_it_change() -> None:
    agent, _place = await seated("Ana")
    line = await opened(agent)
    await get_channel_layer().group_send(f"agent.{agent.pk}", {"type": "live.revoked"})
    assert await line.closed() == 4403
    await line.hang_up()


def loses_the_seat(agent: Agent) -> None:
    agent.seats.all().delete()


def is_switched_off(agent: Agent) -> None:
    Agent.objects.filter(pk=agent.pk).update(is_active=False)


def has_another_password(agent: Agent) -> None:
    agent.set_password("nine wet geese")
    agent.save(update_fields=["password"])


def is_signed_out(agent: Agent) -> None:
    Session.objects.all().delete()


@pytest.mark.parametrize(
    ("what", "code"),
    [
        (loses_the_seat, 4403),
        (is_switched_off, 4401),
        (has_another_password, 4401),
        (is_signed_out, 4401),
    ],
)
async def test_a_line_ends_though_the_word_of_it_was_lost(
    what: Any, code: int, settings: Any
) -> None:
    settings.LIVE_BEAT_SECONDS = 0.01
    agent, _place = await seated("Ana")
    line = await opened(agent)
    await database_sync_to_async(what)(agent)
    while (output := await line.receive_output(PATIENCE))["type"] == "websocket.send":
        pass
    assert output == {"type": "websocket.close", "code": code}
    await line.hang_up()


async def test_the_latest_number_is_told_again_and_again(settings: Any) -> None:
    settings.LIVE_BEAT_SECONDS = 0.05
    agent, _place = await seated("Ana")
    line = await called(agent)
    assert await line.said() == {"seq": 0}
    await database_sync_to_async(Workspace.objects.update)(last_seq=41)
    for _ in range(50):
        said = await line.said()
        if said["seq"]:
            break
    assert said == {"seq": 41}
    await line.hang_up()


async def with_threads(agent: Agent) -> Line:
    """The line of an inbox, which says the threads that it has open."""
    session = await session_of(agent)
    line = Line(LiveConsumer.as_asgi(), user=agent, session=session, query_string=b"threads")
    assert await line.opened()
    assert set(await line.said()) == {"seq"}
    return line


async def say(line: Line, text: str) -> None:
    await line.send_input({"type": "websocket.receive", "text": text})


async def test_an_inbox_hears_rows_and_the_threads_that_it_has_open() -> None:
    agent, place = await seated("Ana", language="ru")
    line = await with_threads(agent)
    group = f"{min(groups_for(place) & groups_of(await seats(agent)))}.ru.full"
    await push(group, "everything")
    await push(live.thread_of(group, 7), "not open yet")
    await push(live.rows_of(group), "a row")
    assert await line.said() == {"html": "a row"}
    await say(line, '{"threads": [7, 8]}')
    await until_heard(line, live.thread_of(group, 8))
    await push(live.thread_of(group, 7), "a bubble")
    assert await line.said() == {"html": "a bubble"}
    await say(line, '{"threads": [9]}')
    await until_heard(line, live.thread_of(group, 9))
    await push(live.thread_of(group, 7), "closed again")
    assert await line.is_silent()
    await line.hang_up()


async def test_threads_of_other_places_cannot_be_opened() -> None:
    agent, place = await seated("Ana")
    line = await with_threads(agent)
    own = f"{min(groups_for(place) & groups_of(await seats(agent)))}.en.full"
    await say(line, '{"threads": [7]}')
    await until_heard(line, live.thread_of(own, 7))
    for other in (
        Place(place.workspace, place.number + 1),
        Place(place.workspace + 1, place.number),
    ):
        for group in groups_for(other):
            await push(live.thread_of(f"{group}.en.full", 7))
    assert await line.is_silent()
    await line.hang_up()


async def test_who_lost_their_rights_opens_no_thread_any_more() -> None:
    agent, place = await seated("Ana")
    line = await with_threads(agent)
    await get_channel_layer().group_send(f"agent.{agent.pk}", {"type": "live.revoked"})
    await say(line, '{"threads": [7]}')
    assert await line.closed() == 4403
    for group in groups_for(place):
        await push(live.thread_of(f"{group}.en.full", 7))
    assert await line.is_silent()
    await line.hang_up()


@pytest.mark.parametrize(
    "said",
    [
        "", "threads", "[7]", '{"threads": 7}', '{"threads": {"7": 7}}', '{"threads": ["7"]}',
        '{"threads": [true]}', '{"threads": [-7]}', '{"threads": [7e3]}', f'{{"threads": [{10**40}]}}',
        '{"threads": [' + "7," * 2000 + "7]}", "[" * 1900,
    ],
)  # fmt: skip
async def test_nonsense_opens_nothing_and_breaks_nothing(said: str) -> None:
    agent, place = await seated("Ana")
    line = await with_threads(agent)
    await say(line, said)
    await line.send_input({"type": "websocket.receive", "bytes": b"\xff"})
    for group in groups_for(place):
        await push(live.thread_of(f"{group}.en.full", 7))
        await push(live.thread_of(f"{group}.en.full", 1))
    await push(f"agent.{agent.pk}", "for you")
    assert await line.said() == {"html": "for you"}
    await line.hang_up()


async def test_no_more_threads_are_opened_than_a_deck_holds() -> None:
    agent, place = await seated("Ana")
    line = await with_threads(agent)
    group = f"{min(groups_for(place) & groups_of(await seats(agent)))}.en.full"
    await say(line, f'{{"threads": {list(range(1, 100))}}}')
    layer = get_channel_layer()
    for _ in range(PATIENCE * 10):
        if sum(name.startswith(f"{group}.") for name in layer.groups) > MOST_THREADS:
            break  # these and the rows
        assert await line.is_silent()
    assert sum(name.startswith(f"{group}.") for name in layer.groups) == MOST_THREADS + 1
    await line.hang_up()


@database_sync_to_async
def seats(agent: Agent) -> Any:
    return Agent.objects.get(pk=agent.pk).seats_at()


async def until_heard(line: Line, group: str) -> None:
    """The consumer has taken in what was said: its group is there."""
    for _ in range(PATIENCE * 10):
        if group in get_channel_layer().groups:
            return
        assert await line.is_silent()
    raise AssertionError(f"{group} was never joined")


async def test_what_a_browser_says_is_ignored() -> None:
    agent, _place = await seated("Ana")
    line = await opened(agent)
    await line.send_input(
        {"type": "websocket.receive", "text": '{"subscribe": "inbox.1.any.any.en"}'}
    )
    await push("inbox.1.any.any.en")
    assert await line.is_silent()
    await line.hang_up()
