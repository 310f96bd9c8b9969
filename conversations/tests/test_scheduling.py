"""Send later: it goes out once at its hour, asks when the customer has written, and falls back to a template."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Agent
from conversations import refusals, scheduling
from conversations.models import Conversation, Direction, Message, Scheduled
from conversations.scheduling import Plan
from templates_app.models import Template
from tests import world

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def plan(conversation: Conversation, agent: Agent, **over: Any) -> Scheduled:
    now = over.pop("at", None) or timezone.now()
    fields: dict[str, Any] = {"text": "See you tomorrow", "due_at": now + HOUR}
    return scheduling.schedule(
        conversation.pk,
        agent=agent,
        token=over.pop("token", None) or uuid.uuid4(),
        plan=Plan(**fields | over),
        at=now,
    )


def fallback(conversation: Conversation) -> Template:
    return Template.objects.create(
        account=conversation.number.account,
        name="reminder",
        language="en",
        category="UTILITY",
        status="APPROVED",
        components=[{"type": "BODY", "text": "Hello {{1}}, see you."}],
    )


def sent(at: datetime) -> list[str]:
    scheduling.send_due(at=at)
    return list(Message.objects.filter(direction=Direction.OUT).values_list("text", flat=True))


def test_it_goes_out_at_its_hour_once_and_in_its_authors_name(conversation: Any, ana: Any) -> None:
    row = plan(conversation, ana)
    conversation.refresh_from_db()
    assert conversation.scheduled_count == 1
    assert sent(timezone.now()) == []
    later = timezone.now() + HOUR
    assert sent(later) == ["See you tomorrow"]
    assert sent(later) == ["See you tomorrow"]
    message = Message.objects.get(direction=Direction.OUT)
    assert (message.token, message.author) == (row.token, ana)
    conversation.refresh_from_db()
    assert (conversation.scheduled_count, conversation.last_text) == (0, "See you tomorrow")


def test_the_same_token_plans_one(conversation: Any, ana: Any) -> None:
    token = uuid.uuid4()
    assert plan(conversation, ana, token=token) == plan(conversation, ana, token=token)


def test_it_waits_and_asks_when_the_customer_writes_meanwhile(conversation: Any, ana: Any) -> None:
    row = plan(conversation, ana)
    Conversation.objects.filter(pk=conversation.pk).update(inbound_count=1)
    later = timezone.now() + HOUR
    assert sent(later) == []
    assert Scheduled.objects.get().is_paused
    scheduling.go_on(row.pk, agent=ana)
    assert sent(later) == ["See you tomorrow"]


def test_words_that_come_after_the_window_need_a_template(conversation: Any, ana: Any) -> None:
    with pytest.raises(scheduling.NeedsFallback):
        plan(conversation, ana, due_at=timezone.now() + timedelta(days=2))
    assert not Scheduled.objects.exists()


def test_the_template_goes_out_where_the_window_has_closed(conversation: Any, ana: Any) -> None:
    template = fallback(conversation)
    due_at = timezone.now() + timedelta(days=2)
    with pytest.raises(refusals.TemplateRefused):
        plan(conversation, ana, due_at=due_at, fallback_id=template.pk)
    values = {"body.1": "Maria"}
    plan(conversation, ana, due_at=due_at, fallback_id=template.pk, fallback_values=values)
    assert sent(due_at) == ["Hello Maria, see you."]


def test_what_is_refused_at_its_hour_stays_with_the_reason(conversation: Any, ana: Any) -> None:
    plan(conversation, ana)
    Conversation.objects.filter(pk=conversation.pk).update(window_refused_at=timezone.now())
    later = timezone.now() + HOUR
    assert sent(later) == []
    row = Scheduled.objects.get()
    assert row.is_paused
    assert "window" in row.problem


def test_an_author_who_left_sends_nothing(conversation: Any, ana: Any) -> None:
    plan(conversation, ana)
    Agent.objects.filter(pk=ana.pk).update(is_active=False)
    assert sent(timezone.now() + HOUR) == []
    assert Scheduled.objects.get().problem


def test_it_can_be_changed_sent_at_once_and_given_up(conversation: Any, ana: Any) -> None:
    first, second = plan(conversation, ana), plan(conversation, ana)
    now = timezone.now()
    change = Plan(due_at=now + 2 * HOUR, text="At six then")
    scheduling.change(first.pk, agent=ana, plan=change, at=now)
    scheduling.send_now(first.pk, agent=ana, at=now)
    scheduling.cancel(second.pk, agent=ana)
    assert sent(now + 3 * HOUR) == ["At six then"]
    with pytest.raises(scheduling.SentAlready):
        scheduling.cancel(first.pk, agent=ana)


def test_the_pages_of_send_later(client: Any, conversation: Any, ana: Any) -> None:
    world.seat(ana, conversation.number)
    fallback(conversation)
    client.force_login(ana)
    url = f"/inbox/{conversation.pk}/scheduled/"
    by_script = {"X-Requested-With": "fetch"}
    assert "reminder" in client.get(url).content.decode()
    soon = client.get(f"{url}meaning/", {"typed": "2 h"}).content.decode()
    late = client.get(f"{url}meaning/", {"typed": "3 days"}).content.decode()
    assert ("later__closed" in soon, "later__closed" in late) == (False, True)
    refusal = client.post(url, {"typed": "one day", "text": "Hi"}, headers=by_script)
    assert refusal.status_code == 409
    answer = client.post(url, {"typed": "2 h", "text": "Hi"}, headers=by_script)
    row = Scheduled.objects.get()
    assert f'id="scheduled-{conversation.pk}"' in answer.content.decode()
    assert str(row.token) in answer.content.decode()
    assert "Hi" in client.get(f"{url}{row.token}/").content.decode()
    client.post(f"{url}{row.token}/", {"typed": "3 h", "text": "Hello"}, headers=by_script)
    row.refresh_from_db()
    assert (row.text, row.due_at > timezone.now() + 2 * HOUR) == ("Hello", True)
    gone = client.post(f"{url}{row.token}/", {"act": "cancel"}, headers=by_script)
    assert str(row.token) not in gone.content.decode()


def test_who_changes_it_signs_it_and_only_whose_turn_it_is_may(
    conversation: Any, ana: Any, workspace: Any, number: Any, shop_team: Any
) -> None:
    bob = world.make_agent(workspace, "Bob")
    world.seat(bob, number, shop_team)
    row = plan(conversation, ana)
    now = timezone.now()
    other = Plan(due_at=now + HOUR, text="See you never")
    scheduling.change(row.pk, agent=bob, plan=other, at=now)
    row.refresh_from_db()
    assert (row.author, row.text) == (bob, "See you never")
    workspace.only_assignee_replies = True
    workspace.save(update_fields=["only_assignee_replies"])
    Conversation.objects.filter(pk=conversation.pk).update(assignee=ana)
    bob = Agent.objects.get(pk=bob.pk)
    with pytest.raises(refusals.NotAssignee):
        scheduling.change(row.pk, agent=bob, plan=other, at=now)
    with pytest.raises(refusals.NotAssignee):
        scheduling.send_now(row.pk, agent=bob, at=now)
    with pytest.raises(refusals.NotAssignee):
        plan(conversation, bob)


def test_where_only_the_assignee_replies_nobody_else_stops_or_releases_it(
    conversation: Any, ana: Any, cleo: Any, workspace: Any, number: Any, shop_team: Any
) -> None:
    workspace.only_assignee_replies = True
    workspace.save(update_fields=["only_assignee_replies"])
    first, second = plan(conversation, ana), plan(conversation, ana)
    bob = world.make_agent(workspace, "Bob")
    world.seat(bob, number, shop_team)
    Conversation.objects.filter(pk=conversation.pk).update(assignee=cleo)
    for act in (scheduling.cancel, scheduling.go_on):
        with pytest.raises(refusals.NotAssignee):
            act(first.pk, agent=bob)
    scheduling.go_on(first.pk, agent=ana)  # who wrote it
    scheduling.cancel(first.pk, agent=ana)
    scheduling.cancel(second.pk, agent=cleo)  # who has the conversation
    assert not Scheduled.objects.exists()
