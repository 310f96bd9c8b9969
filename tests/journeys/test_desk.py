"""A manager's way from an idea to an approved template, with a rejection on the way."""

from __future__ import annotations

import re
from io import BytesIO

import requests
from PIL import Image
from playwright.sync_api import FilePayload, Page, Route, expect

from accounts.models import PhoneNumber, Role
from conversations.models import Conversation
from simulator import defaults
from simulator.person import Person
from tests import world
from tests.journeys.conftest import Seat
from tests.journeys.people import PHONE, Desk
from tests.journeys.stage import Stage

TEMPLATE = re.compile(r"/templates/\d+/$")


def submit(page: Page) -> None:
    page.locator(".desk__send").click()
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page).to_have_url(TEMPLATE)


def test_a_template_is_written_refused_corrected_and_approved(seat: Seat, shop: PhoneNumber):
    world.make_agent(shop.workspace, "Cleo", Role.MANAGER)
    desk = seat("Cleo")
    page = desk.page
    page.goto(f"{desk.url}/templates/")
    page.get_by_role("button", name="New template").click()

    page.fill("#draft-name", "Order Ready")
    page.locator("#draft-body").press_sequentially("Your order is at https://bit.ly/abc for ")
    page.locator("[data-insert=draft-body]").click()
    expect(page.locator("#said-name")).to_contain_text("lower case")
    expect(page.locator("#said-body")).to_contain_text("may not end with a variable")
    expect(page.locator("#said-body")).to_contain_text("hides where it leads")

    page.fill("#draft-name", "order_ready")
    page.locator("#draft-body").press_sequentially(", come in.")
    page.fill("[name='sample:body.1']", "Maria")
    expect(page.locator("#draft-preview")).to_contain_text("for Maria, come in.")
    page.locator("[value='add:QUICK_REPLY']").click()
    page.locator("[name=button_text]").press_sequentially("I come today")
    expect(page.locator("#draft-preview")).to_contain_text("I come today")
    expect(page.locator("#draft-verdict")).to_contain_text("Nothing that Meta would refuse")

    submit(page)  # the label was typed a moment ago: the click saves it first
    expect(page.locator(".banner--bad")).to_contain_text("a link hides where it leads")
    page.get_by_role("button", name="Correct and resubmit").click()
    expect(page.locator("#draft-name")).to_be_disabled()
    expect(page.locator("[name=button_text]")).to_have_value("I come today")
    page.fill("#draft-body", "Your order is at https://shop.example/o for {{1}}, come in.")
    expect(page.locator("#said-body")).to_be_empty()
    submit(page)
    expect(page.locator(".badge")).to_have_text("Approved")
    expect(page.locator(".timeline__one")).to_have_count(4)


def test_what_is_typed_before_the_scripts_came_is_saved_too(seat: Seat, shop: PhoneNumber):
    world.make_agent(shop.workspace, "Cleo", Role.MANAGER)
    desk = seat("Cleo")
    page = desk.page
    page.goto(f"{desk.url}/templates/")
    page.get_by_role("button", name="New template").click()
    page.wait_for_url("**/drafts/**")
    held: list[Route] = []
    page.route("**/draft-editor*.js", lambda route: held.append(route))
    page.route("**/htmx*.js", lambda route: held.append(route))
    page.goto(page.url, wait_until="commit")
    page.fill("#draft-body", "Your order is at https://bit.ly/abc now")
    expect(page.locator("#said-body")).not_to_contain_text("hides where it leads")
    for waiting in held:
        waiting.continue_()
    expect(page.locator("#said-body")).to_contain_text("hides where it leads")


