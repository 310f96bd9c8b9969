"""No page, form or mail of a Russian agent is left half English."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import audit, inviting
from accounts.acts import ACTS, DETAILS
from accounts.models import Agent, BusinessAccount, PhoneNumber, PricingPlan, Role, Workspace
from conversations import statuses
from conversations.models import Conversation, Direction, MediaFile, MediaState
from conversations.models.messages import PARTIALS, SHOWN_KINDS
from templates_app.models import Draft, Template, TemplateEvent
from tests import world
from tests.doors import URLS
from tests.spoken import Spoken, english_in, foreign
from webhooks.models import Envelope, Quarantined


def test_the_search_for_english_finds_it():
    assert english_in("<p>Открыть <b>the door</b></p>") == {"the door": ["the", "door"]}
    assert english_in('<a title="Switch off" href="/x">Выкл.</a>') == {
        "Switch off": ["Switch", "off"]
    }
    assert english_in("<p>Meta и WhatsApp: https://example.com/the/page</p>") == {}
    assert english_in('<p>Meta: <span lang="en">Invalid token</span><br></p>') == {}


@pytest.fixture
def company(db: None) -> Workspace:
    return world.make_workspace(name="Северная нить", language="ru")


@pytest.fixture
def waba(company: Workspace) -> BusinessAccount:
    return world.make_account(
        company, name="Магазин", templates_synced_at=timezone.now(), token="0001"
    )


@pytest.fixture
def line(waba: BusinessAccount) -> PhoneNumber:
    return world.make_number(
        waba, label="Магазин", verified_name="Нить", quality_rating="YELLOW", status="FLAGGED"
    )


@pytest.fixture
def dialogue(line: PhoneNumber) -> Conversation:
    return russian_conversation(line)


def russian_conversation(line: PhoneNumber, **over: Any) -> Conversation:
    contact = world.make_contact(line.workspace, profile_name="Мария Соколова", name="Мария")
    return world.make_conversation(line, contact=contact, **over)


def worker(company: Workspace, role: str, line: PhoneNumber | None = None) -> Agent:
    agent = world.make_agent(company, "Olga", role, language="ru")
    agent.name = "Ольга"
    agent.save(update_fields=["name"])
    if line:
        world.seat(agent, line)
    return agent


@pytest.fixture
def enter(client: Client, settings: Any) -> Any:
    """Signs in by the page itself, so that pages that ask for a fresh sign-in open too."""

    def sign_in(agent: Agent) -> Client:
        settings.ACCOUNT_RATE_LIMITS = False
        cache.clear()
        sent = {"login": agent.email, "password": world.PASSWORD}
        assert client.post("/accounts/login/", sent).status_code == 302
        return client

    return sign_in


def of_every_kind(conversation: Conversation, author: Agent) -> None:
    """One message of each kind, with files in every state, and each status of what we send."""
    for kind in [*sorted(SHOWN_KINDS), "a kind of tomorrow"]:
        for state in [*MediaState] if kind == "image" or kind in PARTIALS else [None]:
            media = state and MediaFile.objects.create(
                workspace=conversation.workspace, number=conversation.number, kind=kind, state=state
            )
            content = CONTENTS.get(kind, {})
            world.make_message(
                conversation, "Здравствуйте", kind=kind, content=content, media=media
            )
    for status in (
        statuses.FAILED,
        statuses.UNKNOWN,
        statuses.QUEUED,
        statuses.SENT,
        statuses.READ,
    ):
        over: dict[str, Any] = {"direction": Direction.OUT, "status": status, "author": author}
        if status in (statuses.FAILED, statuses.QUEUED):
            over |= {"error_code": 131026, "retry_at": timezone.now()}
        world.make_message(conversation, "Добрый день", edited_at=timezone.now(), **over)
    world.make_message(
        conversation, "Привет", source="phone", direction=Direction.OUT, is_forwarded=True
    )
    world.make_message(
        conversation, "Увидела", referral={"source_type": "ad"}, quoted_wamid="wamid.unknown"
    )
    world.make_message(conversation, "Ой", revoked_at=timezone.now())
    world.make_message(
        conversation, "Уточню", kind="note", direction=Direction.SYSTEM, author=author
    )
    for notice in NOTICES:
        kind = "activity" if "act" in notice else "system"
        world.make_message(conversation, "", kind=kind, content=notice, direction=Direction.SYSTEM)


CONTENTS: dict[str, dict[str, Any]] = {
    "location": {"latitude": 59.9, "longitude": 30.3},
    "contacts": {"contacts": [{"phones": [{"phone": "+7 921 000-77-01"}]}]},
    "interactive": {"type": "nfm_reply", "response": {"имя": "Мария"}},
    "order": {
        "items": [
            {"currency": "RUB", "quantity": 1, "item_price": 100, "product_retailer_id": "A1"}
        ]
    },
    "template": {"name": "order_ready", "preview": {"body": "Заказ готов"}},
}
NOTICES: tuple[dict[str, str], ...] = (
    {"act": "assigned", "by": "Ольга", "to": "Ольга"},
    {"act": "assigned", "by": "Ольга", "to": "Иван"},
    {"act": "unassigned", "by": "Ольга"},
    {"act": "resolved", "by": "Ольга"},
    {"act": "reopened", "by": "Ольга"},
    {"act": "reopened"},
    {"act": "moved", "by": "Ольга", "to": "Склад"},
    {"act": "moved", "by": "Ольга"},
    {"change": "number", "old": "79210000001", "new": "79210000002"},
    {"change": "identity"},
    {"change": "user_id"},
    {"change": "marketing_stopped"},
    {"change": "marketing_resumed"},
)
STRANGERS = (
    "/accounts/login/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/join/none/",
    "/none/",
)


def assert_russian(client: Client, path: str, **asked: Any) -> str:
    answer = client.get(path, follow=True, **asked)
    html: str = answer.content.decode()
    page = Spoken()
    page.feed(html)
    assert page.lang in ("ru", ""), path
    assert answer["Content-Language"] == "ru", path
    assert english_in(html) == {}, path
    return html


@pytest.mark.parametrize("path", STRANGERS)
def test_a_strangers_pages_follow_the_browser(path: str, client: Client, db: None):
    assert 'lang="ru"' in assert_russian(client, path, headers={"Accept-Language": "ru"})
    html = client.get(path, headers={"Accept-Language": "en"}).content.decode()
    assert 'lang="en"' in html
    assert not re.search("[а-яё]", html)


def test_a_thread_with_everything_in_it_is_russian(
    enter: Any, company: Workspace, dialogue: Conversation
):
    agent = worker(company, Role.AGENT, dialogue.number)
    of_every_kind(dialogue, agent)
    client = enter(agent)
    html = assert_russian(client, f"/inbox/{dialogue.pk}/")
    assert 'lang="ru"' in html
    assert "Окно: ещё" in html
    assert (
        "59.9, 30.3" in html
    )  # a place is searched for by these figures, so they keep their points
    assert_russian(client, f"/inbox/{dialogue.pk}/templates/")
    assert_russian(client, f"/inbox/{dialogue.pk}/assignees/")
    assert_russian(client, f"/inbox/{dialogue.pk}/snooze/")


@pytest.mark.parametrize(
    "over",
    [
        {"open_window": False},
        {"last_inbound_at": None},
        {"status": "resolved"},
        {"status": "snoozed"},
    ],
)
def test_closed_windows_and_closed_conversations_are_russian(
    over: dict[str, Any], enter: Any, company: Workspace, line: PhoneNumber
):
    conversation = russian_conversation(line, **over)
    assert_russian(enter(worker(company, Role.AGENT, line)), f"/inbox/{conversation.pk}/")


def test_empty_lists_are_russian(enter: Any, company: Workspace, line: PhoneNumber):
    client = enter(worker(company, Role.AGENT, line))
    for query in (
        "",
        "?tab=mine",
        "?tab=unassigned",
        "?tab=all",
        "?tab=all&q=Пётр",
        "?tab=all&status=resolved",
    ):
        assert_russian(client, f"/inbox/{query}")


@pytest.fixture
def paths(company: Workspace, line: PhoneNumber, dialogue: Conversation) -> dict[str, str]:
    """Every page that an administrator can open, with something on it."""
    team = world.make_team(company, "Склад")
    line.team = team
    line.save(update_fields=["team"])
    colleague = world.make_agent(company, "Ivan")
    Agent.objects.filter(pk=colleague.pk).update(name="Иван")
    template = Template.objects.create(
        account=line.account,
        name="order_ready",
        language="ru",
        category="MARKETING",
        status="PAUSED",
    )
    for kind, value in (("status", "APPROVED"), ("quality", "RED"), ("category", "MARKETING")):
        TemplateEvent.objects.create(template=template, kind=kind, after=value)
    envelope = Envelope.objects.create(app=line.account.app, digest=b"1", body=b"{}")
    held = Quarantined.objects.create(
        envelope=envelope, workspace=company, position=0, kind="field_of_meta", reason="Причина"
    )
    draft = Draft.objects.create(account=line.account, name="order_ready", author=colleague)
    things = {
        "pk": template.pk,
        "draft_id": draft.pk,
        "account_id": line.account_id,
        "agent_id": colleague.pk,
        "app_id": line.account.app_id,
        "held_id": held.pk,
        "number_id": line.pk,
        "team_id": team.pk,
    }
    found = {}
    for url in URLS:
        if url.namespace in ("accounts", "templates_app", "webhooks") and things.keys() >= set(
            url.arguments
        ):
            wanted = {name: things[name] for name in url.arguments}
            found[url.name] = reverse(f"{url.namespace}:{url.name}", kwargs=wanted)
    return found


def is_page(answer: Any) -> bool:
    """Whether it opens, and is for people to read."""
    return bool(answer.status_code == 200 and answer["Content-Type"].startswith("text/html"))


def test_the_settings_are_russian(enter: Any, company: Workspace, paths: dict[str, str], meta: Any):
    client = enter(worker(company, Role.ADMINISTRATOR))
    opened = [name for name, path in paths.items() if is_page(client.get(path))]
    assert {
        "me",
        "security",
        "people",
        "person",
        "account",
        "number",
        "log",
        "templates",
        "held",
    } <= set(opened)
    english = {name: english_in(client.get(paths[name]).content.decode()) for name in opened}
    assert {name: words for name, words in english.items() if words} == {}


def test_states_and_categories_of_templates_are_told(
    enter: Any, company: Workspace, paths: dict[str, str]
):
    client = enter(worker(company, Role.MANAGER))
    page = Spoken()
    page.feed(client.get(paths["template"]).content.decode())
    assert any("Маркетинговый" in text for text in page.said)
    assert "Приостановлен" in page.said


def test_what_forms_refuse_is_told_in_russian(
    enter: Any, company: Workspace, paths: dict[str, str], meta: Any
):
    client = enter(worker(company, Role.ADMINISTRATOR))
    for name in (
        "me",
        "invitations",
        "workspace",
        "teams",
        "apps",
        "account_new",
        "number",
        "number_new",
    ):
        html = client.post(paths[name], {}).content.decode()
        assert english_in(html) == {}, name


def test_the_audit_log_is_russian(enter: Any, company: Workspace, paths: dict[str, str]):
    boss = worker(company, Role.ADMINISTRATOR)
    details: dict[str, Any] = dict.fromkeys(DETAILS, Role.MANAGER) | {"plan": PricingPlan.CURRENT}
    for act in ACTS:
        audit.record(boss, act, "Иван", "10.0.0.1", **details | {"went_through": True})
    html = assert_russian(enter(boss), paths["log"])
    assert "Руководитель" in html
    assert "За сообщение" in html


def test_setting_up_a_second_step_is_russian(enter: Any, company: Workspace):
    client = enter(worker(company, Role.AGENT))
    for path in ("totp/activate/", "webauthn/add/", "recovery-codes/generate/"):
        assert_russian(client, f"/accounts/2fa/{path}")
    for path in ("password/change/", "logout/"):
        assert_russian(client, f"/accounts/{path}")


def test_a_role_is_refused_in_russian(enter: Any, company: Workspace, paths: dict[str, str]):
    client = enter(worker(company, Role.FINANCE))
    assert_russian(client, paths["people"])
    assert_russian(client, "/inbox/")


def test_mails_are_russian(
    company: Workspace,
    mailoutbox: list[Any],
    client: Client,
    django_capture_on_commit_callbacks: Any,
):
    invited: dict[str, Any] = {
        "email": "ivan@example.com",
        "role": Role.AGENT,
        "teams": [],
        "language": "ru",
    }
    with django_capture_on_commit_callbacks(execute=True):
        inviting.invite(company, by=worker(company, Role.ADMINISTRATOR), **invited)
        inviting.found("Ромашка", email="boss@example.com", language="ru", time_zone="UTC")
    asked = {"email": "olga@example.com"}
    client.post("/accounts/password/reset/", asked, headers={"Accept-Language": "ru"})
    assert len(mailoutbox) == 3
    for mail in mailoutbox:
        assert foreign(mail.subject) == [], mail.subject
        assert foreign(mail.body.replace("http://testserver", "https://example.com")) == [], (
            mail.body
        )
