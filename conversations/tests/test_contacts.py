"""The contacts' list and page: who is found, what is shown of them, what a colleague does there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from accounts.models import Agent, PhoneNumber
from conversations import contacting, directory
from conversations.models import Consent, Contact, Conversation, Identifier
from tests import world

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def maria(number: PhoneNumber) -> Contact:
    return world.make_conversation(number).contact


def names(agent: Agent, **wanted: Any) -> list[str]:
    rows = directory.page(agent, directory.Wanted(**wanted)).rows
    return [row.shown_name for row in rows]


@pytest.mark.parametrize("order", directory.ORDERS)
def test_pages_hold_everybody_once(order: str, ada: Agent, monkeypatch: Any) -> None:
    monkeypatch.setattr(directory, "ROWS", 3)
    made = [world.make_contact(ada.workspace, profile_name=f"P{n % 4}").pk for n in range(8)]
    wanted, after, seen = directory.Wanted(order=order), "", []
    while True:
        page = directory.page(ada, wanted, after=after)
        seen += page.rows
        if not (after := page.more):
            break
    assert sorted(row.pk for row in seen) == made
    if order == "name":
        assert [row.profile_name for row in seen] == sorted(row.profile_name for row in seen)


def test_an_agents_pages_hold_whom_they_see_and_whom_they_added(
    ana: Agent, number: PhoneNumber, monkeypatch: Any
) -> None:
    monkeypatch.setattr(directory, "ROWS", 3)
    made = [world.make_conversation(number).contact_id for _n in range(4)]
    made += [contacting.add(agent=ana, digits=f"49151234567{n}", name="").pk for n in range(4)]
    after, seen = "", []
    while True:
        page = directory.page(ana, directory.Wanted(), after=after)
        seen += [row.pk for row in page.rows]
        if not (after := page.more):
            break
    assert seen == sorted(made, reverse=True)


def test_a_made_up_cursor_shows_the_first_page(ada: Agent, maria: Contact):
    for after in ("x", "1.%%", "9" * 30, "5.AA==", "٣"):
        assert directory.page(ada, directory.Wanted(order="name"), after=after) is not None


def test_an_agent_finds_those_whose_conversations_they_see(
    ana: Agent, ben: Agent, cleo: Agent, maria: Contact, other_number: PhoneNumber
) -> None:
    world.make_conversation(
        other_number, contact=world.make_contact(ana.workspace, profile_name="Other")
    )
    assert names(ana) == ["Maria Sokolova"]
    assert names(ben) == ["Other"]
    assert names(cleo, order="name") == ["Maria Sokolova", "Other"]
    assert names(cleo, query="other") == ["Other"]


def test_the_page_costs_the_same_whatever_the_number_of_people(
    ada: Agent, number: PhoneNumber, client: Client, django_assert_num_queries: Any
) -> None:
    client.force_login(ada)
    client.get("/contacts/")
    world.make_conversation(number)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        client.get("/contacts/")
    for _ in range(10):
        world.make_conversation(number)
    with django_assert_num_queries(len(few)):
        client.get("/contacts/")


def test_a_contact_is_added_once(ana: Agent, ben: Agent, client: Client, maria: Contact):
    client.force_login(ana)
    answer = client.post("/contacts/new/", {"phone": "+49 1512 3456789", "name": "Jo"})
    added = Contact.objects.get(name="Jo")
    assert answer.headers["Location"] == f"/contacts/{added.pk}/"
    assert added.phone == "4915123456789"
    assert Identifier.objects.get(contact=added).value == added.phone
    again = client.post("/contacts/new/", {"phone": "0049 15123456789"})
    assert again.status_code == 422
    assert f"/contacts/{added.pk}/" in again.content.decode()
    client.force_login(ben)
    hidden = client.post("/contacts/new/", {"phone": maria.phone})
    assert "do not see" in hidden.content.decode()
    assert maria.profile_name not in hidden.content.decode()
    for wrong in ("hello", "12", ""):
        assert client.post("/contacts/new/", {"phone": wrong}).status_code == 422


def test_what_is_typed_is_kept_and_shown_on_every_thread(
    ana: Agent, maria: Contact, client: Client
):
    thread = Conversation.objects.get(contact=maria)
    client.force_login(ana)
    said = {"name": "Masha", "company": "Tea Ltd", "email": "m@example.com", "language": "ru"}
    assert client.post(f"/contacts/{maria.pk}/", said).status_code == 302
    maria.refresh_from_db()
    assert (maria.name, maria.company, maria.email) == ("Masha", "Tea Ltd", "m@example.com")
    was = thread.seq
    thread.refresh_from_db()
    assert thread.seq > was
    assert client.post(f"/contacts/{maria.pk}/", said | {"email": "no"}).status_code == 422


def test_what_they_said_about_marketing_is_a_history(ana: Agent, maria: Contact, client: Client):
    client.force_login(ana)
    client.post(f"/contacts/{maria.pk}/consent/", {"allows": "no", "note": "by phone"})
    assert Contact.objects.get(pk=maria.pk).marketing_stopped_at is not None
    client.post(f"/contacts/{maria.pk}/consent/", {"allows": "yes"})
    assert Contact.objects.get(pk=maria.pk).marketing_stopped_at is None
    assert [row.allows for row in Consent.objects.order_by("at")] == [False, True]
    page = client.get(f"/contacts/{maria.pk}/").content.decode()
    assert "by phone" in page
    assert "Ana" in page


def test_notes_are_deleted_by_who_wrote_them_or_who_leads(
    ana: Agent, cleo: Agent, maria: Contact, client: Client
) -> None:
    note = contacting.note(maria.pk, agent=cleo, text="Likes *tea*", at=NOW)
    client.force_login(ana)
    page = client.get(f"/contacts/{maria.pk}/").content.decode()
    assert "<strong>tea</strong>" in page
    end = f"/contacts/{maria.pk}/notes/{note.pk}/end/"
    assert client.post(end).status_code == 403
    client.force_login(cleo)
    assert client.post(end).status_code == 302
    assert not maria.notes.exists()


def test_a_conversation_begins_with_a_number_the_agent_works_with(
    ana: Agent, number: PhoneNumber, other_number: PhoneNumber, client: Client
) -> None:
    client.force_login(ana)
    contact = contacting.add(agent=ana, digits="4915123456789", name="Jo")
    where = f"/contacts/{contact.pk}/conversations/"
    assert (
        client.post(where, {"number": other_number.pk}).headers["Location"].startswith("/contacts/")
    )
    assert not Conversation.objects.exists()
    answer = client.post(where, {"number": number.pk})
    thread = Conversation.objects.get()
    assert answer.headers["Location"] == f"/inbox/{thread.pk}/"
    assert thread.assignee == ana
    client.post(where, {"number": number.pk})
    assert Conversation.objects.count() == 1


def test_files_and_history_of_threads_one_may_open(ana: Agent, maria: Contact, client: Client):
    thread = Conversation.objects.get(contact=maria)
    from conversations import activity

    activity.line(thread, "resolved", at=NOW, by=ana)
    client.force_login(ana)
    assert "resolved" in client.get(f"/contacts/{maria.pk}/history/").content.decode()
    assert "No files" in client.get(f"/contacts/{maria.pk}/media/").content.decode()
