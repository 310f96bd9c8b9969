"""A row that was kept is the row that would be rendered now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts import masking
from accounts.models import Agent, PhoneNumber
from conversations import rows
from conversations.models import Conversation, Label
from tests import world

pytestmark = pytest.mark.django_db


def _shown(conversation: Conversation) -> str:
    """As a page shows it; the same as if it were rendered anew."""
    [found] = Conversation.objects.for_rows().filter(pk=conversation.pk)
    html = rows.row(found)
    anew = Conversation.objects.for_list().get(pk=conversation.pk)
    assert html == rows.anew(anew)
    return html


def _set(row: Any, **values: object) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))


CHANGES: dict[str, Callable[[Conversation, Agent], None]] = {
    "name": lambda one, _who: _set(one.contact, name="Kept Anew"),
    "number": lambda one, _who: _set(one.number, label="Renamed"),
    "assignee": lambda one, who: _set(one, assignee=who),
    "priority": lambda one, _who: _set(one, priority=4),
    "status": lambda one, _who: _set(one, status="pending"),
    "text": lambda one, _who: _set(one, last_text="something else"),
    "window": lambda one, _who: _set(one, last_inbound_at=timezone.now()),
    "label": lambda one, _who: one.labels.add(
        Label.objects.create(workspace=one.workspace, name="VIP", colour="red")
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_row_follows_what_it_shows(what: str, number: PhoneNumber, ana: Agent):
    one = world.make_conversation(number)
    before = _shown(one)
    assert _shown(one) == before
    CHANGES[what](one, ana)
    assert _shown(one) != before


def test_a_renamed_colleague_and_label_are_shown(number: PhoneNumber, ana: Agent):
    one = world.make_conversation(number, assignee=ana)
    label = Label.objects.create(workspace=one.workspace, name="VIP", colour="red")
    one.labels.add(label)
    _shown(one)
    _set(ana, name="Another Name")
    _set(label, name="Gold")
    assert "Another Name" in _shown(one)
    assert "Gold" in _shown(one)


def test_each_viewer_gets_their_language_and_their_sight_of_numbers(number: PhoneNumber):
    contact = world.make_contact(number.workspace, phone="4915155501", profile_name="")
    one = world.make_conversation(number, contact=contact, status="pending")
    found = set()
    for language in ("en", "ru"):
        for phones in (masking.FULL, masking.LAST_FOUR, masking.HIDDEN):
            with translation.override(language), masking.shown(phones):
                found.add(_shown(one))
    assert len(found) == 6


def test_where_it_stands_moves_with_the_clock(number: PhoneNumber):
    at = timezone.now()
    one = world.make_conversation(number, last_inbound_at=at)
    before = _shown(one)
    with time_machine.travel(at + timedelta(hours=25)):
        assert _shown(one) != before


def test_the_page_asks_no_more_for_more_rows(client: Client, ana: Agent, number: PhoneNumber):
    client.force_login(ana)
    counted = set()
    for n in (2, 30):
        for _ in range(n):
            one = world.make_conversation(number, assignee=ana)
            one.labels.add(Label.objects.create(workspace=one.workspace, name=f"L{one.pk}"))
        client.get("/inbox/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/inbox/?tab=all&status=any")
        counted.add(len(queries))
    assert len(counted) == 1
    assert counted.pop() <= 14
