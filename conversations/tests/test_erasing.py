"""Erasing a person: nothing says any more who it was, and what is counted and charged stays."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Agent, PhoneNumber
from billing import gathering
from billing.models import Party, StoredFact
from conversations import contacting, erasing, identity, tasks
from conversations.models import Contact, Conversation, Job, MediaFile, Message
from conversations.models.files import MediaState
from tests import world
from webhooks.models import Envelope, Quarantined
from whatsapp.facts import Person

PHONE = "79215550142"
SECRETS = (PHONE, "Zinaida", "zina@example.com", "Teapot", "RU.998877", "wamid.HBgL")


@pytest.fixture
def zina(number: PhoneNumber, ada: Agent) -> Contact:
    contact = world.make_contact(
        number.workspace, phone=PHONE, name="Zinaida", profile_name="Zinaida Z", user_id="RU.998877",
        email="zina@example.com", username="Zinaida",
    )  # fmt: skip
    thread = world.make_conversation(number, contact=contact, last_text="Teapot")
    media = MediaFile.objects.create(
        workspace=number.workspace, number=number, kind="image", filename="Teapot.jpg",
        state=MediaState.STORED,
    )  # fmt: skip
    media.file.save("", ContentFile(b"Teapot"))
    world.make_message(
        thread, "Teapot please", wamid="wamid.HBgL1", raw={"from": PHONE}, media=media, kind="image",
        referral={"headline": "Teapot"},
    )  # fmt: skip
    world.make_message(
        thread, "Zinaida, your Teapot", direction="out", wamid="wamid.HBgL2", kind="template",
        content={"name": "order", "category": "UTILITY", "preview": {"body": "Teapot"}},
        quoted_wamid="wamid.HBgL1", status="sent", sent_at=timezone.now(),
    )  # fmt: skip
    contacting.note(contact.pk, agent=ada, text="Zinaida likes Teapots", at=timezone.now())
    contacting.say_consent(contact.pk, agent=ada, allows=True, note="Zinaida", at=timezone.now())
    return contact


@pytest.fixture
def posted(zina: Contact, number: PhoneNumber) -> Envelope:
    body = json.dumps({"from": PHONE, "text": "Teapot"}).encode()
    app, done = number.account.app, timezone.now()
    row = Envelope.objects.create(app=app, digest=b"1", body=body, processed_at=done)
    Envelope.objects.create(
        app=app, digest=b"2", body=b'{"from": "79990000000"}', processed_at=done
    )
    Quarantined.objects.create(
        envelope=row,
        workspace=zina.workspace,
        position=0,
        kind="x",
        reason="x",
        raw={"from": PHONE},
    )
    return row


def everything_stored() -> str:
    """Every row of every table of ours, as words."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if model._meta.app_label in ("sessions", "django_cache", "contenttypes", "auth"):
                continue
            cursor.execute(f'SELECT t::text FROM "{model._meta.db_table}" t')  # noqa: S608
            found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)


def erased(contact: Contact, agent: Agent) -> Job:
    job = erasing.ask(contact.pk, agent=agent)
    tasks.run_job(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.problem
    return job


def test_no_table_says_any_more_who_it_was(zina: Contact, ada: Agent, posted: Envelope):
    stored = MediaFile.objects.get().file
    assert all(secret in everything_stored() for secret in SECRETS)
    job = erased(zina, ada)
    left = everything_stored()
    assert [secret for secret in SECRETS if secret in left] == []
    assert PHONE.encode().hex() not in left  # bytes are shown in hex
    assert job.result == {"messages": 2}
    assert Envelope.objects.filter(body=b"{}").count() == 1
    assert stored.storage.listdir("")[1] == []


def test_what_is_counted_and_charged_stays(zina: Contact, ada: Agent):
    thread = Conversation.objects.get()
    erased(zina, ada)
    party = Party.objects.get()
    assert (party.place, party.conversation_id) == ("+7921", thread.pk)
    template = Message.objects.get(kind="template")
    assert (template.content["category"], template.content["name"]) == ("UTILITY", "order")
    assert Message.objects.get(kind="image").referral is not None
    assert template.quoted_wamid == Message.objects.get(kind="image").wamid
    facts = list(StoredFact.objects.order_by("pk").values("key", "category", "referral", "status"))
    while gathering.gather(ada.workspace_id):
        pass
    assert (
        list(StoredFact.objects.order_by("pk").values("key", "category", "referral", "status"))
        == facts
    )
    assert len(facts) == 2
    thread.refresh_from_db()
    assert thread.status == "resolved"


def test_a_later_word_of_the_same_person_begins_a_new_contact(zina: Contact, ada: Agent):
    erased(zina, ada)
    sighting = identity.Sighting(
        ada.workspace_id, Person(wa_id=PHONE, name="Zinaida"), timezone.now()
    )
    assert identity.contacts_for([sighting])[0].pk != zina.pk


def test_it_goes_on_where_a_worker_died(
    zina: Contact, ada: Agent, posted: Envelope, monkeypatch: Any
):
    job = erasing.ask(zina.pk, agent=ada)
    assert erasing.ask(zina.pk, agent=ada) == job
    monkeypatch.setattr(erasing, "_finish", lambda *_a: (_ for _ in ()).throw(RuntimeError))
    tasks.run_job(job.pk)
    monkeypatch.undo()
    Envelope.objects.filter(pk=posted.pk).update(body=f'"{PHONE}"'.encode())
    Job.objects.filter(pk=job.pk).update(state="waiting")
    tasks.run_job(job.pk)
    assert PHONE.encode().hex() not in everything_stored()
    assert PHONE not in everything_stored()


def test_the_page_shows_what_goes_and_wants_the_word(
    zina: Contact, ada: Agent, ana: Agent, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    where = f"/contacts/{zina.pk}/erasure/"
    client.force_login(ana)
    assert client.post(where, {"word": "ERASE"}).status_code == 403
    with pytest.raises(erasing.NotAllowed):
        erasing.ask(zina.pk, agent=ana)
    client.force_login(ada)
    page = client.get(where).content.decode()
    assert "words of 2 messages" in page
    assert client.post(where, {"word": "yes"}).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(where, {"word": " erase "}).status_code == 302
    assert "Done" in client.get(where + "?part=1").content.decode()
    assert "This person was erased" in client.get(f"/contacts/{zina.pk}/").content.decode()
    thread = Conversation.objects.get()
    pane = client.get(f"/inbox/{thread.pk}/").content.decode()
    assert f"Erased person {zina.pk}" in pane
    assert "Zinaida" not in pane
    assert client.get("/contacts/").content.decode().count("people__row") == 0
    assert client.get(f"/contacts/{zina.pk}/merge/?other={zina.pk}").status_code in (200, 302)
