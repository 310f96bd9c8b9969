"""An administrator of a company that has nothing takes the checklist to the first answer that arrives."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from accounts.models import Agent, PhoneNumber, Role, Workspace
from simulator import defaults
from simulator.models import Template
from tests import world
from tests.journeys.conftest import PATIENCE_MS
from tests.journeys.people import Desk, sit_down
from tests.journeys.stage import Stage

MARIA = "+4915112345678"
LIST = re.compile(r"/settings/whatsapp/checklist/\d+/")


@pytest.fixture
def bare(stage: Stage) -> Iterator[Stage]:
    """Meta has an app, an account and a token; no number, and no address of ours."""
    meta = stage.meta
    meta.fresh_world()
    meta.set_webhook("")
    with meta.world.lock:
        meta.world.numbers.drop(defaults.NUMBER_ID)
        meta.world.templates.keep(
            Template(
                id="7001",
                waba_id=defaults.WABA_ID,
                name="hello_world",
                language="en_US",
                category="UTILITY",
                components=[{"type": "BODY", "text": "Hello World"}],
            )
        )
    yield stage
    meta.fresh_world()
    meta.set_webhook(lambda body, headers: 200)
    stage.rest()


@pytest.fixture
def desk(bare: Stage, chromium: Browser, workspace: Workspace) -> Iterator[Desk]:
    ada: Agent = world.make_agent(workspace, "Ada", Role.ADMINISTRATOR)
    found = sit_down(chromium, bare.url, ada)
    found.page.set_default_timeout(PATIENCE_MS)
    yield found
    found.page.context.close()


def step(page: Page, name: str, state: str = "") -> Locator:
    """The step, open; with a state: once it has that."""
    found = page.locator(f"#step-{name}" + (f".way__step--{state}" if state else ""))
    expect(found).to_be_visible()
    return found


def open_step(page: Page, name: str) -> Locator:
    found = step(page, name)
    if found.locator(":scope > details[open]").count() == 0:
        found.locator(".way__line").click()
    return found


def test_from_nothing_to_the_first_message(bare: Stage, desk: Desk):
    page, meta = desk.page, bare.meta
    page.goto(f"{desk.url}/settings/whatsapp/checklist/")
    page.get_by_role("link", name="Connect an account").click()
    page.fill("[name=app_id]", defaults.APP_ID)
    page.fill("[name=secret]", defaults.APP_SECRET)
    page.get_by_role("button", name="Check and continue").click()
    page.get_by_role("link", name="Continue").click()
    page.fill("[name=waba_id]", defaults.WABA_ID)
    page.fill("[name=token]", defaults.TOKEN)
    page.get_by_role("button", name="Check and continue").click()
    page.get_by_role("link", name="To the checklist").click()
    expect(page).to_have_url(LIST)
    step(page, "token", "done")

    number = open_step(page, "number")
    number.locator("[name=phone]").fill("+49 30 1234567")
    number.locator("[name=name]").fill("Northern Shop")
    number.get_by_role("button", name="Add it at Meta").click()
    step(page, "number", "done")

    code = open_step(page, "code")
    code.get_by_label("Call").check()
    code.get_by_role("button", name="Send the code").click()
    expect(page.locator(".toast")).to_contain_text("Meta sends the code")
    row = PhoneNumber.objects.get()
    code = open_step(page, "code")
    code.locator("[name=code]").fill("000 000")
    code.get_by_role("button", name="Prove it").click()
    expect(step(page, "code").locator(".banner--bad")).to_contain_text("not the code")
    code = open_step(page, "code")
    code.locator("[name=code]").fill(meta.world.numbers[row.phone_number_id].code)
    code.get_by_role("button", name="Prove it").click()
    step(page, "code", "done")

    pin = open_step(page, "registered")
    pin.locator("[name=pin]").fill("135790")
    pin.get_by_role("button", name="Register").click()
    step(page, "registered", "done")

    open_step(page, "webhook").get_by_role("button", name="Test it now").click()
    step(page, "webhook", "done")
    open_step(page, "fields").get_by_role("button", name="Let Meta post here").click()
    step(page, "fields", "done")

    profile = open_step(page, "profile")
    if profile.locator("details.more[open]").count() == 0:
        profile.get_by_text("Edit the profile").click()
    profile.locator("[name=about]").fill("Coats and more")
    profile.locator("[name=description]").fill("A shop in the north")
    profile.locator("[name=vertical]").select_option("RETAIL")
    profile.get_by_role("button", name="Save at Meta").click()
    step(page, "profile", "done")

    page.goto(f"{desk.url}/templates/")
    page.locator("form[action$='/templates/sync/'] button").first.click()
    expect(page.get_by_text("hello_world").first).to_be_visible()

    page.goto(f"{desk.url}/settings/whatsapp/checklist/")
    page.locator(".lines a.button").click()
    step(page, "template", "done")
    step(page, "inbound", "todo")
    maria = meta.world.customer(MARIA, number_id=row.phone_number_id)
    maria.writes("Is anybody there?")
    step(page, "inbound", "done")  # the page notices by itself

    desk.look("/inbox/?tab=all").open("Is anybody there?").write("Yes!")
    expect(desk.tick("Yes!", "delivered").or_(desk.tick("Yes!", "read"))).to_be_visible()
    assert maria.received
    page.goto(f"{desk.url}/settings/whatsapp/checklist/")
    page.locator(".lines a.button").click()
    step(page, "outbound", "done")
    expect(page.locator(".way__head")).to_contain_text("Everything works")
