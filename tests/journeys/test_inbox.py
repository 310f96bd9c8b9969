"""What agents live through in a day: one customer, two colleagues, and a network that comes and goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Request, expect

from conversations.models import Conversation
from simulator.person import Person
from tests.journeys.conftest import Seat
from tests.journeys.people import PHONE, texts
from tests.journeys.stage import Stage


def test_two_colleagues_see_a_customer_and_the_answer_reaches_read_on_both_screens(
    seat: Seat, maria: Person
):
    ana, bo = seat("Ana").look(), seat("Bo").look()
    expect(ana.page.locator(".list__empty")).to_be_visible()

    maria.writes("Do you ship to Porto?")
    for desk in (ana, bo):
        expect(desk.rows).to_have_count(1)
        expect(desk.rows.locator(".row__unread")).to_have_text("1")
        expect(desk.page).to_have_title("(1) Inbox · WABA Inbox")
        desk.open("Do you ship to Porto?")
        expect(desk.rows.locator(".row__unread")).to_be_hidden()

    ana.write("Yes, in *two* days.")
    for desk in (ana, bo):
        expect(desk.tick("Yes, in two days.", "read")).to_be_visible()
        expect(desk.words).to_have_text(["Do you ship to Porto?", "Yes, in two days."])
    assert texts(maria) == ["Yes, in *two* days."]


def test_fast_answers_keep_their_order_and_stand_on_the_screen_at_once(
    seat: Seat, maria: Person, thread: Conversation
):
    ana = seat("Ana").look(f"/inbox/{thread.pk}/")
    said = [f"Line {n}" for n in range(5)]
    for line in said:
        ana.write(line)
        expect(ana.bubble(line)).to_be_visible()
    expect(ana.pane.locator(".tick--read")).to_have_count(5)
    expect(ana.words).to_have_text(["Is the coat still there?", *said])
    expect(ana.own).to_have_count(0)
    assert texts(maria) == said


def test_the_window_closes_before_the_agents_eyes_and_opens_when_the_customer_writes(
    seat: Seat, maria: Person, thread: Conversation
):
    thread.last_inbound_at = datetime.now(UTC) - timedelta(hours=24) + timedelta(seconds=6)
    thread.save(update_fields=["last_inbound_at"])
    ana = seat("Ana").look(f"/inbox/{thread.pk}/")
    expect(ana.composer).to_be_visible()

    expect(ana.composer).to_be_hidden()
    expect(ana.pane.locator(".composer__closed")).to_be_visible()

    maria.writes("Hello again")
    expect(ana.composer).to_be_visible()
    ana.write("Welcome back")
    expect(ana.tick("Welcome back", "read")).to_be_visible()


def test_a_thread_that_was_opened_in_the_moment_of_a_message_shows_it_once(
    seat: Seat, maria: Person, thread: Conversation
):
    ana = seat("Ana").look(f"/inbox/{thread.pk}/")
    not_heard_of_yet = "import('live').then(({ listenTo }) => listenTo([]))"
    ana.page.evaluate(not_heard_of_yet)
    maria.writes("Do you have it in green?")  # its row comes, its bubble does not
    expect(ana.words).to_have_text(["Is the coat still there?", "Do you have it in green?"])
    ana.write("Yes, we do.")
    expect(ana.tick("Yes, we do.", "read")).to_be_visible()
    expect(ana.words).to_have_count(3)


def test_a_browser_that_was_offline_catches_up_with_one_request(
    seat: Seat, maria: Person, thread: Conversation
):
    ana, bo = seat("Ana").look(f"/inbox/{thread.pk}/"), seat("Bo").look(f"/inbox/{thread.pk}/")
    ana.go_offline()
    expect(ana.page.locator("#line-state")).to_have_attribute("data-state", "offline")
    for n in range(3):
        maria.writes(f"Missed {n}")
    expect(bo.words).to_have_count(4)

    asked: list[str] = []

    def note(request: Request) -> None:
        beside = ("/read/", "/counts/", "/held/")
        if "/inbox/" in request.url and not any(part in request.url for part in beside):
            asked.append(request.url)

    ana.page.on("request", note)
    ana.page.context.set_offline(False)
    expect(ana.page.locator("#line-state")).to_have_attribute("data-state", "back")
    expect(ana.words).to_have_text(["Is the coat still there?", *(f"Missed {n}" for n in range(3))])
    assert len(asked) == 1, asked
    assert "/inbox/changes/" in asked[0]


def test_what_was_written_without_a_network_goes_out_by_itself(
    seat: Seat, maria: Person, thread: Conversation
):
    ana = seat("Ana").look(f"/inbox/{thread.pk}/")
    ana.go_offline()
    ana.write("From the tunnel").write("Still in it")
    expect(ana.own).to_have_count(2)
    expect(ana.bubble("From the tunnel").locator(".trouble")).to_be_visible()
    ana.page.context.set_offline(False)
    expect(ana.tick("Still in it", "read")).to_be_visible()
    assert texts(maria) == ["From the tunnel", "Still in it"]


def test_a_colleagues_message_meanwhile_holds_the_reply_until_the_agent_insists(
    seat: Seat, maria: Person, thread: Conversation
):
    ana, bo = seat("Ana").look(f"/inbox/{thread.pk}/"), seat("Bo").look(f"/inbox/{thread.pk}/")
    ana.go_offline()
    bo.write("Sold yesterday, sorry")
    expect(bo.tick("Sold yesterday, sorry", "read")).to_be_visible()
    ana.write("Yes, one is left")
    expect(ana.bubble("Yes, one is left").locator(".trouble")).to_be_visible()
    ana.page.context.set_offline(False)

    refusal = ana.pane.locator(".refusal")
    expect(refusal).to_contain_text("Sold yesterday, sorry")
    expect(ana.bubble("Sold yesterday, sorry")).to_be_visible()
    assert len(maria.received) == 1
    refusal.locator("[data-override]").click()
    expect(ana.tick("Yes, one is left", "read")).to_be_visible()
    expect(refusal).to_have_count(0)
    assert texts(maria)[1:] == ["Yes, one is left"]


def test_the_page_heals_after_the_web_server_was_killed(
    seat: Seat, stage: Stage, maria: Person, thread: Conversation
):
    ana = seat("Ana").look(f"/inbox/{thread.pk}/")
    ana.composer.fill("half a sentence")
    stage.kill_web()
    expect(ana.page.locator("#line-state")).to_have_attribute("data-state", "reconnecting")
    maria.writes("Anybody there?")  # Meta tries again until we answer
    stage.start_web()
    expect(ana.bubble("Anybody there?")).to_be_visible()
    expect(ana.page.locator("#line-state")).to_have_attribute("data-state", "back")
    expect(ana.composer).to_have_value("half a sentence")


def test_photos_go_both_ways(seat: Seat, maria: Person, thread: Conversation):
    from simulator import pictures

    ana, bo = seat("Ana").look(f"/inbox/{thread.pk}/"), seat("Bo").look(f"/inbox/{thread.pk}/")
    maria.sends_image(caption="This one")
    for desk in (ana, bo):
        picture = desk.bubble("This one").locator(".picture img")
        expect(picture).to_be_visible()
        expect(picture).not_to_have_js_property("naturalWidth", 0)

    photo = {"name": "coat.jpg", "mimeType": "image/jpeg", "buffer": pictures.photo(0.4)}
    ana.pane.locator("[data-file-input]").set_input_files(photo)  # type: ignore[arg-type]
    ana.pane.locator(".staged__caption").fill("In blue too")
    ana.pane.locator("[data-send]").click()
    expect(ana.tick("In blue too", "read")).to_be_visible()
    expect(bo.bubble("In blue too").locator(".picture img")).not_to_have_js_property(
        "naturalWidth", 0
    )
    assert [message.type for message in maria.received] == ["image"]


def test_a_file_that_whatsapp_would_refuse_does_not_leave_the_browser(
    seat: Seat, thread: Conversation
):
    ana = seat("Ana").look(f"/inbox/{thread.pk}/")
    large = {"name": "large.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8" + bytes(6 << 20)}
    ana.pane.locator("[data-file-input]").set_input_files(large)  # type: ignore[arg-type]
    expect(ana.page.locator("#toasts")).to_contain_text("5 MB")
    expect(ana.pane.locator(".staged")).to_have_count(0)


def test_a_draft_survives_a_reload_and_a_look_elsewhere(
    seat: Seat, maria: Person, thread: Conversation
):
    ana = seat("Ana").look(f"/inbox/{thread.pk}/")
    ana.composer.fill("Let me look")
    ana.page.reload()
    ana.until_live()
    expect(ana.composer).to_have_value("Let me look")


def test_the_inbox_works_from_the_keyboard(seat: Seat, maria: Person, thread: Conversation):
    ana = seat("Ana").look()
    ana.page.keyboard.press("j")
    ana.page.keyboard.press("Enter")
    expect(ana.composer).to_be_focused()
    ana.page.keyboard.type("Of course :fire:")
    ana.page.keyboard.press("Enter")
    expect(ana.tick("Of course 🔥", "read")).to_be_visible()
    ana.page.keyboard.press("Alt+e")
    expect(ana.rows).to_have_count(0)
    expect(ana.pane.locator(".notice").last).to_contain_text("Ana resolved the conversation")
    ana.page.keyboard.press("Escape")
    ana.page.keyboard.press("Shift+Slash")
    expect(ana.page.locator("dialog.key-help")).to_contain_text("Keyboard shortcuts")


def test_a_phone_shows_one_pane_at_a_time_and_the_back_button_leads_back(
    seat: Seat, maria: Person, thread: Conversation
):
    ana = seat("Ana", viewport=PHONE).look()
    maria.writes("On the go")
    ana.open("On the go")
    expect(ana.rows.first).to_be_hidden()
    ana.pane.locator('[data-back="list"]').click()
    expect(ana.rows.first).to_be_visible()
    expect(ana.pane).to_be_hidden()
    ana.page.go_forward()
    expect(ana.composer).to_be_visible()


def test_a_fragment_may_come_late_and_many_times(seat: Seat, thread: Conversation):
    """STYLE.md 3.9: the newer version wins, the same one is the same truth."""
    ana = seat("Ana").look(f"/inbox/{thread.pk}/")
    into = f"messages-{thread.pk}"
    place = """async ([into, version, words]) => (await import("place")).place(
        `<template data-into="${into}"><li id="message-x" class="message" data-version="${version}" data-sort="9"
         data-direction="in" data-at="2026-01-01T10:00:00Z"><p class="bubble__text">${words}</p></li></template>`)"""
    for version, words in (
        (900, "new"),
        (900, "again"),
        (899, "old"),
        (901, "newer"),
        (900, "late"),
    ):
        ana.page.evaluate(place, [into, version, words])
    expect(ana.pane.locator("#message-x")).to_have_count(1)
    expect(ana.pane.locator("#message-x")).to_have_text("newer")
    gone = """async () => (await import("place")).place(
        `<template data-remove="message-x" data-version="950"></template>`)"""
    ana.page.evaluate(gone)
    ana.page.evaluate(place, [into, 940, "from before it went"])
    expect(ana.pane.locator("#message-x")).to_have_count(0)