def test_each_card_gets_its_file_and_the_message_its_time_to_live(seat: Seat, shop: PhoneNumber):
    shop.account.app.app_id = defaults.APP_ID  # to which samples go up
    shop.account.app.save(update_fields=["app_id"])
    world.make_agent(shop.workspace, "Cleo", Role.MANAGER)
    desk = seat("Cleo")
    page, version = desk.page, desk.page.locator("#draft-version")
    page.goto(f"{desk.url}/templates/")
    page.get_by_role("button", name="New template").click()
    page.wait_for_url("**/drafts/**")
    page.locator(".desk__category", has_text="Marketing").click()
    page.locator(".segments__one", has_text="Carousel").click()
    page.fill("#draft-body", "New coats for you: swipe through them.")
    expect(page.locator("#draft-preview")).to_contain_text("New coats for you")
    expect(page.locator("#draft-preview .slide")).to_have_count(2)
    for place in range(2):  # each goes up by itself, and the page comes anew
        page.set_input_files(f"[name=card-{place}]", picture(f"coat{place}.png"))
        expect(page.locator(f"#card-{place} .desk__drop img")).to_be_visible()
    expect(page.locator("#draft-preview .slide img")).to_have_count(2)

    page.select_option("[name=lifetime_unit]", label="hours")
    page.fill("#draft-lifetime", "1")
    expect(page.locator("#said-lifetime")).to_contain_text("12 hours")
    seen = version.input_value()
    page.fill("#draft-lifetime", "20")
    expect(page.locator("#said-lifetime")).to_be_empty()
    expect(version).not_to_have_value(seen)
    page.reload()
    expect(page.locator("#draft-lifetime")).to_have_value("20")
    expect(page.locator("#draft-body")).to_have_value("New coats for you: swipe through them.")
    expect(page.locator("#draft-preview .slide img")).to_have_count(2)


def picture(name: str) -> FilePayload:
    with BytesIO() as file:
        Image.new("RGB", (40, 20), "brown").save(file, "PNG")
        return FilePayload(name=name, mimeType="image/png", buffer=file.getvalue())


