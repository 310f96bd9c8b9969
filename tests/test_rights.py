"""Walks every URL of the product as everybody who could come: who is let in, who is not, and that what somebody may
not see does not exist for them. The table of tests/doors.py says for whom each is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.test import Client

from accounts.models import Agent, PhoneNumber, Role, Sight
from conversations.models import Conversation
from tests import world
from tests.doors import CLOSED, FOR_WHOM, URLS, Url
from tests.things import things_of

METHODS = ("get", "post")
LET_IN = {200, 204, 302, 405}


@pytest.fixture
def signed_in(settings: Any) -> Callable[[Agent], Client]:
    """Signs in by the page itself, so that what asks for a fresh sign-in is satisfied."""
    settings.ACCOUNT_RATE_LIMITS = False
    cache.clear()

    def sign_in(agent: Agent) -> Client:
        client = Client()
        answer = client.post("/accounts/login/", {"login": agent.email, "password": world.PASSWORD})
        assert answer.status_code == 302
        return client

    return sign_in


def answers(client: Client, path: str) -> set[int]:
    return {getattr(client, method)(path).status_code for method in METHODS}


def say(record_property: Any, who: str, urls: int, requests: int) -> None:
    record_property("counted", f"rights: {urls} URLs as {who}, {requests} requests")


def test_every_url_is_in_the_table_and_its_own_guard_says_the_same() -> None:
    assert {url.label for url in URLS} == FOR_WHOM.keys(), "say in tests/doors.py for whom it is"
    wrong = {
        url.label
        for url in URLS
        if url.is_open != (url.group == "open")
        or (url.roles and any(url.is_for(role) != (role in url.roles) for role in Role.values))
        or (url.roles is None and url.group in ("books", "lead", "administer", "judged"))
    }
    assert not wrong
    twice = [label for label, count in Counter(url.label for url in URLS).items() if count > 2]
    assert not twice


@pytest.mark.parametrize("who", ["a stranger", "half signed in", "switched off"])
def test_who_is_not_signed_in_is_led_to_the_sign_in(
    who: str, signed_in: Any, ada: Agent, ana: Agent, record_property: Any
) -> None:
    things, client = things_of(ada.workspace, ada), Client()
    if who == "half signed in":  # the right password, no second step yet
        TOTP.activate(ana, "JBSWY3DPEHPK3PXP")
        client = signed_in(ana)
    elif who == "switched off":
        client = signed_in(ana)
        ana.is_active = False
        ana.save(update_fields=["is_active"])
    for url in CLOSED:
        path = url.path(things)
        for method in METHODS:
            answer = getattr(client, method)(path)
            assert answer.status_code == 302, f"{method} {path}"
            assert answer["Location"].startswith("/accounts/login/"), f"{method} {path}"
    say(record_property, who, len(CLOSED), len(CLOSED) * len(METHODS))


def test_who_lacks_the_required_second_step_is_led_to_it(
    signed_in: Any, ada: Agent, record_property: Any
) -> None:
    things = things_of(ada.workspace, ada)
    ada.workspace.requires_mfa = True
    ada.workspace.save(update_fields=["requires_mfa"])
    client = signed_in(world.make_agent(ada.workspace, "Visitor", Role.ADMINISTRATOR))
    beyond = [url for url in CLOSED if not url.route.startswith("accounts/")]
    for url in beyond:
        for method in METHODS:
            answer = getattr(client, method)(url.path(things))
            assert answer["Location"] == "/accounts/2fa/totp/activate/", f"{method} {url.route}"
    say(record_property, "one without the required second step", len(beyond), len(beyond) * 2)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_gets_what_is_for_it_and_a_plain_no_to_the_rest(
    role: str, signed_in: Any, meta: Any, ada: Agent, record_property: Any
) -> None:
    things = things_of(ada.workspace, ada)
    agent = world.make_agent(ada.workspace, "Visitor", role)
    if role == Role.AGENT:
        world.seat(agent)
    client = signed_in(agent)
    # First what is closed: a page that is open may change what the path points to.
    closed = [url for url in CLOSED if not url.is_for(role)]
    wrong = {url.label: found for url in closed if (found := _no(client, url, things))}
    opened = {url: client.get(url.path(things)).status_code for url in CLOSED if url.is_for(role)}
    wrong |= {url.label: {got} for url, got in opened.items() if got not in _expected(url)}
    assert not wrong
    assert closed or role == Role.ADMINISTRATOR
    assert list(opened.values()).count(200) > 2
    say(record_property, f"{role}", len(CLOSED), len(closed) * len(METHODS) + len(opened))


def _no(client: Client, url: Url, things: dict[str, Any]) -> set[int]:
    """What was answered if it was no plain no. Pages for those who work conversations look at the method first."""
    found = answers(client, url.path(things))
    allowed = {403} if url.roles else {403, 405}
    return set() if 403 in found and found <= allowed else found


def _expected(url: Url) -> set[int]:
    """A visitor's own things are none of ours: no passkey, no code, no job, no browser."""
    if url.label == "quality:evidence":
        return LET_IN | {404}  # asked without a cause
    return {404, 405} if url.group == "own" else LET_IN | {404} if not url.namespace else LET_IN


