from __future__ import annotations

import io
import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.usersessions.models import UserSession
from cryptography.fernet import Fernet
from django.core import mail
from django.core.management import call_command
from django.test import Client

from accounts.backends import DEMO_DOMAIN
from accounts.models import Role
from tests import world

LOGIN = "/accounts/login/"


def sign_in(client, agent, password=world.PASSWORD):
    return client.post(LOGIN, {"login": agent.email, "password": password})


def code_of(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))


def without_token(html: str) -> str:
    return re.sub(r'(value|nonce)="[^"]*"', "", html)


def test_the_right_password_opens_and_the_session_is_listed(client, ana):
    assert sign_in(client, ana).status_code == 302
    assert client.get("/settings/you/").status_code == 200
    assert UserSession.objects.filter(user=ana).count() == 1


def test_an_unknown_address_and_a_wrong_password_look_alike(client, ana):
    wrong = sign_in(client, ana, "not the password")
    unknown = client.post(LOGIN, {"login": "nobody@example.com", "password": "not the password"})
    assert wrong.status_code == unknown.status_code == 200
    assert without_token(wrong.content.decode()) == without_token(unknown.content.decode())


def test_a_reset_tells_nobody_who_has_a_login(client, ana):
    known = client.post("/accounts/password/reset/", {"email": ana.email})
    assert len(mail.outbox) == 1
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.com"})
    assert len(mail.outbox) == 1
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_a_reset_link_leads_to_our_own_address_and_works_once(client, ana, settings):
    settings.PUBLIC_URL = "https://inbox.example"
    client.post("/accounts/password/reset/", {"email": ana.email}, headers={"host": "evil.test"})
    assert "evil.test" not in mail.outbox[0].body
    found = re.search(
        r"https://inbox\.example(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body)
    )
    assert found
    form = client.get(found[1], follow=True)
    new = {"password1": "quite another one", "password2": "quite another one"}
    client.post(form.redirect_chain[-1][0], new)
    ana.refresh_from_db()
    assert ana.check_password("quite another one")
    assert "no longer works" in Client().get(found[1], follow=True).content.decode()


def test_guessing_is_throttled_for_the_login_with_a_friendly_page(client, ana):
    for _try in range(5):
        sign_in(client, ana, "not the password")
    assert sign_in(client, ana).status_code == 200  # even the right one waits now
    for _try in range(30):
        answer = sign_in(client, ana)
    assert answer.status_code == 429
    assert "Too many tries" in answer.content.decode()


def test_nobody_can_sign_up(client, db):
    assert client.get("/accounts/signup/").status_code == 404


def test_a_switched_off_login_says_so_only_with_the_right_password(client, ana):
    ana.is_active = False
    ana.save(update_fields=["is_active"])
    assert "switched off" in sign_in(client, ana).content.decode()
    assert "switched off" not in sign_in(client, ana, "not it at all").content.decode()


@pytest.mark.parametrize("is_debug", [True, False])
def test_demo_logins_open_demos_only(client, workspace, settings, is_debug):
    settings.DEBUG = is_debug
    demo = world.make_agent(workspace, "Demo", email=f"demo{DEMO_DOMAIN}")
    answer = sign_in(client, demo)
    assert (answer.status_code == 302) is is_debug
    assert ("demo login" in answer.content.decode()) is not is_debug
    assert (client.get("/settings/you/").status_code == 200) is is_debug


def test_a_demo_session_ends_when_debug_is_switched_off(client, workspace, settings):
    settings.DEBUG = True
    demo = world.make_agent(workspace, "Demo", email=f"demo{DEMO_DOMAIN}")
    client.force_login(demo)
    assert client.get("/settings/you/").status_code == 200
    settings.DEBUG = False
    assert client.get("/settings/you/").status_code == 302


def test_the_second_step_is_asked_for_and_its_secret_is_encrypted(client, ana):
    sign_in(client, ana)
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    stored = Authenticator.objects.get(user=ana, type=Authenticator.Type.TOTP)
    assert secret not in str(stored.data)
    browser = Client()
    assert sign_in(browser, ana)["Location"] == "/accounts/2fa/authenticate/"
    assert browser.get("/settings/you/").status_code == 302
    codes = Authenticator.objects.get(user=ana, type=Authenticator.Type.RECOVERY_CODES)
    browser.post("/accounts/2fa/authenticate/", {"code": codes.wrap().get_unused_codes()[0]})
    assert browser.get("/settings/you/").status_code == 200


