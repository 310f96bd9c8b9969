"""The phone in a real browser, where one is found."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from simulator.testing import SimulatorServer
from simulator.tests.conftest import Receiver, Wire

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
ANNA = "4915112345678"


@pytest.fixture
def page(server: SimulatorServer) -> Iterator[Any]:
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        opened = browser.new_page()
        opened.set_default_timeout(5000)
        problems: list[str] = []
        opened.on("pageerror", lambda error: problems.append(str(error)))
        opened.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
        yield opened
        browser.close()
        assert problems == []


@pytest.mark.journey
def test_a_person_is_the_customer(
    page: Any, wire: Wire, server: SimulatorServer, receiver: Receiver
):
    server.world.customer(ANNA, name="Anna")
    page.goto(f"{server.url}/phone?lang=en")
    page.get_by_role("button", name="Anna").click()
    page.get_by_role("textbox", name="Message").fill("Is it *open*?")
    page.keyboard.press("Enter")
    page.locator(".msg--mine strong", has_text="open").wait_for()
    server.drain()
    assert receiver.messages[0]["text"]["body"] == "Is it *open*?"
    buttons = [{"type": "reply", "reply": {"id": n, "title": n}} for n in ("Yes", "No")]
    question = {"type": "button", "body": {"text": "Come?"}, "action": {"buttons": buttons}}
    wire.send(ANNA, type="interactive", interactive=question)
    page.get_by_role("button", name="No", exact=True).click()
    page.locator(".msg--mine", has_text="No").wait_for()
    server.drain()
    assert receiver.messages[-1]["interactive"]["button_reply"]["id"] == "No"
    body = {"messaging_product": "whatsapp", "status": "read"}
    wire.post("300000000000001/messages", body | {"message_id": receiver.messages[-1]["id"]})
    page.locator(".msg--mine .ticks[data-read]").nth(1).wait_for()
