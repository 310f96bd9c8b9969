"""Doors that somebody could pass without the right key: forged posts, frames, fixed sessions, steps gone round."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.core.cache import cache
from django.test import Client

from accounts import inviting
from accounts.models import Agent, Role
from accounts.tests.test_sign_in import code_of
from tests import world
from tests.doors import CLOSED, URLS
from tests.things import things_of

LOGIN = "/accounts/login/"
SECOND = "/accounts/2fa/authenticate/"
SECRET = "JBSWY3DPEHPK3PXP"
ELSEWHERE = (
    "https://evil.example/", "//evil.example/", "///evil.example", "/\\evil.example", "\\\\evil.example",
    "https:evil.example", "http:///evil.example", "/\t/evil.example", "javascript:alert(1)", "data:text/html,x",
    " https://evil.example", "https://testserver@evil.example/", "https://testserver.evil.example/",
    "\x00//evil.example",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _unhurried(settings: Any) -> None:
    cache.clear()


def sign_in(client: Client, agent: Agent, password: str = world.PASSWORD) -> Any:
    return client.post(LOGIN, {"login": agent.email, "password": password})


def same(answer: Any) -> tuple[int, str, str]:
    """What a stranger can tell of an answer."""
    html = re.sub(r'(value|nonce|content)="[^"]*"', "", answer.content.decode())
    return answer.status_code, answer.headers.get("Location", ""), html


def test_no_post_without_a_token_is_taken(ada: Agent, meta: Any, record_property: Any) -> None:
    things = things_of(ada.workspace, ada)
    agent = world.make_agent(ada.workspace, "Visitor", Role.ADMINISTRATOR)
    client = Client(enforce_csrf_checks=True)
    client.force_login(agent)
    wrong = {}
    for url in URLS:
        answer = client.post(url.path(things))
        # 405: no post is taken there at all.
        if answer.status_code not in (403, 405):
            wrong[url.label] = answer.status_code
    assert not wrong
    record_property("counted", f"CSRF: {len(URLS)} posts without a token, none taken")


def test_a_token_of_another_browser_and_a_foreign_origin_are_refused(ana: Agent) -> None:
    client, other = Client(enforce_csrf_checks=True), Client()
    client.force_login(ana)
    other.get(LOGIN)
    client.get("/settings/you/")
    foreign = {"csrfmiddlewaretoken": other.cookies["csrftoken"].value}
    assert client.post("/settings/you/look/", foreign).status_code == 403
    own = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value}
    for origin in ("https://evil.example", "null", "http://testserver.evil.example"):
        answer = client.post("/settings/you/look/", own, headers={"origin": origin})
        assert answer.status_code == 403, origin
    assert client.post("/settings/you/look/", own).status_code != 403


def test_every_page_forbids_frames_sniffing_and_scripts_of_others(
    ada: Agent, meta: Any, record_property: Any
) -> None:
    things, client = things_of(ada.workspace, ada), Client()
    client.force_login(world.make_agent(ada.workspace, "Visitor", Role.ADMINISTRATOR))
    wrong = {}
    for url in URLS:
        if url.name in ("account_logout", "account_login"):
            continue
        answer = client.get(url.path(things))
        said = answer.headers.get("Content-Security-Policy", "")
        is_html = "html" in answer.headers.get("Content-Type", "")
        ok = answer.headers.get("X-Content-Type-Options") == "nosniff"
        ok &= answer.headers.get("X-Frame-Options") == "DENY"
        ok &= not is_html or ("frame-ancestors 'none'" in said and "'unsafe-inline'" not in said)
        ok &= not is_html or ("object-src 'none'" in said and "base-uri 'none'" in said)
        if not ok:
            wrong[url.label] = dict(answer.headers)
    assert not wrong
    record_property("counted", f"headers: {len(URLS)} URLs, none to be framed or sniffed")


def test_a_session_that_was_there_before_is_not_the_one_after(client: Client, ana: Agent) -> None:
    client.get(LOGIN)
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    before, token = session.session_key, client.cookies["csrftoken"].value
    assert sign_in(client, ana).status_code == 302
    assert before
    assert client.session.session_key != before
    assert client.cookies["csrftoken"].value != token
    thief = Client()
    thief.cookies["sessionid"] = before
    assert thief.get("/settings/you/").status_code == 302
    kept = client.session.session_key
    assert kept
    client.post("/accounts/logout/")
    thief.cookies["sessionid"] = kept
    assert thief.get("/settings/you/").status_code == 302


def test_cookies_are_for_our_own_pages_only(client: Client, ana: Agent) -> None:
    sign_in(client, ana)
    assert client.cookies["sessionid"]["httponly"]
    assert {cookie["samesite"] for cookie in client.cookies.values()} == {"Lax"}


def test_a_new_password_never_goes_round_the_second_step(client: Client, ana: Agent) -> None:
    TOTP.activate(ana, SECRET)
    client.post("/accounts/password/reset/", {"email": ana.email})
    link = re.search(r"(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    assert link
    form = client.get(link[1], follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": "quite another one", "password2": "quite another one"})
    assert client.get("/settings/you/").status_code == 302
    assert sign_in(client, ana, "quite another one")["Location"] == SECOND
    assert client.get("/settings/you/").status_code == 302


def test_a_recovery_code_works_once(client: Client, ana: Agent) -> None:
    TOTP.activate(ana, SECRET)
    RecoveryCodes.activate(ana)
    codes = Authenticator.objects.get(user=ana, type=Authenticator.Type.RECOVERY_CODES)
    code = codes.wrap().get_unused_codes()[0]
    sign_in(client, ana)
    client.post(SECOND, {"code": code})
    assert client.get("/settings/you/").status_code == 200
    again = Client()
    sign_in(again, ana)
    again.post(SECOND, {"code": code})
    assert again.get("/settings/you/").status_code == 302


def test_codes_of_the_second_step_cannot_be_guessed_on_and_on(client: Client, ana: Agent) -> None:
    TOTP.activate(ana, SECRET)
    sign_in(client, ana)
    for guess in range(12):
        client.post(SECOND, {"code": f"{guess:06d}"})
    answer = client.post(SECOND, {"code": code_of(SECRET)})  # even the right one waits now
    assert answer.status_code in (200, 429)
    assert client.get("/settings/you/").status_code == 302


def test_half_signed_in_opens_no_page_of_the_second_step(client: Client, ana: Agent) -> None:
    """Nobody may take the second step away, or read its codes, on the way to it."""
    TOTP.activate(ana, SECRET)
    RecoveryCodes.activate(ana)
    sign_in(client, ana)
    inside = [url for url in CLOSED if url.route.startswith("accounts/")]
    for url in inside:
        if url.arguments:
            continue
        for method in ("get", "post"):
            answer = getattr(client, method)("/" + url.route)
            assert answer["Location"].startswith(LOGIN), f"{method} {url.route}"
    assert Authenticator.objects.filter(user=ana).count() == 2


def test_nobody_is_told_who_has_a_login(ana: Agent, ada: Agent) -> None:
    def asked(address: str) -> list[Any]:
        cache.clear()
        wrong = Client().post(LOGIN, {"login": address, "password": "not the password"})
        reset = Client().post("/accounts/password/reset/", {"email": address})
        return [same(wrong), same(reset)]

    off = world.make_agent(ana.workspace, "Off", is_active=False)
    answers = [asked(who) for who in (ana.email, off.email, "nobody@example.com")]
    assert answers[0] == answers[1] == answers[2]


def test_a_link_that_is_no_invitation_says_the_same_whatever_it_was(
    client: Client, ada: Agent
) -> None:
    row, link = inviting.invite(
        ada.workspace, email="new@example.com", role=Role.AGENT, teams=[], language="en", by=ada
    )
    key = link.rsplit("/join/")[1]
    inviting.revoke(row.pk, by=ada)
    said = {same(client.get(f"/join/{one}")) for one in (key, "guess/", "x" * 200 + "/")}
    assert len(said) == 1
    assert said.pop()[0] == 410


@pytest.mark.parametrize("path", [LOGIN, "/accounts/logout/", "/accounts/reauthenticate/"])
def test_nobody_is_led_from_our_pages_to_others(client: Client, ana: Agent, path: str) -> None:
    for address in ELSEWHERE:
        if path != LOGIN:
            client.force_login(ana)
        asked = {"login": ana.email, "password": world.PASSWORD, "next": address}
        answer = client.post(f"{path}?{urlencode({'next': address})}", asked)
        led = answer.headers.get("Location", "/")
        assert re.match(r"/([^/\\]|$)", led), f"{address} → {led}"
        client.logout()
        cache.clear()


def test_a_forged_host_stands_in_no_link(client: Client, ana: Agent, settings: Any) -> None:
    reset = "/accounts/password/reset/"
    for header in ("Host", "X-Forwarded-Host"):
        settings.ALLOWED_HOSTS = ["*"]  # of a demo, which takes any
        client.post(reset, {"email": ana.email}, headers={header: "evil.example"})
        assert "evil.example" not in str(mail.outbox.pop().message())
    settings.ALLOWED_HOSTS = ["testserver"]
    assert client.get(reset, headers={"Host": "evil.example"}).status_code == 400
