"""Pages that stay open stay true, and take nothing from whoever writes in them."""

from __future__ import annotations

from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Agent, PhoneNumber, Role
from conversations.models import ContactNote, Conversation, SavedView
from tests import world
from tests.journeys.conftest import Seat
from tests.journeys.people import Desk

POST = """async ([url, said]) => (await fetch(url, {method: 'POST', body: new URLSearchParams(said),
    headers: JSON.parse(document.body.getAttribute('hx-headers'))})).ok"""
MISSED_MUCH = "document.querySelector('live-updates').cursor = 1e9"  # the server says: too much


def test_a_contact_that_is_typed_in_takes_in_what_was_missed_without_a_reload(
    seat: Seat, shop: PhoneNumber
):
    contact = world.make_conversation(shop).contact
    ana = seat("Ana").look(f"/contacts/{contact.pk}/")
    line, company = ana.page.locator("live-updates"), ana.page.locator("[name=company]")
    ana.page.evaluate("window.sameAsBefore = true")
    ana.go_offline()
    expect(line).to_have_attribute("data-state", "offline")
    company.fill("Porto Coats")
    ContactNote.objects.create(contact=contact, text="Likes tea", at=timezone.now())
    ana.page.evaluate(MISSED_MUCH)
    ana.page.context.set_offline(False)
    expect(ana.page.locator("#person-notes")).to_contain_text("Likes tea")
    expect(line).to_have_attribute("data-state", "open")
    expect(company).to_have_value("Porto Coats")
    assert ana.page.evaluate("window.sameAsBefore")
    assert ana.page.evaluate("document.querySelector('live-updates').cursor < 1e9")


def test_a_colleagues_view_comes_and_goes_in_an_open_inbox(seat: Seat, thread: Conversation):
    world.make_agent(thread.workspace, "Cleo", Role.MANAGER)
    ana, cleo = seat("Ana").look(), seat("Cleo").look()
    _post(cleo, "/inbox/views/", name="To pack", sort="newest", shared="1")
    shared = ana.page.locator(".views__one", has_text="To pack")
    expect(shared.locator(".tabs__count")).to_have_text("1")
    _post(cleo, f"/inbox/views/{SavedView.objects.get().pk}/end/")
    expect(shared).to_have_count(0)


def _post(desk: Desk, url: str, **said: str) -> None:
    assert desk.page.evaluate(POST, [url, said])


def test_other_rights_take_no_word_from_who_is_writing(seat: Seat, thread: Conversation):
    """The page loads anew once nothing can be lost; then a note is still a note, and the caret where it was."""
    world.make_agent(thread.workspace, "Cleo", Role.MANAGER)
    ana, cleo = seat("Ana").look(f"/inbox/{thread.pk}/?tab=all"), seat("Cleo").look()
    agent = Agent.objects.get(name="Ana")
    ana.page.evaluate("window.isFirst = true")
    ana.page.keyboard.press("Alt+p")
    ana.page.keyboard.type("Call her")
    upload = {"name": "list.txt", "mimeType": "text/plain", "buffer": b"one"}
    ana.page.keyboard.press("Alt+l")
    ana.pane.locator("[data-file-input]").set_input_files(upload)  # type: ignore[arg-type]
    expect(ana.pane.locator(".staged")).to_have_count(1)
    ana.page.keyboard.press("Alt+p")
    _post(cleo, f"/settings/people/{agent.pk}/sight/", sight="all")
    expect(ana.page.locator(".load-anew")).to_be_visible()
    assert ana.page.evaluate("window.isFirst")
    ana.pane.locator(".staged button").dispatch_event("click")
    expect(ana.page.locator(".load-anew")).to_have_count(0)
    expect(ana.composer).to_be_focused()
    assert not ana.page.evaluate("window.isFirst")
    ana.page.keyboard.type(" back")
    expect(ana.composer).to_have_value("Call her back")
    expect(ana.pane.locator("reply-composer")).to_have_attribute("data-say", "note")
