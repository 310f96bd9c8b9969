"""Merging and splitting by hand: what moves, who may, and what a race does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from accounts.models import Agent, PhoneNumber
from conversations import joining
from conversations.models import Contact, Conversation, Identifier
from events.models import Event
from tests import world

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def two(number: PhoneNumber) -> tuple[Contact, Contact]:
    older = world.make_contact(number.workspace, name="Masha", company="Tea Ltd")
    newer = world.make_contact(number.workspace, name="Maria", user_id="RU.12345")
    for contact in (older, newer):
        world.make_message(world.make_conversation(number, contact=contact), contact.name)
    return older, newer


def test_what_will_be_joined_is_shown_first(
    ada: Agent, two: tuple[Contact, Contact], other_number: PhoneNumber
):
    moving = world.make_conversation(other_number, contact=two[1])
    shown = joining.preview(two[1], two[0], agent=ada)
    assert (shown.older, shown.newer) == two
    assert [thread.number for thread in shown.joined] == [two[0].conversations.get().number]
    assert shown.moved == [moving]
    assert [(c.column, c.older, c.newer) for c in shown.conflicts] == [("name", "Masha", "Maria")]


def test_two_become_one_with_what_was_chosen(
    ada: Agent, two: tuple[Contact, Contact], client: Client
):
    older, newer = two
    client.force_login(ada)
    page = client.get(f"/contacts/{newer.pk}/merge/?other={older.pk}").content.decode()
    assert "Which is right?" in page
    assert client.get(f"/contacts/{newer.pk}/merge/?q=Masha").status_code == 200
    answer = client.post(
        f"/contacts/{newer.pk}/merge/",
        {"other": older.pk, "right-name": "newer", "right-email": "newer"},
    )
    assert answer.headers["Location"] == f"/contacts/{older.pk}/"
    kept = Contact.objects.get()
    assert (kept.name, kept.company, kept.user_id) == ("Maria", "Tea Ltd", "RU.12345")
    thread = Conversation.objects.get()
    assert sorted(thread.messages.exclude(direction="system").values_list("text", flat=True)) == [
        "Maria",
        "Masha",
    ]
    assert Identifier.objects.filter(contact=kept).count() == 3
    assert ada.workspace.audit.get().details["joined"] == f"#{newer.pk}"
    assert Event.objects.filter(kind="contact.merged").exists()
    again = client.post(f"/contacts/{older.pk}/merge/", {"other": newer.pk})
    assert again.status_code == 404


def test_only_who_sees_all_of_both_may_decide(
    ana: Agent, two: tuple[Contact, Contact], other_number: PhoneNumber, client: Client
) -> None:
    world.make_conversation(other_number, contact=two[1])
    with pytest.raises(joining.NotWhole):
        joining.merge(two[0].pk, two[1].pk, agent=ana, newer_wins=(), at=NOW)
    with pytest.raises(joining.NotWhole):
        joining.split(two[1].pk, agent=ana, identifiers=[], conversations=[], name="", at=NOW)
    client.force_login(ana)
    client.post(f"/contacts/{two[0].pk}/merge/", {"other": two[1].pk})
    assert Contact.objects.count() == 2
    with pytest.raises(joining.SamePerson):
        joining.merge(two[0].pk, two[0].pk, agent=ana, newer_wins=(), at=NOW)


def test_who_was_merged_meanwhile_is_not_merged_again(ada: Agent, two: tuple[Contact, Contact]):
    joining.merge(two[0].pk, two[1].pk, agent=ada, newer_wins=(), at=NOW)
    with pytest.raises(Contact.DoesNotExist):
        joining.merge(two[0].pk, two[1].pk, agent=ada, newer_wins=(), at=NOW)


def test_an_id_and_its_conversation_become_a_contact_of_their_own(
    ada: Agent, number: PhoneNumber, other_number: PhoneNumber, client: Client
) -> None:
    contact = world.make_contact(ada.workspace, name="Both", user_id="RU.12345")
    stays = world.make_conversation(number, contact=contact)
    goes = world.make_conversation(other_number, contact=contact)
    moved = contact.identifiers.get(kind="user_id")
    client.force_login(ada)
    page = f"/contacts/{contact.pk}/split/"
    assert client.post(page, {"conversations": [goes.pk]}).status_code == 422
    every = list(contact.identifiers.values_list("pk", flat=True))
    assert client.post(page, {"identifiers": every}).status_code == 422
    assert client.post(page, {"identifiers": ["x", "9" * 40]}).status_code == 422
    answer = client.post(
        page, {"identifiers": [moved.pk], "conversations": [goes.pk], "name": "Other"}
    )
    fresh = Contact.objects.get(name="Other")
    assert answer.headers["Location"] == f"/contacts/{fresh.pk}/"
    assert (fresh.phone, fresh.user_id) == ("", "RU.12345")
    contact.refresh_from_db()
    assert (bool(contact.phone), contact.user_id) == (True, "")
    assert list(fresh.conversations.all()) == [goes]
    assert list(contact.conversations.all()) == [stays]
    assert ada.workspace.audit.get().act == "contact.split"
