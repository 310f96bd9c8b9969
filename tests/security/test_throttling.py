"""Doors at which one could guess or flood: after some tries everybody waits, told so in words with the way out, and a
known address is told nothing that an unknown one is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils.http import int_to_base36

from accounts import inviting
from accounts.models import Agent, Role
from accounts.tests.test_sign_in import code_of
from tests import world
from tests.security.test_sessions import LOGIN, SECOND, SECRET, same, sign_in

RESET = "/accounts/password/reset/"
NOBODY = "nobody@example.com"
MOST = 60  # tries: whoever is let try more often is not throttled


@pytest.fixture(autouse=True)
def _unhurried() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def tries_until(ask: Callable[[int], Any], stopped: Callable[[Any], bool]) -> int:
    """How many were answered before the first that was not."""
    for n in range(MOST):
        if stopped(ask(n)):
            return n
    raise AssertionError(f"{MOST} tries were all answered")


def waits(answer: Any) -> bool:
    return bool(answer.status_code == 429)


def says_the_way_out(answer: Any) -> bool:
    html = answer.content.decode()
    return "Try again in a few minutes" in html and f'href="{LOGIN}"' in html


def guess_password(who: str) -> Callable[[int], Any]:
    return lambda n: Client().post(LOGIN, {"login": who, "password": f"guess {n}"})


def test_passwords_cannot_be_guessed_whoever_is_named(ana: Agent) -> None:
    told = {}
    for who in (ana.email, NOBODY):
        cache.clear()
        tries_until(guess_password(who), lambda answer: "Too many" in answer.content.decode())
        told[who] = same(guess_password(who)(0))
    assert told[ana.email] == told[NOBODY]
    right = sign_in(Client(), ana)
    assert right.status_code == 302 or "Too many" in right.content.decode()


def test_one_address_cannot_try_many_logins(ana: Agent) -> None:
    def ask(n: int) -> Any:
        return Client().post(LOGIN, {"login": f"someone{n}@example.com", "password": "guess"})

    tries_until(ask, lambda answer: waits(answer) or "Too many" in answer.content.decode())
    for _more in range(MOST):
        answer = ask(0)
        if waits(answer):
            break
    assert waits(answer)
    assert says_the_way_out(answer)
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    assert sign_in(elsewhere, ana).status_code == 302  # who is at another address comes in


@pytest.mark.parametrize("kind", ["a code", "a recovery code"])
def test_the_second_step_cannot_be_guessed(client: Client, ana: Agent, kind: str) -> None:
    TOTP.activate(ana, SECRET)
    RecoveryCodes.activate(ana)
    sign_in(client, ana)

    def ask(n: int) -> Any:
        code = f"{n:06d}" if kind == "a code" else f"{n:08x}"
        return client.post(SECOND, {"code": code})

    tries_until(ask, lambda answer: waits(answer) or "Too many" in answer.content.decode())
    client.post(SECOND, {"code": code_of(SECRET)})  # even the right one waits now
    assert client.get("/settings/you/").status_code == 302


def test_nobody_is_flooded_with_resets_and_nobody_learns_who_is_known(ana: Agent) -> None:
    told, counts = {}, {}
    for who in (ana.email, NOBODY):
        cache.clear()

        def ask(n: int, who: str = who) -> Any:
            return Client(REMOTE_ADDR=f"198.51.100.{n}").post(RESET, {"email": who})

        counts[who] = tries_until(ask, waits)
        told[who] = same(ask(99))
        assert says_the_way_out(ask(98))
    assert counts[ana.email] == counts[NOBODY] == len(mail.outbox) <= 5, counts
    assert told[ana.email] == told[NOBODY]


def test_one_address_cannot_ask_for_many_resets(db: None) -> None:
    """Whatever address it says that it is: only a proxy that the settings know is believed."""

    def ask(n: int) -> Any:
        said = {"X-Forwarded-For": f"198.51.100.{n}", "X-Real-IP": f"198.51.100.{n}"}
        return Client().post(RESET, {"email": f"someone{n}@example.com"}, headers=said)

    tries_until(ask, waits)


def test_links_that_are_no_invitation_cannot_be_tried_on_and_on(client: Client, ada: Agent) -> None:
    row, link = inviting.invite(
        ada.workspace, email="new@example.com", role=Role.AGENT, teams=[], language="en", by=ada
    )
    tries_until(lambda n: client.get(f"/join/guess-{n}/"), waits)
    assert says_the_way_out(client.get("/join/guess/"))
    assert client.get("/join/" + link.rsplit("/join/")[1]).status_code == 200, row  # who has one


def test_new_passwords_cannot_be_tried_with_guessed_links(client: Client, ana: Agent) -> None:
    link = f"/accounts/password/reset/key/{int_to_base36(ana.pk)}-set-password/"
    new = {"password1": "nine wet geese", "password2": "nine wet geese"}
    tries_until(lambda n: client.post(link, new), waits)
    ana.refresh_from_db()
    assert ana.check_password(world.PASSWORD)


@pytest.mark.parametrize(
    ("path", "field"),
    [("/accounts/reauthenticate/", "password"), ("/accounts/password/change/", "oldpassword")],
)
def test_whoever_found_a_browser_open_cannot_guess_its_password(
    client: Client, ana: Agent, path: str, field: str
) -> None:
    client.force_login(ana)
    new = {"password1": "nine wet geese", "password2": "nine wet geese"}

    def ask(n: int) -> Any:
        return client.post(path, {field: f"guess {n}", **new})

    tries_until(ask, lambda answer: waits(answer) or "Too many" in answer.content.decode())
    ana.refresh_from_db()
    assert ana.check_password(world.PASSWORD)
