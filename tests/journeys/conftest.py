"""A real Chromium against the whole product. Journeys are skipped, with the reason, where there is no Chromium."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, expect, sync_playwright

from accounts.models import Agent, PhoneNumber, Role, Workspace
from conversations.models import Conversation
from simulator import defaults
from simulator.person import Person
from simulator.testing import SimulatorServer
from tests import world
from tests.journeys.people import Desk, sit_down
from tests.journeys.stage import Stage, standing
from waba_inbox.local.testing import browser as find_chromium

PATIENCE_MS = 30_000
MARIA = "+4915112345678"
# What the browser itself says of a missing network or of a refusal is no fault of the page.
NETWORK_WORDS = ("Failed to load resource", "WebSocket connection", "net::ERR")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in item.nodeid:
            item.add_marker(pytest.mark.journey)
            item.add_marker(pytest.mark.django_db(transaction=True, reset_sequences=True))


@pytest.fixture(
    scope="module"
)  # no longer: while Playwright's loop runs, this thread runs no other
def chromium() -> Iterator[Browser]:
    program = find_chromium()
    if not program:
        pytest.skip("no Chromium: set CHROMIUM, or put chromium or google-chrome on the PATH")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright keeps a loop in this thread
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        expect.set_options(timeout=PATIENCE_MS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def stage(
    django_db_setup: None,
    simulator_server: SimulatorServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stage]:
    with standing(tmp_path_factory.mktemp("stage"), simulator_server) as ready:
        yield ready


@pytest.fixture
def shop(stage: Stage, workspace: Workspace) -> Iterator[PhoneNumber]:
    """The simulator's own number, with the token that it takes."""
    stage.meta.fresh_world()
    stage.meta.set_webhook(f"{stage.url}/webhooks/whatsapp/")
    account = world.make_account(workspace, waba_id=defaults.WABA_ID, token=defaults.TOKEN)
    account.app.secret = defaults.APP_SECRET
    account.app.save(update_fields=["secret"])
    yield world.make_number(account, phone_number_id=defaults.NUMBER_ID)
    stage.meta.fresh_world()  # the stage's web writes into the database of the tests that follow
    stage.meta.set_webhook(lambda body, headers: 200)
    stage.rest()


@pytest.fixture
def maria(stage: Stage, shop: PhoneNumber) -> Person:
    """A customer with her phone in her hand: she reads at once."""
    person: Person = stage.meta.world.customer(MARIA, number_id=shop.phone_number_id)
    with stage.meta.world.lock:
        stage.meta.world.customers.keep(replace(person.customer, name="Maria Sokolova"))
    return person


@pytest.fixture
def thread(stage: Stage, maria: Person) -> Conversation:
    """Maria has written before; Meta knows it too, so the window is open."""
    maria.writes("Is the coat still there?")
    found = Conversation.objects.filter(contact__phone=MARIA.lstrip("+"), messages__isnull=False)
    assert stage.boss.wait_until(found.exists, seconds=90), "the message did not arrive"
    return found.get()


Seat = Callable[..., Desk]


@pytest.fixture
def seat(chromium: Browser, stage: Stage, shop: PhoneNumber) -> Iterator[Seat]:
    """Agents take their seats: `seat("Ana")`. Nobody's page may throw or break the security policy."""
    desks: list[Desk] = []
    faults: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(word in message.text for word in NETWORK_WORDS):
            faults.append(message.text)

    def take(name: str, **how: Any) -> Desk:
        agent = Agent.objects.filter(name=name).first() or make_agent(name, shop)
        desk = sit_down(chromium, stage.url, agent, **how)
        desk.page.set_default_timeout(PATIENCE_MS)
        desk.page.on("console", heard)
        desk.page.on("pageerror", lambda fault: faults.append(str(fault)))
        desks.append(desk)
        return desk

    yield take
    for desk in desks:
        desk.page.context.close()
    assert not faults


def make_agent(name: str, number: PhoneNumber) -> Agent:
    agent = world.make_agent(number.workspace, name, Role.AGENT)
    world.seat(agent, number)
    return agent
