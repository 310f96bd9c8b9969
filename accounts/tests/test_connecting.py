"""WhatsApp accounts against the simulator: the real client, the real wire."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection

from accounts import checking
from accounts.models import AuditEntry, BusinessAccount, MetaApp, PhoneNumber, PricingPlan
from simulator import defaults
from tests import world

APPS = "/settings/whatsapp/apps/"


@pytest.fixture
def app(ada):
    return MetaApp.objects.create(
        workspace=ada.workspace,
        app_id=defaults.APP_ID,
        secret=defaults.APP_SECRET,
        verify_token="verify-me-please",
    )


@pytest.fixture
def account(app, ada):
    return BusinessAccount.objects.create(
        workspace=ada.workspace,
        app=app,
        waba_id=defaults.WABA_ID,
        name="Old name",
        token=defaults.TOKEN,
        time_zone="UTC",
    )


def connect(admin, app, **over: str):
    form = {
        "waba_id": defaults.WABA_ID,
        "token": defaults.TOKEN,
        "pricing_plan": PricingPlan.CURRENT,
    }
    return admin.post(f"{APPS}{app.pk}/account/", form | over)


def test_an_app_is_kept_only_with_its_own_secret(admin, meta):
    wrong = admin.post(APPS, {"app_id": defaults.APP_ID, "secret": "not-the-secret"})
    assert wrong.status_code == 422
    assert "not-the-secret" not in wrong.content.decode()
    assert not MetaApp.objects.exists()
    admin.post(APPS, {"app_id": defaults.APP_ID, "secret": defaults.APP_SECRET})
    app = MetaApp.objects.get()
    assert app.secret == defaults.APP_SECRET
    assert len(app.verify_token) >= 20


def test_the_webhook_page_gives_address_and_verify_token_but_not_the_secret(admin, app, settings):
    settings.PUBLIC_URL = "https://inbox.example"
    page = admin.get(f"{APPS}{app.pk}/").content.decode()
    assert "https://inbox.example/webhooks/whatsapp/" in page
    assert app.verify_token in page
    assert app.secret not in page


def test_an_app_of_another_workspace_cannot_be_taken(admin, meta, app, dan):
    MetaApp.objects.filter(pk=app.pk).update(workspace=dan.workspace)
    answer = admin.post(APPS, {"app_id": defaults.APP_ID, "secret": defaults.APP_SECRET})
    assert answer.status_code == 422
    assert MetaApp.objects.get().workspace == dan.workspace


def test_a_known_app_gets_a_new_secret_and_keeps_its_verify_token(admin, meta, app):
    MetaApp.objects.filter(pk=app.pk).update(secret="an older secret")
    admin.post(APPS, {"app_id": defaults.APP_ID, "secret": defaults.APP_SECRET})
    app.refresh_from_db()
    assert (app.secret, app.verify_token) == (defaults.APP_SECRET, "verify-me-please")


def test_an_account_comes_with_what_meta_says_of_it(admin, meta, app):
    world_of_meta = meta.world
    waba = world_of_meta.wabas[defaults.WABA_ID]
    world_of_meta.wabas.keep(replace(waba, name="Берег", currency="EUR", timezone_id="116"))
    answer = connect(admin, app)
    account = BusinessAccount.objects.get()
    assert answer["Location"] == f"/settings/whatsapp/{account.pk}/numbers/"
    assert (account.name, account.currency) == ("Берег", "EUR")
    assert account.time_zone == "Europe/Moscow"
    assert account.token == defaults.TOKEN
    assert account.subscribed_at is not None


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"token": "not-a-token-at-all"}, "does not accept this token"),
        ({"waba_id": "200000000000009"}, "Meta knows no such account"),
        ({"waba_id": "abc"}, "digits only"),
        ({"token": ""}, "required"),
    ],
)
def test_what_meta_does_not_confirm_is_not_kept(admin, meta, app, over, words):
    answer = connect(admin, app, **over)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not BusinessAccount.objects.exists()


def test_a_token_without_the_scopes_is_refused_by_name(admin, meta, app):
    token = meta.world.tokens[defaults.TOKEN]
    meta.world.tokens.keep(replace(token, scopes=("whatsapp_business_messaging",)))
    assert "whatsapp_business_management" in connect(admin, app).content.decode()


def test_a_token_of_another_app_is_refused(admin, meta, app):
    meta.world.tokens.keep(replace(meta.world.tokens[defaults.TOKEN], app_id="999"))
    assert "another app" in connect(admin, app).content.decode()


def test_a_meta_that_is_away_is_said_in_words(admin, app, settings):
    settings.GRAPH_URL = "http://127.0.0.1:1"
    answer = connect(admin, app)
    assert answer.status_code == 422
    assert "cannot be reached" in answer.content.decode()


def test_an_account_is_connected_once(admin, meta, account, app):
    assert "connected already" in connect(admin, app).content.decode()
    BusinessAccount.objects.update(workspace=world.make_workspace())
    assert "Another workspace" in connect(admin, app).content.decode()


def test_secrets_are_encrypted_in_the_database_and_absent_from_pages_and_the_log(admin, meta, app):
    connect(admin, app)
    account = BusinessAccount.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM accounts_businessaccount")
        raw_token = cursor.fetchone()[0]
        cursor.execute("SELECT secret FROM accounts_metaapp")
        raw_secret = cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(a::text, ' ') FROM accounts_auditentry a")
        log = cursor.fetchone()[0]
    assert defaults.TOKEN not in raw_token
    assert defaults.APP_SECRET not in raw_secret
    assert defaults.TOKEN not in log
    for path in ("", f"{account.pk}/", f"{account.pk}/numbers/", f"apps/{app.pk}/", "apps/"):
        page = admin.get(f"/settings/whatsapp/{path}").content.decode()
        assert defaults.TOKEN not in page
        assert defaults.APP_SECRET not in page


def test_a_new_token_is_used_once_it_works_and_not_before(admin, meta, account):
    path = f"/settings/whatsapp/{account.pk}/token/"
    answer = admin.post(path, {"token": "wrong-token-entered"})
    account.refresh_from_db()
    assert answer.status_code == 422
    assert "The old token is kept" in answer.content.decode()
    assert "wrong-token-entered" not in answer.content.decode()
    assert account.token == defaults.TOKEN
    meta.world.tokens.keep(replace(meta.world.tokens[defaults.TOKEN], id="a-fresh-token"))
    admin.post(path, {"token": " a-fresh-token "})
    account.refresh_from_db()
    assert account.token == "a-fresh-token"
    assert AuditEntry.objects.get(act="account.token_changed").details == {"ends_with": "oken"}


def test_a_check_brings_the_numbers_up_to_date_and_clears_the_trouble(admin, meta, account):
    BusinessAccount.objects.update(token_problem="Session has expired")
    number = world.make_number(account, phone_number_id=defaults.NUMBER_ID)
    known = meta.world.numbers[defaults.NUMBER_ID]
    meta.world.numbers.keep(replace(known, quality="YELLOW", throughput="HIGH"))
    admin.post(f"/settings/whatsapp/{account.pk}/check/")
    account.refresh_from_db()
    number.refresh_from_db()
    assert account.token_problem == ""
    assert (number.quality_rating, number.messages_per_second) == ("YELLOW", 1000)
    assert number.digits == defaults.PHONE.lstrip("+")


def test_a_check_with_a_dead_token_keeps_metas_words(admin, meta, account):
    BusinessAccount.objects.filter(pk=account.pk).update()
    meta.world.tokens.keep(replace(meta.world.tokens[defaults.TOKEN], expires_at=1.0))
    answer = admin.post(f"/settings/whatsapp/{account.pk}/check/")
    account.refresh_from_db()
    assert answer.status_code == 422
    assert "expired" in account.token_problem


def test_a_check_that_cannot_reach_meta_stops_nothing(admin, account, settings):
    settings.GRAPH_URL = "http://127.0.0.1:1"
    admin.post(f"/settings/whatsapp/{account.pk}/check/")
    account.refresh_from_db()
    assert account.token_problem == ""


def test_subscribing_is_done_at_meta(admin, meta, account):
    waba = meta.world.wabas[defaults.WABA_ID]
    meta.world.wabas.keep(replace(waba, subscribed_apps=()))
    admin.post(f"/settings/whatsapp/{account.pk}/subscription/")
    account.refresh_from_db()
    assert meta.world.wabas[defaults.WABA_ID].subscribed_apps == (defaults.APP_ID,)
    assert account.subscribed_at is not None


def test_chosen_numbers_are_added_with_label_and_team(admin, meta, account, shop_team):
    path = f"/settings/whatsapp/{account.pk}/numbers/"
    assert defaults.NUMBER_ID in admin.get(path).content.decode()
    key = defaults.NUMBER_ID
    admin.post(path, {"number": [key, "777"], f"label-{key}": "Shop", f"team-{key}": shop_team.pk})
    number = PhoneNumber.objects.get()
    assert (number.phone_number_id, number.label, number.team) == (key, "Shop", shop_team)
    assert number.digits == defaults.PHONE.lstrip("+")
    assert "All numbers of this account are here already" in admin.get(path).content.decode()


def test_a_number_by_id_must_be_one_of_the_account(admin, meta, account):
    path = f"/settings/whatsapp/{account.pk}/numbers/new/"
    wrong = admin.post(path, {"phone_number_id": "300000000000009", "label": "X"})
    assert "has no number with this ID" in wrong.content.decode()
    admin.post(path, {"phone_number_id": defaults.NUMBER_ID, "label": "Shop"})
    assert PhoneNumber.objects.get().label == "Shop"
    again = admin.post(path, {"phone_number_id": defaults.NUMBER_ID, "label": "Shop"})
    assert "connected already" in again.content.decode()


def test_no_more_numbers_than_allowed_are_at_work(admin, meta, account, settings):
    settings.NUMBERS_PER_WORKSPACE = 1
    other = world.make_number(account)
    path = f"/settings/whatsapp/{account.pk}/numbers/new/"
    full = admin.post(path, {"phone_number_id": defaults.NUMBER_ID, "label": "Shop"})
    assert "No more numbers" in full.content.decode()
    admin.post(f"/settings/numbers/{other.pk}/activity/", {"is_active": "0"})
    admin.post(path, {"phone_number_id": defaults.NUMBER_ID, "label": "Shop"})
    assert PhoneNumber.objects.filter(is_active=True).count() == 1
    admin.post(f"/settings/numbers/{other.pk}/activity/", {"is_active": "1"})
    other.refresh_from_db()
    assert not other.is_active


def test_the_token_is_not_in_what_a_failed_check_raises(meta, app):
    with pytest.raises(checking.NotAccepted) as raised:
        checking.check_account("1", token="secret-token-value", app=app, zone="UTC")
    assert "secret-token-value" not in f"{raised.value!r} {raised.value.meta}"
    assert raised.value.__context__ is None or "secret-token-value" not in repr(
        raised.value.__context__
    )
