"""Private notes: who sees them, who is named in them, and what they leave alone."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Agent, Role
from conversations import listing, noting, reading, refusals, search
from conversations.listing import Filters
from conversations.models import Mention, Message
from conversations.templatetags.chat import noted
from conversations.tests.pushes import RecordingLayer
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _recorded(settings: Any) -> None:
    settings.CHANNEL_LAYERS = {
        "default": {"BACKEND": f"{RecordingLayer.__module__}.RecordingLayer"}
    }
    RecordingLayer.sent.clear()


def note(conversation, agent, text="She is a friend of the boss", token=None) -> Message:
    return noting.write(
        conversation.pk, agent=agent, token=token or uuid.uuid4(), text=text, at=timezone.now()
    )


def told(agent: Agent) -> list[dict[str, Any]]:
    sent = [m for group, m in RecordingLayer.sent if group == f"agent.{agent.pk}"]
    return [m["note"] for m in sent if m["note"]["kind"] == "mention"]


def test_a_note_changes_nothing_that_the_customer_or_the_queue_sees(number, ana):
    conversation = world.make_conversation(number, open_window=False)
    conversation.waiting_since = waiting = timezone.now()
    conversation.last_text, conversation.inbound_count = "Is it there?", 1
    conversation.save(update_fields=["waiting_since", "last_text", "inbound_count"])
    at = conversation.last_at
    written = note(conversation, ana)
    conversation.refresh_from_db()
    assert (conversation.waiting_since, conversation.last_text) == (waiting, "Is it there?")
    assert (conversation.inbound_count, conversation.last_at) == (1, at)
    assert not Message.objects.unsent().exists()
    assert [m.pk for m in search.thread(conversation).rows] == [written.pk]
    assert conversation.seq == written.seq or Message.objects.get(pk=written.pk).seq


def test_a_note_sent_twice_is_one_note(conversation, ana):
    token = uuid.uuid4()
    assert note(conversation, ana, token=token) == note(conversation, ana, token=token)
    assert Message.objects.count() == 1


def test_an_empty_note_and_one_by_the_bookkeeper_are_refused(conversation, ana, fay):
    with pytest.raises(refusals.EmptyMessage):
        note(conversation, ana, "  ")
    with pytest.raises(refusals.InternalRole):
        note(conversation, fay)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@Anna Koval take it", {"Anna Koval"}),
        ("@anna koval, take it", {"Anna Koval"}),
        ("@Anna take it", {"Anna"}),
        ("(@Anna) and @Boris.", {"Anna", "Boris"}),
        ("mail anna@Anna.example", set()),
        ("@Annabel", set()),
        ("Anna", set()),
    ],
)
def test_who_is_named(text, named, workspace):
    people = [world.make_agent(workspace, name, email=f"{n}@x.example")
              for n, name in enumerate(("Anna", "Anna Koval", "Boris"))]  # fmt: skip
    assert {agent.name for agent in noting.mentioned(text, people)} == named


def test_who_is_named_is_told_until_they_look(
    conversation, ana, cleo, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        note(conversation, ana, "@Cleo would you look? @Ana knows")
    assert [one["conversation"] for one in told(cleo)] == [conversation.pk]
    assert told(ana) == []  # nobody is told of their own words
    assert search.mentions(cleo) == [conversation.pk]
    found = listing.inbox(cleo, Filters(tab="all", status="any", mentioned=True))
    assert [row.pk for row in found.rows] == [conversation.pk]
    reading.mark_read(conversation, agent=cleo, at=timezone.now())
    assert search.mentions(cleo) == []


def test_who_cannot_see_the_conversation_is_not_named_and_forgets_when_it_is_taken_away(
    conversation, ana, ben, dan, cleo, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        note(conversation, ana, "@Ben @Dan @Cleo")
    assert [mention.agent for mention in Mention.objects.all()] == [cleo]
    assert told(ben) == told(dan) == []
    cleo.role = Role.FINANCE
    cleo.save(update_fields=["role"])
    assert search.mentions(Agent.objects.get(pk=cleo.pk)) == []


def test_names_are_marked_and_words_stay_harmless(conversation, ana, workspace):
    world.make_agent(workspace, "<b>Eve", role=Role.MANAGER, email="eve@x.example")
    html = str(noted(note(conversation, ana, "@<b>Eve <script> https://x.example/@<b>Eve")))
    assert '<strong class="mention">@&lt;b&gt;Eve</strong>' in html
    assert "<script>" not in html
    assert "<b>" not in html


def test_the_composer_leaves_a_note_through_the_same_door(conversation, ana, ben, client):
    client.force_login(ana)
    url = f"/inbox/{conversation.pk}/messages/"
    said = {"token": str(uuid.uuid4()), "text": "Only *ours*", "note": "1"}
    answer = client.post(url, said, headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 200
    assert "message--note" in answer.content.decode()
    assert Message.objects.get().kind == "note"
    names = client.get(f"/inbox/{conversation.pk}/colleagues/").json()["colleagues"]
    assert "Ana" not in [one["name"] for one in names]
    client.force_login(ben)
    assert client.post(url, said | {"token": str(uuid.uuid4())}).status_code == 404
    assert client.get(f"/inbox/{conversation.pk}/colleagues/").status_code == 404


def test_its_author_mends_a_note_for_some_minutes_and_what_it_said_is_kept(
    conversation, ana, cleo, django_capture_on_commit_callbacks
):
    written = note(conversation, ana, "Calls tomorow")
    with django_capture_on_commit_callbacks(execute=True):
        mended = noting.change(
            written.pk, agent=ana, text="Calls tomorrow, @Cleo", at=timezone.now()
        )
    assert [text for _at, text in mended.earlier_words] == ["Calls tomorow"]
    assert mended.edited_at
    assert told(cleo)
    noting.change(written.pk, agent=ana, text="Calls tomorrow, @Cleo", at=timezone.now())
    assert len(Message.objects.get().earlier_words) == 1
    with pytest.raises(noting.NotYourNote):
        noting.change(written.pk, agent=cleo, text="No", at=timezone.now())
    late = timezone.now() + noting.MENDED_FOR
    with pytest.raises(noting.NoteStands):
        noting.change(written.pk, agent=ana, text="No", at=late)


def test_a_note_is_mended_by_the_page_of_its_author(client, conversation, ana, cleo):
    written = note(conversation, ana, "Calls tomorow")
    url = f"/inbox/{conversation.pk}/messages/{written.token}/words/"
    by_script = {"X-Requested-With": "fetch"}
    client.force_login(cleo)
    assert client.post(url, {"text": "No"}, headers=by_script).status_code == 409
    client.force_login(ana)
    answer = client.post(url, {"text": "Calls tomorrow"}, headers=by_script)
    assert "Calls tomorrow" in answer.content.decode()
    assert "Calls tomorow" in answer.content.decode()  # under “edited”
