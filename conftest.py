"""Fixtures that every test may ask for: the people of tests/world.py, and Meta as the simulator plays it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from accounts.models import Agent, BusinessAccount, PhoneNumber, Role, Team, Workspace
from conversations.models import Conversation
from tests import world

# Tests that commit empty every table afterwards; the ledger's allows that to such sessions only.
os.environ["PGOPTIONS"] = "-c billing.may_empty=on"


# A busy machine is no fault of the product: neither a slow example nor slow making of examples fails a test.
hypothesis_settings.register_profile(
    "patient", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("patient")


@pytest.fixture(autouse=True)
def _quick_and_alone(settings: Any, tmp_path: Any) -> None:
    """No Redis, no worker, no slow password hashes: tasks run at once, sockets in memory, files apart."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    settings.CELERY_TASK_ALWAYS_EAGER = True
    settings.NEWS_REST = 0
    settings.MEDIA_ROOT = tmp_path / "media"
    from waba_inbox.celery import app

    app.conf.task_always_eager = True
    app.conf.task_eager_propagates = True


@pytest.fixture
def workspace(db: None) -> Workspace:
    return world.make_workspace(name="Northern Shop")


@pytest.fixture
def account(workspace: Workspace) -> BusinessAccount:
    return world.make_account(workspace)


@pytest.fixture
def number(account: BusinessAccount) -> PhoneNumber:
    return world.make_number(account)


@pytest.fixture
def other_number(account: BusinessAccount) -> PhoneNumber:
    return world.make_number(account, label="Clinic")


@pytest.fixture
def shop_team(workspace: Workspace) -> Team:
    return world.make_team(workspace, "Shop")


@pytest.fixture
def ana(workspace: Workspace, number: PhoneNumber, shop_team: Team) -> Agent:
    """An agent with a seat at the shop's number for the shop team."""
    agent = world.make_agent(workspace, "Ana")
    shop_team.members.add(agent)
    world.seat(agent, number, shop_team)
    return agent


@pytest.fixture
def ben(workspace: Workspace, other_number: PhoneNumber) -> Agent:
    """An agent of another team, with a seat at another number."""
    agent = world.make_agent(workspace, "Ben")
    world.seat(agent, other_number, world.make_team(workspace, "Clinic", agent))
    return agent


@pytest.fixture
def cleo(workspace: Workspace) -> Agent:
    return world.make_agent(workspace, "Cleo", Role.MANAGER)


@pytest.fixture
def fay(workspace: Workspace) -> Agent:
    return world.make_agent(workspace, "Fay", Role.FINANCE)


@pytest.fixture
def ada(workspace: Workspace) -> Agent:
    return world.make_agent(workspace, "Ada", Role.ADMINISTRATOR)


@pytest.fixture
def dan(db: None) -> Agent:
    """The administrator of another company."""
    return world.make_agent(world.make_workspace(name="Elsewhere"), "Dan", Role.ADMINISTRATOR)


@pytest.fixture
def conversation(number: PhoneNumber) -> Conversation:
    return world.make_conversation(number)


@pytest.fixture(scope="session")
def simulator_server() -> Iterator[Any]:
    from simulator.testing import SimulatorServer

    with SimulatorServer() as server:
        yield server


@pytest.fixture
def meta(simulator_server: Any, settings: Any) -> Iterator[Any]:
    """Meta, as far as the product can tell. No mocks: the real client, the real wire."""
    settings.GRAPH_URL = simulator_server.url
    simulator_server.fresh_world()
    simulator_server.set_webhook(lambda body, headers: 200)  # nobody's, until the test says whose
    yield simulator_server
    simulator_server.fresh_world()  # what it would still try to post is not for the next test


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What walks and sets have counted (`record_property("counted", …)`), also where several processes did."""
    reports = [
        report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, ())
    ]
    said = [
        text for report in reports for name, text in report.user_properties if name == "counted"
    ]
    if said:
        terminalreporter.section("counted")
        for text in sorted(said):
            terminalreporter.write_line(text)