def test_two_managers_in_one_draft_and_one_of_them_on_a_phone(seat: Seat, shop: PhoneNumber):
    for name in ("Cleo", "Ada"):
        world.make_agent(shop.workspace, name, Role.MANAGER)
    cleo, ada = seat("Cleo"), seat("Ada", viewport=PHONE)
    cleo.page.goto(f"{cleo.url}/templates/")
    cleo.page.get_by_role("button", name="New template").click()
    ada.page.goto(cleo.page.url)
    cleo.page.fill("#draft-name", "order_ready")
    expect(cleo.page.locator("#draft-version")).to_have_value("2")
    ada.page.fill("#draft-name", "another")
    expect(ada.page.locator("#draft-moved")).to_contain_text("Cleo changed this draft meanwhile")
    ada.page.get_by_role("link", name="Show the newest").click()
    expect(ada.page.locator("#draft-name")).to_have_value("order_ready")
    assert ada.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_whole_story_is_seen_on_the_board_of_a_second_browser(
    seat: Seat, shop: PhoneNumber, stage: Stage, maria: Person, thread: Conversation
):
    """Draft, a colleague's word, Meta's no, the correction, its yes, its use, a pause by quality, and its end."""
    world.make_agent(shop.workspace, "Cleo", Role.MANAGER)
    world.make_agent(shop.workspace, "Ada", Role.ADMINISTRATOR)
    cleo, ada = seat("Cleo"), seat("Ada")
    board, page = ada.page, cleo.page
    board.goto(f"{ada.url}/templates/")
    expect(board.locator("live-updates")).to_have_attribute("data-state", "open")

    def stands_in(column: str, name: str = "order_ready") -> None:
        expect(board.locator(f"#column-{column} .card", has_text=name)).to_have_count(1)
        expect(board.locator(f"#count-{column}")).to_have_text("1")

    page.goto(f"{cleo.url}/templates/")
    page.get_by_role("button", name="New template").click()
    page.fill("#draft-name", "order_ready")
    page.fill("#draft-body", "Your order is ready: https://bit.ly/abc")
    stands_in("draft")
    page.locator(".desk__send").click()
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page.locator(".banner")).to_contain_text("Nobody approves their own draft")
    stands_in("review")

    board.locator("#column-review .card__name").click()
    board.fill("#decision-text", "Good as it is")
    board.get_by_role("button", name="Approve", exact=True).click()
    expect(page.locator(".page__head .badge")).to_have_text("Approved inside")  # without a reload
    board.goto(f"{ada.url}/templates/")
    expect(board.locator("live-updates")).to_have_attribute("data-state", "open")
    stands_in("ready")

    page.get_by_role("link", name="Submit to Meta").click()
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page).to_have_url(TEMPLATE)
    stands_in("rejected")
    expect(page.locator(".banner--bad")).to_contain_text("What to change")
    page.get_by_role("button", name="Correct and resubmit").click()
    expect(page.locator("[data-marked]")).to_have_count(1)
    page.fill("#draft-body", "Your order is ready: https://shop.example/o")
    expect(page.locator("#said-body")).to_be_empty()
    page.locator(".desk__send").click()
    page.get_by_role("button", name="Hand in", exact=True).click()
    stands_in("review")
    board.locator("#column-review .card__name").click()
    board.get_by_role("button", name="Approve", exact=True).click()
    board.get_by_role("link", name="Submit to Meta").click()
    board.get_by_role("button", name="Submit", exact=True).click()
    expect(board).to_have_url(TEMPLATE)
    expect(board.locator(".badge").first).to_have_text("Approved")

    address = board.url
    board.goto(f"{ada.url}/templates/")
    expect(board.locator("live-updates")).to_have_attribute("data-state", "open")
    stands_in("approved")
    page.goto(address)

    ana = seat("Ana").look(f"/inbox/{thread.pk}/")
    pick(ana)
    ana.page.get_by_role("button", name="Send the template").click()
    expect(ana.tick("Your order is ready: https://shop.example/o", "read")).to_be_visible()
    pick(ana)  # it stands ready in front of her
    review(stage, "order_ready", quality="RED")
    stands_in("paused")
    ana.page.get_by_role("button", name="Send the template").click()
    expect(ana.pane.locator(".refusal")).to_contain_text("its state is “Paused”")
    expect(ana.pane.locator(".refusal")).to_contain_text("when the pause is over")
    expect(board.locator("#column-paused time-left")).to_contain_text("2")  # 2 h 59 m
    expect(page.locator(".banner--soon time-left")).to_contain_text("2")
    review(stage, "order_ready", status="APPROVED")
    stands_in("approved")
    expect(page.locator(".page__head .badge")).to_have_text("Approved")
    review(stage, "order_ready", category="MARKETING")
    expect(board.locator("#column-approved .card__note--soon")).to_contain_text("Marketing")
    review(stage, "order_ready", status="DISABLED")
    stands_in("disabled")
    story = page.locator(".timeline__one strong")
    for told in ("Submitted to Meta", "State", "Quality", "Category will change"):
        expect(story.filter(has_text=re.compile(f"^{told}$")).first).to_be_visible()
    states = page.locator(".timeline__one p:first-child")
    for told in ("Rejected", "Approved", "Paused", "Disabled"):
        expect(states.filter(has_text=told).first).to_be_visible()


def pick(desk: Desk) -> None:
    """The one template is found by words and chosen."""
    desk.pane.locator("button[data-template]:visible").click()
    desk.page.fill("[data-picker-search]", "shop.example")
    desk.page.locator(".picker__option", has_text="order_ready").click()
    expect(desk.page.get_by_role("button", name="Send the template")).to_be_visible()


def review(stage: Stage, name: str, **said: str) -> None:
    """Meta decides, by the simulator's control."""
    url = f"{stage.meta.url}/control/templates/{name}/event"
    requests.post(url, json=said, timeout=10).raise_for_status()
