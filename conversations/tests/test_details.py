"""The truth about one message, and who may read how much of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from conversations.models import Attempt, Direction
from conversations.tests.test_views import make_template
from templates_app.models import Submission
from tests import world

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def message(conversation, ana):
    """Refused once, then delivered."""
    sent = world.make_message(
        conversation, "Your coat is here", direction=Direction.OUT, author=ana, status="failed",
        wamid="wamid.second", accepted_at=AT, failed_at=AT, error_code=131026, error_details="Undeliverable",
        pricing={"category": "utility", "billable": False, "pricing_model": "CBP"},
        raw={"secret": "shape of Meta"},
    )  # fmt: skip
    Attempt.objects.create(
        message=sent,
        number=sent.number,
        n=1,
        outcome="refused",
        error_code=131049,
        error_details="m",
    )
    Attempt.objects.create(
        message=sent, number=sent.number, n=2, outcome="accepted", wamid="wamid.second"
    )
    return sent


def url(message) -> str:
    return f"/inbox/{message.conversation_id}/messages/{message.token}/"


def test_times_attempts_and_metas_words_are_told(message, ana, client):
    client.force_login(ana)
    page = client.get(url(message)).content.decode()
    for words in ("Ana", "This inbox", "131026", "Undeliverable", "131049", "refused", "accepted",
                  "wamid.second", "utility · CBP · free", "Accepted by WhatsApp"):  # fmt: skip
        assert words in page, words


def test_the_version_of_the_template_is_that_of_its_time(message, ana, client):
    template = make_template(message.number.account, "coat_ready", "Your coat is here")
    message.template = template
    message.save(update_fields=["template"])
    handed = {"template": template, "account": template.account, "body": {}, "by": ana}
    for n, (day, state) in enumerate(((1, "accepted"), (2, "refused"), (3, "accepted"))):
        Submission.objects.create(version=n, state=state, at=AT.replace(day=day), **handed)
    later = message.at + timedelta(days=1)
    Submission.objects.create(version=9, state="accepted", at=later, **handed)
    client.force_login(ana)
    page = client.get(url(message)).content.decode()
    assert "coat_ready" in page
    assert "version 2" in page


def test_the_raw_data_is_for_administrators_alone(message, ana, cleo, ada, client):
    seen = {}
    for agent in (ana, cleo, ada):
        client.force_login(agent)
        seen[agent.name] = "shape of Meta" in client.get(url(message)).content.decode()
    assert seen == {"Ana": False, "Cleo": False, "Ada": True}


def test_who_does_not_see_the_conversation_gets_nothing(message, ben, dan, fay, client):
    for agent, status in ((ben, 404), (dan, 404), (fay, 403)):
        client.force_login(agent)
        assert client.get(url(message)).status_code == status
        assert client.get(url(message)).status_code == status


def test_a_customers_message_and_a_note(conversation, ana, client):
    client.force_login(ana)
    inbound = world.make_message(conversation, "Hello")
    assert "The customer’s WhatsApp" in client.get(url(inbound)).content.decode()
    line = world.make_message(conversation, "x", direction=Direction.SYSTEM, kind="note")
    assert client.get(url(line)).status_code == 404
