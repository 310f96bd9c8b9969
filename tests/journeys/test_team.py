"""Colleagues at one conversation: what they tell each other, and what they see of each other."""

from __future__ import annotations

from playwright.sync_api import expect

from conversations.models import CannedReply, Conversation
from simulator.person import Person
from tests.journeys.conftest import Seat
from tests.journeys.people import texts


def test_a_note_reaches_the_colleague_and_never_the_customer(
    seat: Seat, maria: Person, thread: Conversation
):
    ana, bo = seat("Ana").look(f"/inbox/{thread.pk}/"), seat("Bo").look()
    ana.composer.fill("A reply, half written")
    ana.page.keyboard.press("Alt+p")
    expect(ana.composer).to_have_value("")
    ana.composer.press_sequentially("Ask the boss, @B")
    expect(ana.pane.locator(".offers")).to_contain_text("Bo")
    ana.composer.press("Enter")
    expect(ana.composer).to_have_value("Ask the boss, @Bo ")
    ana.composer.press("Enter")
    expect(ana.pane.locator(".message--note")).to_contain_text("Ask the boss, @Bo")
    expect(ana.own).to_have_count(0)
    expect(bo.page.locator("#toasts")).to_contain_text("Ana names you in a note")
    expect(bo.page.locator(".row[data-mentioned]")).to_have_count(1)

    bo.page.reload()
    bo.until_live()
    bo.page.locator(".list__mentions").click()
    bo.open("Is the coat still there?")
    expect(bo.pane.locator(".message--note .mention")).to_have_text("@Bo")
    expect(bo.page.locator(".row[data-mentioned]")).to_have_count(0)

    ana.page.keyboard.press("Alt+l")
    expect(ana.composer).to_have_value("A reply, half written")
    ana.composer.press("Enter")
    expect(ana.tick("A reply, half written", "read")).to_be_visible()
    assert texts(maria) == ["A reply, half written"]


def test_colleagues_see_who_looks_and_who_types(seat: Seat, maria: Person, thread: Conversation):
    ana, bo = seat("Ana").look(f"/inbox/{thread.pk}/"), seat("Bo").look()
    row = bo.rows.first
    expect(row.locator(".row__here .face")).to_have_attribute("title", "Ana is looking at this")
    ana.composer.press_sequentially("Ye")
    expect(row.locator(".row__line")).to_have_attribute("data-typing", "Ana is typing…")
    bo.open("Is the coat still there?")
    expect(bo.pane.locator(".typing")).to_have_text("Ana is typing…")
    expect(ana.pane.locator(".here .face")).to_have_count(1)
    ana.composer.press("Enter")
    expect(bo.bubble("Ye")).to_be_visible()
    expect(bo.pane.locator(".typing")).to_be_hidden()
    ana.page.keyboard.press("Escape")
    ana.page.keyboard.press("Escape")
    expect(bo.pane.locator(".here .face")).to_have_count(0)


def test_snoozing_by_keyboard_takes_it_off_the_list_until_the_customer_writes(
    seat: Seat, maria: Person, thread: Conversation
):
    ana, bo = seat("Ana").look(f"/inbox/{thread.pk}/?tab=all"), seat("Bo").look()
    ana.page.keyboard.press("Alt+m")
    ana.pane.locator("[name=typed]").fill("fri 15:00")
    expect(ana.pane.locator(".snooze__meaning")).to_contain_text("Friday")
    ana.page.keyboard.press("Enter")
    expect(bo.rows).to_have_count(0)
    expect(ana.pane.locator(".notice").last).to_contain_text("Ana snoozed the conversation until")
    maria.writes("And in blue?")
    expect(bo.rows).to_have_count(1)
    expect(ana.pane.locator(".thread-head__line")).not_to_contain_text("until")


def test_a_quick_reply_is_found_filled_in_and_held_until_nothing_is_left_open(
    seat: Seat, maria: Person, thread: Conversation
):
    CannedReply.objects.create(
        workspace=thread.workspace,
        shortcode="way",
        text="{{contact.first_name}}, order {{order}} is on its way.",
    )
    ana = seat("Ana").look(f"/inbox/{thread.pk}/")
    ana.composer.fill("About {{order}}")
    ana.composer.press("Enter")
    expect(ana.page.locator("#toasts")).to_contain_text("Fill in {{order}} first")
    ana.composer.fill("")
    ana.composer.press_sequentially("/order")
    expect(ana.pane.locator(".offers")).to_contain_text("/way Maria, order {{order}}")
    ana.composer.press("Enter")
    blank = ana.page.locator("dialog[open] [data-blanks] input")
    expect(blank).to_be_focused()
    ana.page.keyboard.type("20814")
    ana.page.keyboard.press("Enter")
    expect(ana.composer).to_have_value("Maria, order 20814 is on its way.")
    ana.composer.press("Enter")
    expect(ana.tick("Maria, order 20814 is on its way.", "read")).to_be_visible()
    assert texts(maria) == ["Maria, order 20814 is on its way."]
    assert CannedReply.objects.get().used_count == 1
