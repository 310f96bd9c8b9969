"""A customer is heard by an agent who looks elsewhere."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from accounts.models import Agent
from conversations.models import Conversation, NoticeWish
from simulator.person import Person
from tests.journeys.conftest import Seat


def test_a_message_sounds_unless_one_is_looking_at_it(
    seat: Seat, maria: Person, thread: Conversation
):
    ana = seat("Ana")
    NoticeWish.objects.create(agent=Agent.objects.get(name="Ana"), sound="knock", only_hidden=False)
    ana.look(f"/inbox/{thread.pk}/?tab=all")
    html = ana.page.locator("html")
    ana.page.bring_to_front()
    maria.writes("Seen at once")
    expect(ana.bubble("Seen at once")).to_be_visible()
    ana.page.keyboard.press("Escape")  # back to the list
    expect(ana.pane).to_have_count(0)
    maria.writes("Hello?")
    expect(html).to_have_attribute("data-sounded", "knock")
    expect(ana.page).to_have_title(re.compile(r"^\(1\) "))
    icon = ana.page.locator('link[rel="icon"]')
    expect(icon).to_have_attribute("href", re.compile("%3E1%3C"))
