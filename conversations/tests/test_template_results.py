"""What became of a template's messages is counted from our own facts, each thing as what it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Agent, BusinessAccount, PhoneNumber
from conversations import template_results
from conversations.models import Direction
from templates_app.models import Submission, Template
from tests import world

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


@pytest.fixture
def sale(account: BusinessAccount) -> Template:
    return Template.objects.create(account=account, name="sale", language="en", status="APPROVED")


def sent(number: PhoneNumber, template: Template, *, ago: float = 24, **over: Any) -> Any:
    at = NOW - timedelta(hours=ago)
    conversation = world.make_conversation(number)
    fields: dict[str, Any] = {
        "direction": Direction.OUT,
        "kind": "template",
        "template": template,
        "at": at,
    }
    return world.make_message(conversation, **fields | {"accepted_at": at, "status": "sent"} | over)


def test_each_message_is_counted_as_what_it_is(number: PhoneNumber, sale: Template):
    read = sent(number, sale, read_at=NOW, status="read")  # its “delivered” never came
    world.make_message(
        read.conversation, direction=Direction.IN, kind="button", text="Yes", quoted=read, at=NOW
    )
    late = sent(number, sale, ago=24 * 9, delivered_at=NOW, status="delivered")
    world.make_message(late.conversation, direction=Direction.IN, at=NOW)  # no answer any more
    sent(number, sale, status="failed", error_code=131026, accepted_at=None)
    sent(number, sale, status="queued", accepted_at=None)
    sent(number, sale, ago=24 * 40)
    found = template_results.of(sale, at=NOW)
    assert found.total == template_results.Result(
        sent=3, delivered=2, read=1, replied=1, clicked=1, failed=1
    )
    assert found.failures == [(131026, 1)]
    assert found.buttons == [("Yes", 1)]
    assert sum(day.sent for _date, day in found.days) == 3


def test_versions_and_languages_are_told_apart(
    number: PhoneNumber, sale: Template, account: BusinessAccount, cleo: Agent
):
    for hours in (100, 50):
        Submission.objects.create(
            template=sale, account=account, version=1, body={}, by=cleo, state="accepted",
            at=NOW - timedelta(hours=hours),
        )  # fmt: skip
    other = Template.objects.create(account=account, name="sale", language="ru")
    sent(number, sale, ago=90)
    sent(number, sale, ago=10)
    sent(number, sale, ago=9)
    sent(number, other)
    found = template_results.of(sale, at=NOW)
    assert [(n, one.sent) for n, _began, one in found.versions] == [(1, 1), (2, 2)]
    assert [(language, one.sent) for language, _pk, one in found.languages] == [
        ("en", 3),
        ("ru", 1),
    ]


def test_the_page_asks_for_them(
    client: Client, number: PhoneNumber, sale: Template, cleo: Agent, dan: Agent
):
    sent(number, sale)
    client.force_login(cleo)
    assert f"/inbox/results/{sale.pk}/" in client.get(f"/templates/{sale.pk}/").content.decode()
    assert b"results__sum" in client.get(f"/inbox/results/{sale.pk}/").content
    client.force_login(dan)
    assert client.get(f"/inbox/results/{sale.pk}/").status_code == 404
