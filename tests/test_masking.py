"""A customer's number is shown as the viewer's role has it: pages, pushes, search, titles, exports, one answer."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts import masking
from accounts.models import Agent, PhoneNumber, Workspace
from conversations import canned, live, phones
from conversations.models import Contact, Conversation
from tests import world
from tests.doors import URLS
from tests.things import things_of

PHONE = "79215550142"
SPELLINGS = (PHONE, "921 555-01-42", "921 555 01 42", "5550142", "555-01-42")


@pytest.fixture
def nameless(number: PhoneNumber) -> Conversation:
    contact = world.make_contact(number.workspace, phone=PHONE, profile_name="")
    return world.make_conversation(number, contact=contact)


def let(workspace: Workspace, phones: str) -> None:
    Workspace.objects.filter(pk=workspace.pk).update(agent_phones=phones)


@pytest.mark.parametrize("mode", [masking.LAST_FOUR, masking.HIDDEN])
def test_no_page_shows_more_of_a_number_than_the_role_may_see(
    mode: str, ana: Agent, ada: Agent, nameless: Conversation, client: Client
) -> None:
    let(ana.workspace, mode)
    nameless.assignee = ana
    nameless.save(update_fields=["assignee"])
    message = world.make_message(nameless, wamid="wamid.HBgLNzkyMTU1NTAxNDI=")
    things = things_of(ana.workspace, ada) | {
        "conversations:pk": nameless.pk,
        "conversations:token": message.token,
        "contacts:pk": nameless.contact_id,
    }
    client.force_login(ana)
    shown = []
    for url in URLS:
        answer = client.get(url.path(things))
        if answer.streaming or answer.status_code >= 500:
            continue
        body = answer.content.decode(errors="replace")
        leaks = any(spelling in body for spelling in (*SPELLINGS, message.wamid))
        if leaks or (mode == masking.HIDDEN and "••• 0142" in body):
            shown.append(url.route)
    assert not shown


def test_those_who_may_see_numbers_whole_do(ana: Agent, nameless: Conversation, client: Client):
    client.force_login(ana)
    body = client.get(f"/inbox/{nameless.pk}/").content.decode()
    assert "+7 921 555-01-42" in body


@pytest.mark.parametrize(
    ("mode", "digits", "found"),
    [
        (masking.FULL, "5550", True),
        (masking.LAST_FOUR, "5550", False),
        (masking.LAST_FOUR, "0142", True),
        (masking.LAST_FOUR, "50142", False),
        (masking.HIDDEN, "0142", False),
    ],
)
def test_nobody_finds_by_digits_that_they_may_not_see(
    mode: str, digits: str, found: bool, ana: Agent, nameless: Conversation, client: Client
) -> None:
    let(ana.workspace, mode)
    client.force_login(Agent.objects.get(pk=ana.pk))
    row = f'id="conversation-{nameless.pk}"'
    page = client.get(f"/inbox/?tab=all&status=any&q={digits}").content.decode()
    assert (row in page) == found
    agent = Agent.objects.get(pk=ana.pk)
    assert Contact.objects.filter(phones.matching(agent, digits)).exists() == found


def test_a_push_is_rendered_for_each_way_of_seeing_numbers(
    ana: Agent, cleo: Agent, nameless: Conversation, monkeypatch: Any
) -> None:
    let(ana.workspace, masking.LAST_FOUR)
    pushed: dict[str, str] = {}
    monkeypatch.setattr("events.live.push", pushed.update)
    from events.journal import Change

    change = Change(
        "x", ana.workspace_id, f"conversation:{nameless.pk}", (nameless,), None, live.show
    )
    live.show([change])
    # a group ends with the way of seeing numbers, and that of an open thread with its id after it
    ways = {group: {"full", "last4"}.intersection(group.split(".")) for group in pushed}
    shown = {group for group, html in pushed.items() if "555-01-42" in html}
    assert shown  # the header of the open thread
    assert all(ways[group] == {"full"} for group in shown), shown
    assert not any(PHONE in html for group, html in pushed.items() if ways[group] != {"full"})
    assert {way for found in ways.values() for way in found} == {"full", "last4"}


def test_where_nobody_says_who_looks_a_number_is_masked(nameless: Conversation):
    assert str(nameless.contact) == "••• 0142"
    with masking.shown(masking.HIDDEN):
        assert nameless.contact.shown_name == f"Customer {nameless.contact_id}"
    with masking.shown(masking.FULL):
        assert nameless.contact.shown_name == f"+{PHONE}"


def test_a_profile_named_by_its_number_is_masked_as_well(number: PhoneNumber):
    contact = world.make_contact(number.workspace, phone=PHONE, profile_name="+7 921 555-01-42")
    assert contact.shown_name == "••• 0142"
    with masking.shown(masking.FULL):
        assert contact.shown_name == "+7 921 555-01-42"


def test_the_panel_masks_it_beside_a_name_of_our_own(
    ana: Agent, number: PhoneNumber, client: Client
):
    let(ana.workspace, masking.LAST_FOUR)
    contact = world.make_contact(number.workspace, phone=PHONE, profile_name="+7 921 555-01-42")
    Contact.objects.filter(pk=contact.pk).update(name="Marina")
    thread = world.make_conversation(number, contact=contact)
    client.force_login(ana)
    body = client.get(f"/inbox/{thread.pk}/").content.decode()
    assert "Marina" in body
    assert not any(spelling in body for spelling in SPELLINGS)


def test_a_quick_reply_says_no_number_that_its_writer_may_not_see(ana: Agent, number: PhoneNumber):
    let(ana.workspace, masking.LAST_FOUR)
    ana.refresh_from_db()
    contact = world.make_contact(number.workspace, phone=PHONE, profile_name="+7 921 555-01-42")
    thread = world.make_conversation(number, contact=contact)
    values = canned.values_for(thread, ana)
    assert not any(spelling in value for value in values.values() for spelling in SPELLINGS)