def test_another_companys_objects_do_not_exist(
    signed_in: Any, ada: Agent, dan: Agent, record_property: Any
) -> None:
    things, client = things_of(dan.workspace, dan), signed_in(ada)
    pointing = [url for url in CLOSED if url.arguments]
    wrong = {}
    for url in pointing:
        found = answers(client, url.path(things))
        if 404 not in found or not found <= {404, 405}:
            wrong[url.route] = found
    assert not wrong
    who = "another company's administrator"
    say(record_property, who, len(pointing), len(pointing) * len(METHODS))


def narrow(agent: Agent, number: PhoneNumber, who: str) -> None:
    """Gives the agent less than the thread of `number`, in the way that `who` names."""
    if who in ("their own only", "their team's only"):
        agent.sight = Sight.OWN if who == "their own only" else Sight.TEAM
        agent.save(update_fields=["sight"])
        world.seat(agent)
    elif who == "another number":
        world.seat(agent, world.make_number(number.account))
    elif who == "another team":
        world.seat(agent, number, world.make_team(agent.workspace, "Others", agent))


@pytest.mark.parametrize(
    "who", ["their own only", "their team's only", "another number", "another team", "no seat"]
)
def test_what_an_agent_does_not_see_does_not_exist(
    who: str, signed_in: Any, ada: Agent, record_property: Any
) -> None:
    things = things_of(ada.workspace, ada)
    row = Conversation.objects.get(pk=things["conversations:pk"])
    row.team = world.make_team(ada.workspace, "Theirs")
    row.save(update_fields=["team"])
    agent = world.make_agent(ada.workspace, "Visitor")
    narrow(agent, row.number, who)
    client = signed_in(agent)
    hidden = [url for url in URLS if url.group in ("seen", "own")]
    wrong = {}
    for url in hidden:
        found = answers(client, url.path(things))
        if 404 not in found or not found <= {404, 405}:
            wrong[url.label] = found
    assert not wrong
    say(record_property, f"agent who sees {who}", len(hidden), len(hidden) * 2)


@pytest.mark.parametrize("who", ["theirs", "their team's", "everything"])
def test_what_an_agent_sees_opens(
    who: str, signed_in: Any, ada: Agent, record_property: Any
) -> None:
    things = things_of(ada.workspace, ada)
    agent = world.make_agent(ada.workspace, "Visitor")
    row = Conversation.objects.get(pk=things["conversations:pk"])
    if who == "theirs":
        agent.sight, row.assignee = Sight.OWN, agent
    elif who == "their team's":
        agent.sight, row.team = Sight.TEAM, world.make_team(ada.workspace, "Ours", agent)
    agent.save(update_fields=["sight"])
    row.save(update_fields=["assignee", "team"])
    world.seat(agent)
    client = signed_in(agent)
    shown = [url for url in URLS if url.group == "seen"]
    wrong = {
        url.label: found
        for url in shown
        if (found := client.get(url.path(things)).status_code) not in LET_IN
    }
    assert not wrong
    say(record_property, f"agent who sees {who}", len(shown), len(shown))


def test_whoever_began_it_has_it_to_themselves(client: Client, ada: Agent) -> None:
    things = things_of(ada.workspace, ada)
    client.force_login(ada)
    path = {url.name: url.path(things) for url in URLS if url.group == "own"}
    assert client.get(path["bulk_job"]).status_code == 200
    assert client.post(path["notices_end"]).status_code == 302
    assert client.post(path["bulk_stop"]).status_code in (200, 204, 302, 409)
