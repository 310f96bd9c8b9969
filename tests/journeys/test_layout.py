"""The inbox as a frame: edges that move, one pane at a time on a phone, papers and pictures large."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile
from PIL import Image
from playwright.sync_api import expect

from conversations.models import Conversation, MediaFile
from tests import world
from tests.journeys.conftest import Seat
from tests.journeys.people import PHONE
from tests.journeys.stage import Stage

SWIPE = """([from, to]) => {
    const target = document.querySelector('.thread-scroll');
    const touch = (x) => new Touch({identifier: 1, target, clientX: x, clientY: 300});
    const tell = (type, x) => document.querySelector('.pane:not([hidden]), .list').dispatchEvent(new TouchEvent(type,
        {bubbles: true, touches: type === 'touchstart' ? [touch(x)] : [], changedTouches: [touch(x)]}));
    tell('touchstart', from); tell('touchend', to);
}"""


def test_the_edge_of_the_list_moves_and_stays_where_it_was_put(seat: Seat, thread: Conversation):
    ana = seat("Ana").look(f"/inbox/{thread.pk}/?tab=all")
    edge = ana.page.locator(".edge--list")
    edge.focus()
    before = int(edge.get_attribute("aria-valuenow") or 0)
    for _n in range(3):
        ana.page.keyboard.press("ArrowRight")
    expect(edge).to_have_attribute("aria-valuenow", str(before + 48))
    ana.page.reload()
    expect(edge).to_have_attribute("aria-valuenow", str(before + 48))
    assert round(ana.page.locator("#list").bounding_box()["width"]) == before + 48  # type: ignore[index]


def test_a_phone_goes_back_by_swipe_from_the_contact_to_the_list(seat: Seat, thread: Conversation):
    ana = seat("Ana", viewport=PHONE).look("/inbox/?tab=all").open("Is the coat")
    inbox = ana.page.locator(".inbox")
    for moves, pane in (((300, 60), "panel"), ((60, 300), "thread"), ((60, 300), "list")):
        ana.page.evaluate(SWIPE, moves)
        expect(inbox).to_have_attribute("data-pane", pane)


def test_a_conversation_that_was_taken_away_and_comes_back_is_shown_again(
    seat: Seat, thread: Conversation
):
    """Its place among the kept panes is the latest then: it is not the one that is let go for it."""
    others = [world.make_conversation(thread.number) for _n in range(14)]
    ana = seat("Ana").look("/inbox/?tab=all").open("Is the coat")
    ana.page.evaluate(
        """async ([taken, others]) => {
            const deck = document.querySelector("thread-deck");
            for (const id of others.slice(0, 4)) await deck.warm(`/inbox/${id}/`);
            await deck.show(`/inbox/${others[0]}/`);
            deck.pane(taken).remove();
            for (const id of others) await deck.warm(`/inbox/${id}/`);
            await deck.show(`/inbox/${taken}/`);
        }""",
        [thread.pk, [one.pk for one in others]],
    )
    expect(ana.page.locator(f"#pane-{thread.pk}")).to_be_visible()


PRESS = """async ([of, forMs]) => {
    const target = document.querySelector(of);
    const touch = new Touch({identifier: 1, target, clientX: 120, clientY: 300});
    const tell = (type) => target.dispatchEvent(new TouchEvent(type,
        {bubbles: true, touches: type === 'touchstart' ? [touch] : [], changedTouches: [touch]}));
    tell('touchstart');
    await new Promise((resolve) => setTimeout(resolve, forMs));
    tell('touchend');
}"""


def test_a_finger_selects_by_a_long_press_and_finds_what_a_bubble_can_do(
    seat: Seat, thread: Conversation
):
    ana = seat("Ana", viewport=PHONE, has_touch=True).look("/inbox/?tab=all")
    expect(ana.rows).to_have_count(1)
    ana.page.evaluate(PRESS, [".row__link", 900])
    expect(ana.page.locator(".bulk__count")).to_have_text("Selected: 1")
    ana.rows.locator(".row__link").tap()
    expect(ana.page.locator("#bulk")).to_be_hidden()

    ana.rows.locator(".row__link").tap()
    ana.bubble("Is the coat").locator(".bubble__text").tap()
    ana.bubble("Is the coat").locator("[data-quote]").tap()
    expect(ana.pane.locator(".composer__quote")).to_contain_text("Is the coat")
    ana.pane.locator("[data-over] > summary").tap()
    ana.pane.locator("[data-find-here]").tap()
    ana.pane.locator("thread-find input").fill("coat")
    expect(ana.pane.locator(".thread-find__count")).to_have_text("1 of 1")


def test_arrows_go_through_what_the_conversation_holds(
    seat: Seat, thread: Conversation, stage: Stage, settings: Any
):
    settings.MEDIA_ROOT = stage.media
    picture = BytesIO()
    Image.new("RGB", (600, 400), "teal").save(picture, "PNG")
    show(thread, "image", "image/png", "coat.png", picture.getvalue())
    show(thread, "document", "application/pdf", "bill.pdf", b"%PDF-1.4\n%%EOF")
    ana = seat("Ana").look(f"/inbox/{thread.pk}/")
    box = ana.page.locator("#lightbox")
    ana.pane.locator("a.picture").click()
    expect(box.locator("[data-part=count]")).to_have_text("1 / 2")
    ana.page.keyboard.press("+")
    expect(box.locator("[data-part=zoom]")).to_have_text("150 %")
    ana.page.keyboard.press("ArrowRight")
    expect(box.locator("iframe")).to_have_attribute("title", "bill.pdf")
    box.locator("[data-step='1']").click()
    expect(box.locator("img")).to_be_visible()
    ana.page.keyboard.press("Escape")
    expect(box).to_be_hidden()


def show(thread: Conversation, kind: str, mime_type: str, name: str, body: bytes) -> None:
    media = MediaFile(
        workspace_id=thread.workspace_id, number_id=thread.number_id, kind=kind,
        mime_type=mime_type, filename=name, state="stored",
    )  # fmt: skip
    media.file.save(name, ContentFile(body), save=True)
    world.make_message(thread, kind=kind, media=media, text="")