def test_a_workspace_that_requires_it_leads_to_the_second_step_first(client, ana):
    ana.workspace.requires_mfa = True
    ana.workspace.save(update_fields=["requires_mfa"])
    sign_in(client, ana)
    for path in ("/inbox/", "/settings/you/", "/settings/security/"):
        assert client.get(path)["Location"] == "/accounts/2fa/totp/activate/"
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert client.get("/settings/you/").status_code == 200


def test_recovery_codes_alone_are_no_second_step(client, ana):
    ana.workspace.requires_mfa = True
    ana.workspace.save(update_fields=["requires_mfa"])
    RecoveryCodes.activate(ana)
    client.force_login(ana)
    assert client.get("/settings/you/").status_code == 302


def test_the_required_second_step_cannot_be_switched_off(client, ana):
    ana.workspace.requires_mfa = True
    ana.workspace.save(update_fields=["requires_mfa"])
    TOTP.activate(ana, "JBSWY3DPEHPK3PXP")
    sign_in(client, ana)
    client.post("/accounts/2fa/authenticate/", {"code": code_of("JBSWY3DPEHPK3PXP")})
    client.post("/accounts/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(user=ana, type=Authenticator.Type.TOTP).exists()


def test_changing_how_one_signs_in_asks_who_it_is_once_more(client, ana):
    client.force_login(ana)  # a session whose sign-in is not known to be fresh
    answer = client.get("/accounts/2fa/totp/activate/")
    assert answer["Location"].startswith("/accounts/reauthenticate/")


def test_signing_out_everywhere_else_leaves_this_browser_in(client, ana):
    other = Client()
    sign_in(other, ana)
    sign_in(client, ana)
    client.post("/settings/security/sessions/")
    assert client.get("/settings/you/").status_code == 200
    assert other.get("/settings/you/").status_code == 302


def test_signing_out_everywhere_else_ends_the_live_connections(client, ana, closed):
    sign_in(client, ana)
    assert closed(ana, lambda: client.post("/settings/security/sessions/"))


def test_signing_out_ends_the_live_connections_of_other_tabs(client, ana, closed):
    sign_in(client, ana)
    assert closed(ana, lambda: client.post("/accounts/logout/"))


def test_a_new_password_ends_the_live_connections(client, ana, closed):
    sign_in(client, ana)
    new = {"password1": "a completely new one", "password2": "a completely new one"}
    said = {"oldpassword": world.PASSWORD} | new
    assert closed(ana, lambda: client.post("/accounts/password/change/", said))


def test_an_administrator_can_take_a_lost_second_step_away(client, ada, ana):
    browser = Client()
    sign_in(browser, ana)
    TOTP.activate(ana, "JBSWY3DPEHPK3PXP")
    client.force_login(ada)
    client.post(f"/settings/people/{ana.pk}/second-step/")
    assert not Authenticator.objects.filter(user=ana).exists()
    assert browser.get("/settings/you/").status_code == 302


def test_the_sign_in_page_follows_the_browsers_language(client, db):
    page = client.get(LOGIN, headers={"accept-language": "ru"})
    assert '<html lang="ru"' in page.content.decode()
    assert page["Content-Language"] == "ru"


def test_pages_of_the_entrance_hold_no_inline_script_or_style(client, ana):
    ana.role = Role.ADMINISTRATOR
    ana.save(update_fields=["role"])
    pages = [client.get(LOGIN), client.get("/accounts/password/reset/")]
    sign_in(client, ana)
    pages += [
        client.get(path)
        for path in (
            "/accounts/2fa/totp/activate/",
            "/accounts/2fa/webauthn/add/",
            "/accounts/password/change/",
            "/settings/security/",
            "/settings/people/",
            f"/settings/people/{ana.pk}/",
        )
    ]
    for page in pages:
        html = page.content.decode()
        assert page.status_code == 200
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", html)
        for script in re.findall(r"<script[^>]*>", html):
            assert "src=" in script or "application/json" in script or "nonce=" in script, script


def test_second_steps_survive_a_rotation_of_the_keys(client, ana, settings):
    TOTP.activate(ana, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(ana)
    new, old = Fernet.generate_key().decode(), settings.SECRETS_KEYS[0]
    settings.SECRETS_KEYS = [new, old]
    call_command("rotate_secrets", stdout=io.StringIO())
    settings.SECRETS_KEYS = [new]
    sign_in(client, ana)
    client.post("/accounts/2fa/authenticate/", {"code": code_of("JBSWY3DPEHPK3PXP")})
    assert "10 codes are left" in client.get("/settings/security/").content.decode()
