"""The search panel and the box inside a conversation, as pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Agent
from conversations import search
from conversations.models import Conversation
from conversations.tests.page import parse
from tests import world

FETCH: Any = {"HTTP_X_REQUESTED_WITH": "fetch"}


@pytest.fixture
def signed_in(client: Client, ana: Agent) -> Client:
    client.force_login(ana)
    return client


def panel(client: Client, text: str, **more: str) -> str:
    return client.get("/inbox/search/", {"find": text} | more, **FETCH).content.decode()


def test_what_customers_wrote_and_are_called_is_never_html(
    signed_in: Client, conversation: Conversation
):
    conversation.contact.profile_name = "<img src=x onerror=alert(1)> zebra"
    conversation.contact.save(update_fields=["profile_name"])
    world.make_message(conversation, "<script>alert(1)</script> zebra </mark><b>")
    html = panel(signed_in, "zebra")
    assert "<script" not in html
    assert "<img" not in html
    assert html.count("<mark>zebra</mark>") == 2
    assert "onerror=alert(1)&gt;" in html
    assert "<script>" not in panel(signed_in, 'from:"<script>alert(1)</script>"')


def test_a_found_message_leads_to_its_place(signed_in: Client, conversation: Conversation):
    message = world.make_message(conversation, "zebra")
    [link] = [
        node
        for node in parse(panel(signed_in, "zebra")).walk()
        if node.attrs.get("data-message") == str(message.token)
    ]
    assert link.attrs["href"] == f"/inbox/{conversation.pk}/?message={message.token}"
    page = signed_in.get(link.attrs["href"] + "&find=zebra").content.decode()
    assert f'id="message-{message.token}"' in page
    assert "found__link" in page  # the panel is open beside it


def test_filters_are_chips_and_wrong_ones_say_why(signed_in: Client, conversation: Conversation):
    html = panel(signed_in, "zebra has:wings from:customer")
    assert "“wings” is nothing a message can have" in html
    assert html.count('class="found__chip"') == 1
    assert 'data-find-set="zebra has:wings"' in html


def test_the_panel_without_javascript_is_the_inbox(signed_in: Client, conversation: Conversation):
    answer = signed_in.get("/inbox/search/", {"find": "a b"})
    assert answer.status_code == 302
    assert answer["Location"] == "/inbox/?find=a+b"
    assert signed_in.get(answer["Location"]).status_code == 200


def test_the_next_page_brings_rows_alone(
    signed_in: Client, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("conversations.finding.messages.HITS", 2)
    for n in range(3):
        world.make_message(conversation, f"zebra {n}", at=datetime.now(UTC) - timedelta(minutes=n))
    first = parse(panel(signed_in, "zebra"))
    [more] = [node for node in first.walk() if "hx-get" in node.attrs]
    html = signed_in.get(more.attrs["hx-get"], **FETCH).content.decode()
    assert html.count("found__link") == 1
    assert "hx-get" not in html


def test_what_may_follow_a_filter(signed_in: Client, ana: Agent, cleo: Agent, dan: Agent):
    choices = signed_in.get("/inbox/search/choices/").json()
    names = {one["value"] for one in choices["from"]}
    assert {"me", "customer", cleo.name} <= names
    assert not {ana.name, dan.name} & names


def test_a_thread_opens_around_a_message_and_goes_on_both_ways(
    signed_in: Client, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(search, "BUBBLES", 2)
    at = datetime.now(UTC) - timedelta(days=1)
    said = [
        world.make_message(conversation, f"{n}", at=at + timedelta(minutes=n)) for n in range(9)
    ]
    url = f"/inbox/{conversation.pk}/messages/"

    def page(query: str) -> tuple[list[str], str, str]:
        tree = parse(signed_in.get(f"{url}?{query}", **FETCH).content.decode())
        shown = [n.attrs["id"] for n in tree.walk() if n.attrs.get("id", "").startswith("message-")]
        ends = {
            key: node.attrs[key].partition("?")[2]
            for node in tree.walk()
            for key in ("data-older", "data-newer")
            if key in node.attrs
        }
        names = {f"message-{message.token}": message.text for message in said}
        return [names[one] for one in shown], ends.get("data-older", ""), ends.get("data-newer", "")

    shown, older, newer = page(f"around={said[4].token}")
    assert shown == ["2", "3", "4", "5", "6"]
    assert page(older)[0] == ["0", "1"]
    assert page(older)[1] == ""
    assert page(newer) == (["7", "8"], "", "")
    assert page("")[0] == ["7", "8"]
    assert signed_in.get(f"{url}?around={said[4].token.hex[:8]}").status_code == 200
    other = world.make_message(world.make_conversation(conversation.number))
    assert signed_in.get(f"{url}?around={other.token}").status_code == 404


def test_matches_inside_a_conversation(signed_in: Client, conversation: Conversation):
    message = world.make_message(conversation, "Two zebras")
    answer = signed_in.get(f"/inbox/{conversation.pk}/matches/", {"q": "zebra"}).json()
    assert answer == {"matches": [{"token": str(message.token), "words": ["zebras"]}]}


def test_searching_is_for_those_who_work_conversations(client: Client, fay: Agent):
    client.force_login(fay)
    assert client.get("/inbox/search/", {"find": "a"}, **FETCH).status_code == 403
