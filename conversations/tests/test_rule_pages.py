"""The settings page of the rules: builder, order, trial."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import Agent, PhoneNumber, Team
from conversations.models import AutoRule

pytestmark = pytest.mark.django_db


def test_a_rule_is_built_tried_moved_switched_and_deleted(
    cleo: Agent, number: PhoneNumber, shop_team: Team, client: Client
) -> None:
    client.force_login(cleo)
    said = {
        "name": "Refunds", "keywords": "refund*, вернуть", "numbers": [number.pk], "hours": "inside",
        "languages": ["en"], "team": shop_team.pk, "priority": "3", "reply": "One moment", "stops": "on",
    }  # fmt: skip
    assert client.post("/settings/rules/new/", {"name": "Does nothing"}).status_code == 422
    assert client.post("/settings/rules/new/", said).status_code == 302
    assert client.post("/settings/rules/new/", {"name": "All", "priority": "1"}).status_code == 302
    refunds, all_ = AutoRule.objects.all()
    assert refunds.conditions == {
        "numbers": [number.pk], "keywords": ["refund*", "вернуть"], "languages": ["en"],
        "hours": "inside",
    }  # fmt: skip
    assert refunds.actions == {"team": shop_team.pk, "priority": 3, "reply": "One moment"}
    page = client.get(f"/settings/rules/{refunds.pk}/").content.decode()
    assert 'value="refund*, вернуть"' in page
    trial: dict[str, Any] = {
        "text": "A refund, please",
        "number": number.pk,
        "is_new": "1",
        "is_open": "1",
    }
    found = client.get("/settings/rules/trial/", trial).content.decode()
    assert "Refunds" in found
    assert "<strong>All" not in found
    client.post(f"/settings/rules/{all_.pk}/place/", {"to": "up"})
    assert list(AutoRule.objects.all()) == [all_, refunds]
    found = client.get("/settings/rules/trial/", trial).content.decode()
    assert "<strong>All" in found
    client.post(f"/settings/rules/{all_.pk}/activity/", {"is_on": "0"})
    assert "<strong>All" not in client.get("/settings/rules/trial/", trial).content.decode()
    assert "Refunds" in client.get("/settings/rules/").content.decode()
    assert client.post(f"/settings/rules/{all_.pk}/end/").status_code == 302
    assert list(AutoRule.objects.all()) == [refunds]


def test_agents_and_other_companies_keep_no_rules(ana: Agent, dan: Agent, client: Client) -> None:
    row = AutoRule.objects.create(workspace=ana.workspace, name="R")
    client.force_login(ana)
    assert client.get("/settings/rules/").status_code == 403
    client.force_login(dan)
    assert client.get(f"/settings/rules/{row.pk}/").status_code == 404


def test_an_answer_with_a_variable_that_nothing_fills_is_not_kept(
    cleo: Agent, client: Client
) -> None:
    client.force_login(cleo)
    said = {"name": "Hello", "reply": "Hello {{contact.first_name}}, order {{ order.id }}"}
    page = client.post("/settings/rules/new/", said)
    assert page.status_code == 422
    assert "Nothing is filled in for {{ order.id }}" in page.content.decode()
    said["reply"] = "Hello {{ Contact.First_Name }}"
    assert client.post("/settings/rules/new/", said).status_code == 302
