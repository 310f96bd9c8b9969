"""Send later: it goes out once at its hour, asks when the customer has written, and falls back to a template."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Agent
from conversations import refusals, scheduling, specials
from conversations.models import Conversation, Direction, Message, Scheduled
from conversations.scheduling import Plan
from conversations.tests.outbox import make_file
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


def test_the_fields_come_for_the_one_template_that_is_chosen(
    client: Any, conversation: Any, ana: Any, django_assert_max_num_queries: Any
) -> None:
    world.seat(ana, conversation.number)
    template = fallback(conversation)
    words = [{"type": "BODY", "text": "Hi {{1}}, soon."}]
    Template.objects.bulk_create(
        Template(
            account=template.account, name=f"t{n}", language="en", status="APPROVED", components=words
        )
        for n in range(30)
    )  # fmt: skip
    client.force_login(ana)
    url = f"/inbox/{conversation.pk}/scheduled/"
    with django_assert_max_num_queries(20):
        page = client.get(url).content.decode()
    assert (page.count("<option"), page.count('name="fallback.')) == (32, 0)
    page = client.get(url, {"fallback": template.pk, "q": "t1"}).content.decode()
    assert (page.count("<option"), page.count('name="fallback.')) == (13, 1)


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


SPECIALS: dict[str, dict[str, Any]] = {
    "buttons": {"type": "buttons", "body": "Shall we deliver?", "choices": ["Yes", "No"]},
    "list": {
        "type": "list", "body": "Which day?", "button": "Days",
        "sections": [{"title": "Week", "rows": [{"title": "Mon", "description": "9 to 18"}]}],
    },
    "link": {"type": "link", "body": "Track it", "label": "Open", "url": "https://example.com/1"},
    "ask_location": {"type": "ask_location", "body": "Where are you?"},
    "location": {"type": "location", "latitude": 59.93, "longitude": 30.33, "name": "Shop"},
    "contacts": {"type": "contacts", "cards": [{"name": "Bo", "phone": "+49 151 1"}]},
}  # fmt: skip


@pytest.mark.parametrize("name", SPECIALS)
def test_what_is_neither_words_nor_file_goes_out_at_its_hour_as_it_was_made(
    conversation: Any, ana: Any, name: str
) -> None:
    said = specials.read(json.dumps(SPECIALS[name]))
    row = plan(conversation, ana, text="", special=said)
    assert (row.message.kind, row.message.text) == (row.kind, row.text)
    scheduling.send_due(at=timezone.now() + HOUR)
    message = Message.objects.get(direction=Direction.OUT)
    assert (message.kind, message.text, message.content) == (row.kind, row.text, row.content)


def test_it_answers_the_message_that_was_quoted(conversation: Any, ana: Any) -> None:
    asked = world.make_message(conversation, text="Is it there?")
    plan(conversation, ana, quoted=asked)
    scheduling.send_due(at=timezone.now() + HOUR)
    message = Message.objects.get(direction=Direction.OUT)
    assert (message.quoted, message.quoted_wamid) == (asked, asked.wamid)


def test_buttons_meta_would_refuse_are_refused_when_they_are_planned(
    conversation: Any, ana: Any
) -> None:
    said = specials.read(json.dumps(SPECIALS["buttons"] | {"choices": ["x" * 40]}))
    with pytest.raises(refusals.ContentRefused):
        plan(conversation, ana, special=said)


def test_what_waits_is_shown_as_its_bubble_and_changed_in_its_own_form(
    client: Any, conversation: Any, ana: Any
) -> None:
    world.seat(ana, conversation.number)
    asked = world.make_message(conversation, text="Is it there?")
    client.force_login(ana)
    url, by_script = f"/inbox/{conversation.pk}/scheduled/", {"X-Requested-With": "fetch"}
    fields = {
        "typed": "2 h",
        "special": json.dumps(SPECIALS["buttons"]),
        "quoted": str(asked.token),
    }
    answer = client.post(url, fields, headers=by_script).content.decode()
    row = Scheduled.objects.get()
    assert "Shall we deliver?" in answer
    assert "Is it there?" in answer
    dialog = client.get(f"{url}{row.token}/").content.decode()
    assert 'data-later-change="buttons"' in dialog
    assert str(asked.token) in dialog
    client.post(f"{url}{row.token}/", {"typed": "3 h"}, headers=by_script)
    row.refresh_from_db()
    assert (row.quoted, (row.special or {})["choices"]) == (None, ["Yes", "No"])
    other = json.dumps(SPECIALS["buttons"] | {"choices": ["On Monday"]})
    client.post(f"{url}{row.token}/", {"typed": "3 h", "special": other}, headers=by_script)
    row.refresh_from_db()
    assert row.content["action"]["buttons"][0]["reply"]["title"] == "On Monday"
    refusal = client.post(url, {"typed": "2 h", "special": "{}"}, headers=by_script)
    assert refusal.status_code == 409


def test_a_template_keeps_its_values_until_others_are_typed(
    client: Any, conversation: Any, ana: Any
) -> None:
    world.seat(ana, conversation.number)
    row = plan(
        conversation,
        ana,
        text="",
        template_id=fallback(conversation).pk,
        values={"body.1": "Maria"},
    )
    assert (row.kind, row.text) == ("template", "Hello Maria, see you.")
    client.force_login(ana)
    url = f"/inbox/{conversation.pk}/scheduled/{row.token}/"
    assert 'name="var.body.1" value="Maria"' in client.get(url).content.decode()
    client.post(url, {"typed": "3 h", "var.body.1": "Masha"}, headers={"X-Requested-With": "fetch"})
    row.refresh_from_db()
    assert (row.values, row.text) == ({"body.1": "Masha"}, "Hello Masha, see you.")


def test_a_file_goes_with_its_caption_and_can_be_left_out(
    client: Any, conversation: Any, ana: Any
) -> None:
    world.seat(ana, conversation.number)
    media = make_file(conversation)
    row = plan(conversation, ana, text="The bill", media=media)
    client.force_login(ana)
    url = f"/inbox/{conversation.pk}/scheduled/{row.token}/"
    by_script = {"X-Requested-With": "fetch"}
    client.post(url, {"typed": "3 h", "text": "The bill, again"}, headers=by_script)
    row.refresh_from_db()
    assert (row.kind, row.media, row.text) == ("document", media, "The bill, again")
    client.post(url, {"typed": "3 h", "text": "No bill", "without_file": "1"}, headers=by_script)
    row.refresh_from_db()
    assert (row.kind, row.media, row.text) == ("text", None, "No bill")
