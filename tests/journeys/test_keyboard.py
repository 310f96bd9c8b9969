"""A day without a mouse: the palette, the keys in any layout, the sheet that lists them."""

from __future__ import annotations

from django.utils import timezone
from playwright.sync_api import Page, expect

from conversations.models import Conversation
from simulator.person import Person
from tests import world
from tests.journeys.conftest import Seat

PRESS = """([code, key, more]) => (document.activeElement ?? document.body).dispatchEvent(
    new KeyboardEvent("keydown", {code, key, bubbles: true, cancelable: true, ...more}))"""


def press_russian(page: Page, code: str, letter: str, **more: bool) -> None:
    """A key as a Russian layout sends it: its place, and a letter that no table could hold."""
    page.evaluate(PRESS, [code, letter, more])


def test_the_palette_reaches_menus_customers_and_pages(
    seat: Seat, maria: Person, thread: Conversation
):
    ana = seat("Ana").look(f"/inbox/{thread.pk}/?tab=all")
    palette, option = ana.page.locator("#palette"), ana.page.locator("#palette [role=option]")
    bo = seat("Bo")  # somebody to give it to
    bo.page.close()

    press_russian(ana.page, "KeyK", "л", ctrlKey=True)
    expect(palette).to_be_visible()
    expect(palette.locator("input")).to_be_focused()
    ana.page.keyboard.type("assign bo")
    expect(option.first).to_contain_text("Bo")
    expect(palette.locator("input")).to_have_attribute("aria-activedescendant", "palette-0")
    ana.page.keyboard.press("Enter")
    expect(palette).to_be_hidden()
    expect(ana.pane.locator(".thread-head__acts")).to_contain_text("Bo")

    ana.page.keyboard.press("Control+k")
    ana.page.keyboard.type("snooze fri 15:00")
    expect(option.first).to_contain_text("fri 15:00")
    maria.writes("One more thing")  # what the palette read is replaced meanwhile
    expect(ana.bubble("One more thing")).to_be_visible()
    ana.page.keyboard.press("Enter")
    expect(ana.pane.locator(".notice").last).to_contain_text("snoozed the conversation")

    ana.page.keyboard.press("Control+k")
    ana.page.keyboard.type("sokolo")
    expect(option.first).to_contain_text("Maria Sokolova")
    ana.page.keyboard.press("Control+a")
    ana.page.keyboard.type("quick rep")
    expect(option.first).to_contain_text("Quick replies")
    ana.page.keyboard.press("Enter")
    ana.page.wait_for_url("**/settings/replies/")
    press_russian(ana.page, "Slash", ".", ctrlKey=True)
    expect(ana.page.locator("#key-help")).to_contain_text("Resolve and open the next")


def test_resolve_and_next_walks_the_list_in_a_russian_layout(seat: Seat, thread: Conversation):
    second = world.make_conversation(thread.number, last_at=timezone.now())
    ana = seat("Ana").look(f"/inbox/{second.pk}/?tab=all")
    expect(ana.rows).to_have_count(2)
    press_russian(ana.page, "KeyE", "у", ctrlKey=True, altKey=True)
    expect(ana.rows).to_have_count(1)
    expect(ana.pane).to_have_attribute("data-conversation", str(thread.pk))
    press_russian(ana.page, "KeyM", "ь", altKey=True)
    expect(ana.pane.locator("[name=typed]")).to_be_visible()
    ana.page.keyboard.press("Escape")
    press_russian(ana.page, "KeyE", "у", altKey=True)
    expect(ana.pane.locator(".thread-head__acts")).to_contain_text("Reopen")
