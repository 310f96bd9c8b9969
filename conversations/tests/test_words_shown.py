"""What the thread says in words where colour and place are not enough."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Agent
from conversations import statuses
from conversations.models import Conversation, Direction
from tests import world


@pytest.fixture
def browser(client: Client, ana: Agent) -> Client:
    client.force_login(ana)
    return client


def shown(browser: Client, conversation: Conversation) -> str:
    response = browser.get(reverse("conversations:conversation", args=[conversation.pk]))
    return response.content.decode()


def test_a_held_number_is_said_above_the_composer(
    browser: Client, conversation: Conversation
) -> None:
    assert "Nothing is sent from this number now." not in shown(browser, conversation)
    conversation.number.held_reason = "131042"
    conversation.number.save(update_fields=["held_reason"])
    page = shown(browser, conversation)
    assert "Nothing is sent from this number now." in page
    assert "(131042)" in page


def test_a_token_that_meta_refuses_is_said_above_the_composer(
    browser: Client, conversation: Conversation
) -> None:
    account = conversation.number.account
    account.token_problem = "Error validating access token"
    account.save(update_fields=["token_problem"])
    assert "Meta does not accept the account’s token." in shown(browser, conversation)


def test_what_we_took_back_is_not_laid_on_the_customer(
    browser: Client, conversation: Conversation
) -> None:
    ours = {"direction": Direction.OUT, "status": statuses.FAILED, "wamid": ""}
    world.make_message(conversation, revoked_at=timezone.now(), **ours)
    page = shown(browser, conversation)
    assert "was taken back before it was sent" in page
    assert "The customer deleted this message" not in page
    assert "Send again" not in page


def test_what_the_customer_took_back_is_theirs(browser: Client, conversation: Conversation) -> None:
    then = timezone.now() - timedelta(minutes=1)
    world.make_message(conversation, revoked_at=then)
    assert "The customer deleted this message" in shown(browser, conversation)


def test_a_template_in_the_thread_names_its_category(
    browser: Client, conversation: Conversation
) -> None:
    content = {"name": "sale", "category": "MARKETING", "preview": {"body": "Buy"}}
    world.make_message(
        conversation, "Buy", direction=Direction.OUT, kind="template", content=content
    )
    assert "Template · sale · Marketing" in shown(browser, conversation)
