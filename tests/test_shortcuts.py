"""The table of keys and what the command palette is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import Agent, PhoneNumber, Role
from conversations.models import SavedView
from templates_app.models import Template
from tests import world
from waba_inbox import shortcuts

ROOT = Path(__file__).resolve().parent.parent


def test_no_key_means_two_things():
    keys = [key for shortcut in shortcuts.SHORTCUTS for key in shortcut.keys]
    assert len(keys) == len(set(keys))


def test_what_modules_bind_stands_in_the_table():
    names = {shortcut.keys[0] for shortcut in shortcuts.SHORTCUTS}
    bound = set()
    for path in (ROOT / "static/js").glob("*.js"):
        bound |= set(re.findall(r'\bbind\("([^"]+)"', path.read_text()))
    assert bound
    assert bound <= names


@pytest.mark.django_db
def test_the_palette_knows_the_pages_of_ones_role_in_both_languages(ana: Agent, fay: Agent):
    with translation.override("en"):
        hers, books = shortcuts.for_page(ana.role), shortcuts.for_page(fay.role)
    snooze = next(row for row in hers["keys"] if "Alt+M" in row["keys"])
    assert (snooze["words"], snooze["also"]) == ("Snooze", "Отложить")
    addresses = {row["href"] for row in hers["commands"]}
    assert "/inbox/?tab=mine" in addresses
    assert "/settings/log/" not in addresses
    assert books["jump"] == ""
    assert not any("inbox" in row["href"] for row in books["keys"] + books["commands"])


@pytest.mark.django_db
def test_a_jump_finds_the_customers_one_may_see_and_no_others(
    client: Client, ana: Agent, dan: Agent, number: PhoneNumber
):
    contact = world.make_contact(number.workspace, profile_name="Irma <Weiss>", phone="4915155501")
    mine = world.make_conversation(number, contact=contact)
    other = world.make_number(world.make_account(dan.workspace))
    world.make_conversation(other, contact=world.make_contact(dan.workspace, profile_name="Irma"))
    Template.objects.create(account=number.account, name="irma_reminder", language="en")
    Template.objects.create(account=other.account, name="irma_secret", language="en")
    client.force_login(ana)

    def found(query: str) -> list[str]:
        return [one["href"] for one in client.get("/inbox/jump/", {"q": query}).json()["found"]]

    assert found("55501") == [f"/inbox/{mine.pk}/"]
    assert [href.split("/")[1] for href in found("irma")] == ["inbox", "templates"]
    assert found("") == []
    ours = SavedView.objects.create(workspace=ana.workspace, name="Urgent", rules={})
    SavedView.objects.create(workspace=dan.workspace, name="Theirs", rules={})
    assert found("") == [f"/inbox/?view={ours.pk}"]
    client.force_login(world.make_agent(number.workspace, "Booker", Role.FINANCE))
    assert client.get("/inbox/jump/", {"q": "irma"}).status_code == 403
