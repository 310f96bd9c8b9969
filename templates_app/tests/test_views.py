"""The templates' pages: the company's own, in words, safe whatever Meta or a rival wrote into them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Agent, BusinessAccount
from conversations.tests.page import Node, parse
from templates_app import board, cards
from templates_app.models import Draft, Template, TemplateEvent, TemplateState
from tests import world

BOARD = reverse("templates_app:templates")
LIST = reverse("templates_app:list")


def make(account: BusinessAccount, name: str = "hello", **over: Any) -> Template:
    fields: dict[str, Any] = {
        "name": name,
        "language": "en",
        "status": "APPROVED",
        "category": "UTILITY",
        "components": [{"type": "BODY", "text": "Hello *{{1}}*"}],
    }
    return Template.objects.create(account=account, **fields | over)


def one(template: Template) -> str:
    return reverse("templates_app:template", args=[template.pk])


def page_of(response: Any) -> Node:
    assert response.status_code == 200
    return parse(response.content.decode())


@pytest.fixture
def browser(client: Client, ana: Agent) -> Client:
    client.force_login(ana)
    return client


def test_each_company_sees_its_own(
    client: Client, account: BusinessAccount, ana: Agent, cleo: Agent, dan: Agent, fay: Agent
) -> None:
    template = make(account)
    for address in (BOARD, LIST, one(template)):
        response = client.get(address)
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/")
    for agent in (ana, cleo):
        client.force_login(agent)
        assert "hello" in page_of(client.get(LIST)).text
        assert "hello" in page_of(client.get(one(template))).text
    client.force_login(dan)
    assert "hello" not in page_of(client.get(LIST)).text
    assert client.get(one(template)).status_code == 404
    client.force_login(fay)
    assert client.get(LIST).status_code == client.get(one(template)).status_code == 403


def test_only_who_manages_asks_meta(
    client: Client, account: BusinessAccount, ana: Agent, fay: Agent, cleo: Agent, settings: Any
) -> None:
    settings.GRAPH_URL = "http://127.0.0.1:1"
    sync = reverse("templates_app:sync")
    for agent in (ana, fay):
        client.force_login(agent)
        assert client.post(sync).status_code == 403
    client.force_login(cleo)
    assert client.get(sync).status_code == 405
    page = page_of(client.post(sync, follow=True))
    assert any("toast--bad" in node.attrs.get("class", "") for node in page.walk())


def test_meta_is_asked_and_the_answer_is_said(
    client: Client, meta: Any, workspace: Any, cleo: Agent
) -> None:
    from simulator import defaults

    account = world.make_account(workspace, waba_id=defaults.WABA_ID, token=defaults.TOKEN)
    account.app.secret = defaults.APP_SECRET
    account.app.save(update_fields=["secret"])
    client.force_login(cleo)
    page = page_of(client.post(reverse("templates_app:sync"), follow=True))
    assert "up to date" in page.text


def test_a_company_without_an_account_is_told_so(client: Client, dan: Agent) -> None:
    client.force_login(dan)
    page = page_of(client.post(reverse("templates_app:sync"), follow=True))
    assert "There is no WhatsApp account yet." in page.text
    assert "No WhatsApp account yet" in page.text


@pytest.mark.parametrize("state", [*TemplateState.values, "NEW_IN_2027"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_state_is_shown(
    browser: Client, account: BusinessAccount, ana: Agent, state: str, language: str
) -> None:
    ana.language = language
    ana.save(update_fields=["language"])
    template = make(account, status=state, rejected_reason="INVALID_FORMAT", quality="RED")
    assert page_of(browser.get(BOARD)).all("section")
    assert bool(page_of(browser.get(LIST)).all("td")) == (state != "DELETED")
    assert page_of(browser.get(one(template))).all("h1")[0].text == "hello"


@pytest.mark.parametrize("state", ["", "approved", "nonsense", "\x00", "9" * 3000])
def test_states_narrow_the_list_down(browser: Client, account: BusinessAccount, state: str) -> None:
    make(account, "fine")
    make(account, "waiting", status="PENDING")
    names = {node.text for node in page_of(browser.get(LIST, {"state": state})).all("a")}
    assert "fine" in names
    assert ("waiting" in names) == (state != "approved")


def test_an_empty_list_says_what_to_do(browser: Client, account: BusinessAccount) -> None:
    assert "No templates here" in page_of(browser.get(LIST)).text


def test_what_happened_is_told_latest_first(browser: Client, account: BusinessAccount) -> None:
    template = make(account)
    for n, after in enumerate(("PENDING", "APPROVED", "SOMETHING_NEW")):
        TemplateEvent.objects.create(
            template=template, kind="status", before="", after=after, note=f"note {n} <b>",
            at=timezone.now(),
        )  # fmt: skip
    lines = page_of(browser.get(one(template))).all("li")
    rows = [line.text for line in lines if "note" in line.text]
    assert ["note 2 <b>" in rows[0], "note 0 <b>" in rows[-1]] == [True, True]
    assert "SOMETHING_NEW" in rows[0]


HOSTILE: list[Any] = [
    [], [1, None, "x", []], [{"type": "BODY"}], [{"type": None}], {"type": "BODY"}, None, "text",
    [{"type": "BODY", "text": "<script>alert(1)</script> {{1}} {{ x }}"}],
    [{"type": "HEADER", "format": "TEXT", "text": "<script>"}, {"type": "FOOTER", "text": "<script>"}],
    [{"type": "HEADER", "format": "NEW", "text": 5}, {"type": "BUTTONS", "buttons": [None, {"text": "<script>"}]}],
    [{"type": "BUTTONS", "buttons": "x"}, {"type": "CAROUSEL", "cards": []}],
    [{"type": "BUTTONS", "buttons": [{"type": "URL", "text": "x", "url": "javascript:alert(1)"}]}],
    [{"type": "BODY", "text": "x" * 100_000}],
]  # fmt: skip


@pytest.mark.parametrize("components", HOSTILE, ids=lambda c: ascii(c)[:30])
def test_odd_components_are_shown_as_far_as_they_go(
    browser: Client, account: BusinessAccount, components: Any
) -> None:
    name = "<script>x</script>"
    template = Template(account=account, name=name, language="<b>", components=components or [])
    template.components = components if components is not None else []
    template.save()
    for address in (BOARD, LIST, one(template)):
        page = page_of(browser.get(address))
        assert not [node for node in page.all("script") if "alert" in node.text or node.text == "x"]
        assert not [n for n in page.walk() if n.attrs.get("href", "").startswith("javascript")]
    assert page_of(browser.get(one(template))).all("h1")[0].text == name


def test_the_list_costs_the_same_with_one_template_and_thirty(
    browser: Client, account: BusinessAccount, django_assert_max_num_queries: Any
) -> None:
    for count in (1, 30):
        for n in range(count):
            make(account, f"t{count}{n}")
        for address in (BOARD, LIST):
            with django_assert_max_num_queries(9):
                assert browser.get(address).status_code == 200


@pytest.mark.parametrize("pk", [0, 2**63, 10**30])
def test_a_template_that_is_none_is_not_found(browser: Client, pk: int) -> None:
    assert browser.get(reverse("templates_app:template", args=[pk])).status_code == 404


@pytest.mark.django_db
def test_a_card_is_rendered_anew_when_anything_that_it_shows_changes(account: Any):
    row = Template.objects.create(account=account, name="sale", language="ru", category="UTILITY")
    shown = board.for_cards(Template.objects.all()).get()
    first = cards.card(shown)
    assert cards.card(shown) is first
    changes: dict[str, Any] = {
        "status": "PAUSED", "quality": "RED", "category": "MARKETING", "seq": 7, "category_due": "MARKETING",
        "paused_until": timezone.now(), "drifted_at": timezone.now(),
        "asked_category": "UTILITY",
    }  # fmt: skip
    for name, value in changes.items():
        Template.objects.filter(pk=row.pk).update(**{name: value})
        assert cards.card(board.for_cards(Template.objects.all()).get()) is not first, name
    with translation.override("ru"):
        assert cards.card(shown) is not first


@pytest.mark.django_db
def test_a_card_asks_for_nothing_that_was_not_fetched(
    account: Any, cleo: Any, django_assert_num_queries: Any
):
    Template.objects.create(account=account, name="sale", language="ru", status="REJECTED")
    Draft.objects.create(account=account, author=cleo, name="new", needed_at=timezone.now())
    rows: list[Template | Draft] = [
        *board.for_cards(Template.objects.all()),
        *board.drafts_for_cards(Draft.objects.all()),
    ]
    with django_assert_num_queries(0):
        assert all(cards.card(row) for row in rows)
