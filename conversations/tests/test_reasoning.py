"""Resolving with a reason, and saying by hand that somebody waits or does not."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from django.utils import timezone

from conversations import reasoning, refusals, triage
from conversations.models import Conversation, ConversationStatus, ResolveReason

pytestmark = pytest.mark.django_db


@pytest.fixture
def sold(cleo):
    reasoning.keep(names=["Sold", "Spam"], reasons="required", morning=time(8, 30), by=cleo)
    return ResolveReason.objects.get(name="Sold")


def by_hand(agent: Any) -> dict[str, Any]:
    return {"agent": agent, "at": timezone.now(), "by_hand": True}


def test_a_reason_is_kept_and_told_until_it_is_opened_again(conversation, ana, sold):
    triage.close(conversation.pk, reason=sold, **by_hand(ana))
    conversation.refresh_from_db()
    assert conversation.reason == sold
    assert conversation.messages.get().content["reason"] == "Sold"
    triage.reopen(conversation.pk, agent=ana, at=timezone.now())
    conversation.refresh_from_db()
    assert conversation.reason is None


def test_without_a_reason_it_is_refused_where_one_is_wanted(client, conversation, ana, cleo, sold):
    ana.workspace.refresh_from_db()
    with pytest.raises(refusals.ReasonMissing):
        triage.close(conversation.pk, **by_hand(ana))
    client.force_login(ana)
    url = f"/inbox/{conversation.pk}/closure/"
    assert client.post(url, headers={"X-Requested-With": "fetch"}).status_code == 409
    menu = client.get(url).content.decode()
    assert "Sold" in menu
    assert "Without a reason" not in menu
    assert "data-asks" in client.get(f"/inbox/{conversation.pk}/").content.decode()
    assert client.post(url, {"reason": 10**9}).status_code == 422
    assert client.post(url, {"reason": sold.pk}).status_code == 302
    assert Conversation.objects.get(pk=conversation.pk).status == ConversationStatus.RESOLVED


def test_an_empty_list_asks_nobody(conversation, ana, cleo):
    reasoning.keep(names=[], reasons="required", morning=time(9), by=cleo)
    ana.workspace.refresh_from_db()
    triage.close(conversation.pk, **by_hand(ana))
    conversation.refresh_from_db()
    assert conversation.is_resolved


def test_managers_keep_the_reasons(client, cleo, sold, conversation, ana):
    triage.close(conversation.pk, reason=sold, **by_hand(ana))
    client.force_login(cleo)
    said = {"names": "Asked\nsold\n\nSold", "reasons": "optional", "morning": "10:15"}
    assert client.post("/settings/reasons/", said).status_code == 302
    assert list(ResolveReason.objects.values_list("name", flat=True)) == ["Asked", "sold"]
    conversation.refresh_from_db()
    assert conversation.reason is not None  # “Sold” only changed its spelling
    cleo.workspace.refresh_from_db()
    assert (cleo.workspace.reasons, cleo.workspace.morning) == ("optional", time(10, 15))
    assert client.post("/settings/reasons/", said | {"morning": "x"}).status_code == 422
    client.force_login(ana)
    assert client.get("/settings/reasons/").status_code == 403


def test_the_morning_is_the_workspaces(client, conversation, ana, cleo):
    reasoning.keep(names=[], reasons="optional", morning=time(7, 45), by=cleo)
    client.force_login(ana)
    client.post(f"/inbox/{conversation.pk}/snooze/", {"until": "tomorrow"})
    conversation.refresh_from_db()
    assert timezone.localtime(conversation.snoozed_until).time() == time(7, 45)


def test_somebody_says_whether_a_reply_is_needed(client, conversation, ana):
    client.force_login(ana)
    url = f"/inbox/{conversation.pk}/waiting/"
    client.post(url, {"on": "1"})
    conversation.refresh_from_db()
    assert conversation.waiting_since == conversation.last_inbound_at
    client.post(url, {"on": "0"})
    client.post(url, {"on": "0"})
    conversation.refresh_from_db()
    assert not conversation.needs_reply
    acts = [line.content["act"] for line in conversation.messages.order_by("pk")]
    assert acts == ["waiting", "not_waiting"]
