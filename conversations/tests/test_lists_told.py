"""Lists that managers keep are asked for anew by the pages that are open."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Agent, PhoneNumber
from conversations import contacting, fields, labelling, viewing
from conversations.filters import NOTHING_ASKED
from conversations.tests.pushes import RecordingLayer
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _recorded(settings: Any) -> None:
    layer = f"{RecordingLayer.__module__}.RecordingLayer"
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": layer}}
    RecordingLayer.sent.clear()


def told(group: str) -> list[str]:
    notes = [body["note"] for name, body in RecordingLayer.sent if name == group and "note" in body]
    return [note["what"] for note in notes if note["kind"] == "lists"]


def test_everybody_hears_of_what_is_shared(
    cleo: Agent, django_capture_on_commit_callbacks: Any
) -> None:
    how: dict[str, Any] = {"emoji": "", "rules": NOTHING_ASKED, "sort": "newest", "agent": cleo}
    with django_capture_on_commit_callbacks(execute=True):
        shared = viewing.create(name="Ours", is_shared=True, **how)
        viewing.create(name="Mine", is_shared=False, **how)
        viewing.delete(shared.pk, agent=cleo)
        labelling.create(name="VIP", colour="red", by=cleo)
        fields.define(of="contact", name="Size", kind="text", choices=[], by=cleo)
    assert told(f"staff.{cleo.workspace_id}") == ["views", "views", "labels", "fields"]
    assert told(f"agent.{cleo.pk}") == ["views"]


def test_what_the_page_asks_for(client: Client, ana: Agent, cleo: Agent, number: PhoneNumber):
    conversation = world.make_conversation(number)
    view = viewing.create(
        name="Ours", emoji="", rules=NOTHING_ASKED, sort="newest", is_shared=True, agent=cleo
    )
    fields.define(of="contact", name="Size", kind="text", choices=[], by=cleo)
    client.force_login(ana)
    bar = client.get("/inbox/views/", {"view": view.pk}).content.decode()
    assert f'data-count="view-{view.pk}">1<' in bar
    assert 'aria-current="true"' in bar
    asked = client.get(f"/inbox/{conversation.pk}/fields/").content.decode()
    assert f'id="own-fields-contact-{conversation.pk}"' in asked
    assert ">Size<" in asked
    viewing.delete(view.pk, agent=cleo)
    assert client.get("/inbox/views/", {"view": view.pk}).status_code == 404
    assert 'id="views"' in client.get("/inbox/views/").content.decode()


def test_the_page_of_a_contact_hears_of_its_contact(
    ana: Agent, number: PhoneNumber, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    contact = world.make_conversation(number).contact
    at = timezone.now()
    with django_capture_on_commit_callbacks(execute=True):
        note = contacting.note(contact.pk, agent=ana, text="Likes red", at=at)
        contacting.forget_note(note, agent=ana)
        contacting.say_consent(contact.pk, agent=ana, allows=True, note="", at=at)
        contacting.edit(contact.pk, agent=ana, name="M", language="", email="", company="")
    group = f"staff.{ana.workspace_id}"
    notes = [body["note"] for name, body in RecordingLayer.sent if name == group]
    assert notes == [{"kind": "contact", "contact": contact.pk}] * 4
    client.force_login(ana)
    page = client.get(f"/contacts/{contact.pk}/").content.decode()
    assert f'data-contact="{contact.pk}"' in page
    assert "<live-updates" in page
