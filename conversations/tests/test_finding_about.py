"""Notes on people and custom fields are found by their words, as far as the agent sees whom they are about."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Agent, PhoneNumber
from conversations import finding
from conversations.models import ContactNote, CustomField, FieldValue
from tests import world

pytestmark = pytest.mark.django_db


def about(agent: Agent, text: str) -> list[tuple[str, str]]:
    found = finding.find(agent, text, at=timezone.now()).about
    return [(one.field, "".join(piece.text for piece in one.pieces)) for one in found]


def hits(agent: Agent, text: str) -> list[str]:
    found = finding.find(agent, text, at=timezone.now()).about
    return [piece.text for one in found for piece in one.pieces if piece.is_hit]


def test_notes_and_fields_are_found_in_any_form(number: PhoneNumber, ana: Agent, client: Client):
    one = world.make_conversation(number)
    ContactNote.objects.create(contact=one.contact, author=ana, text="Любит красные платья")
    size = CustomField.objects.create(
        workspace=ana.workspace, of="contact", key="street", name="Street"
    )
    order = CustomField.objects.create(
        workspace=ana.workspace, of="conversation", key="order", name="Order", kind="number"
    )
    FieldValue.objects.create(field=size, contact=one.contact, text="Lindenstrasse 12")
    FieldValue.objects.create(field=order, conversation=one, number=Decimal(4711))
    assert about(ana, "красное платье") == [("", "Любит красные платья")]
    assert hits(ana, "красное платье") == ["красные", "платья"]
    assert about(ana, "linden") == [("Street", "Lindenstrasse 12")]
    assert about(ana, "4711") == [("Order", "4711")]
    assert about(ana, "платье -красный") == []
    assert about(ana, "has:photo платье") == []
    client.force_login(ana)
    page = client.get("/inbox/search/", {"find": "платье"}, headers={"X-Requested-With": "fetch"})
    assert "<mark>платья</mark>" in page.content.decode()
    assert f"/contacts/{one.contact_id}/#notes" in page.content.decode()


def test_nobody_finds_what_they_may_not_see(
    number: PhoneNumber, ana: Agent, ben: Agent, cleo: Agent, dan: Agent
):
    one = world.make_conversation(number)
    ContactNote.objects.create(contact=one.contact, author=ana, text="Allergic to nuts")
    field = CustomField.objects.create(
        workspace=ana.workspace, of="conversation", key="a", name="About"
    )
    FieldValue.objects.create(field=field, conversation=one, text="nuts")
    for agent, count in ((ana, 2), (cleo, 2), (ben, 0), (dan, 0)):
        assert len(about(agent, "nuts")) == count
