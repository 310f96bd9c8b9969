"""An accessibility checker (axe-core, WCAG 2.1 A and AA) over pages and dialogs, in both themes: nothing serious."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Agent, PhoneNumber, Role
from conversations.models import Conversation
from simulator.person import Person
from templates_app.models import Template
from tests import world
from tests.journeys.conftest import Seat
from tests.journeys.people import PHONE, Desk

checker = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="axe is not installed (requirements-dev.txt)"
)

RULES: dict[str, Any] = {
    "preload": False,
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
}
COLOURS = RULES | {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
PAGES = (
    "/contacts/", "/templates/", "/templates/library/", "/reports/",
    "/billing/", "/billing/ledger/", "/billing/invoices/", "/billing/cards/", "/billing/plans/",
    "/quality/", "/quality/alerts/", "/quality/alerts/rules/", "/coaching/", "/coaching/results/",
    "/settings/you/", "/settings/security/", "/settings/notifications/", "/settings/replies/", "/settings/people/",
    "/settings/teams/", "/settings/workspace/", "/settings/numbers/", "/settings/labels/", "/settings/reasons/",
    "/settings/fields/", "/settings/rules/", "/settings/rules/new/", "/settings/macros/", "/settings/macros/new/",
    "/settings/ratings/", "/settings/distribution/", "/settings/whatsapp/", "/settings/log/", "/exports/",
    "/contacts/new/",
)  # fmt: skip


def serious(page: Page, where: str, within: str | None = None) -> list[str]:
    """What keeps people out, each as “where: rule: element: why”. Dark differs in its colours alone.

    `within` is the one part of the page that is new: the rest was looked at before.
    """
    found = _faults(page, f"{where} light", RULES, within)
    _theme(page, "dark")
    found += _faults(page, f"{where} dark", COLOURS, within)
    _theme(page, "light")
    return found


def too_wide(page: Page, where: str) -> list[str]:
    """On a phone a page goes downwards only: what is wider than the screen scrolls in a place of its own."""
    size = page.viewport_size
    assert size
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    wide = page.evaluate(
        "() => Math.max(document.documentElement.scrollWidth, document.getElementById('main').scrollWidth)"
    )
    page.set_viewport_size(size)
    return [f"{where}: {wide} px wide on a phone"] if wide > PHONE["width"] else []


def _theme(page: Page, name: str) -> None:
    page.evaluate("name => { document.documentElement.dataset.theme = name }", name)


def _faults(page: Page, where: str, options: dict[str, Any], within: str | None) -> list[str]:
    found: dict[str, Any] = checker.Axe().run(page, context=within, options=options).response
    return [
        f"{where}: {fault['id']}: {node['html'][:120]}: {node['failureSummary'][:200]}"
        for fault in found["violations"]
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]


def sit_down(seat: Seat) -> Desk:
    """An administrator, who may open every page; nothing moves while colours are measured."""
    ana = seat("Ana")
    Agent.objects.filter(name="Ana").update(theme="light", role=Role.ADMINISTRATOR)
    ana.page.emulate_media(reduced_motion="reduce")
    return ana


def test_nothing_serious_stands_in_anybodys_way_in_the_inbox(
    seat: Seat, maria: Person, thread: Conversation, shop: PhoneNumber
):
    Template.objects.create(
        account=shop.account, name="order_ready", language="en", category="UTILITY", status="APPROVED",
        components=[{"type": "BODY", "text": "Hello {{1}}, it is ready."}],
    )  # fmt: skip
    ana = sit_down(seat)
    page = ana.page
    faults = serious(ana.look("/inbox/?tab=all").page, "inbox")
    page.locator(".list [data-filter]").first.click()
    expect(page.locator("dialog.filter")).to_be_visible()
    faults += serious(page, "filter")
    page.keyboard.press("Escape")
    page.locator("[data-find-open]").click()
    page.locator("find-panel input[name=find]").press_sequentially("coat")
    expect(page.locator("#found mark").first).to_be_visible()
    faults += serious(page, "search")
    page.locator("[data-find-close]").click()
    ana.rows.locator("[data-pick]").check(force=True)
    expect(page.locator("#bulk-acts button").first).to_be_visible()
    faults += serious(page, "bulk")
    page.locator("[data-pick-none]").click()

    ana.look(f"/inbox/{thread.pk}/?tab=all")
    faults += serious(page, "thread")
    for keys, shown in (("Control+k", "#palette"), ("Control+/", "#key-help")):
        page.keyboard.press(keys)
        expect(page.locator(shown)).to_be_visible()
        faults += serious(page, shown)
        page.keyboard.press("Escape")
    page.keyboard.press("Alt+m")
    expect(ana.pane.locator("[name=typed]")).to_be_visible()
    faults += serious(page, "snooze")
    page.keyboard.press("Escape")
    ana.bubble("Is the coat").locator("[data-details]").dispatch_event("click")
    expect(page.locator("dialog[open] .truth")).to_be_visible()
    faults += serious(page, "message")
    page.keyboard.press("Escape")
    ana.pane.locator(".composer__acts button[data-template]").click()
    expect(page.locator("dialog[open] [role=option]").first).to_be_visible()
    faults += serious(page, "picker")
    page.locator("dialog[open] [role=option]").first.click()
    expect(page.locator("dialog[open] .bubble--preview").first).to_be_visible()
    faults += serious(page, "template")
    page.keyboard.press("Escape")
    page.keyboard.press("Alt+p")
    faults += serious(page, "note")
    page.keyboard.press("Alt+l")
    faults += _dialogs_of_the_composer(ana) + _menus_of_the_head(ana)
    assert not faults, "\n".join(faults)


def _dialogs_of_the_composer(ana: Desk) -> list[str]:
    """What is made on the spot, what is sent later, files that wait."""
    page, faults = ana.page, []
    for kind in ("buttons", "list", "link", "location", "ask_location", "contacts"):
        ana.pane.locator(f"[data-special={kind}]").dispatch_event("click")
        expect(page.locator("dialog[open] form")).to_be_visible()
        faults += serious(page, kind, "dialog[open]")
        page.keyboard.press("Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)
    ana.pane.locator("[data-emoji]").click()
    expect(page.locator(".emoji__sign").first).to_be_visible()
    faults += serious(page, "emoji", ".emoji")
    page.keyboard.press("Escape")
    ana.composer.fill("Tomorrow then")
    ana.pane.locator("[data-later]").click()
    expect(page.locator("dialog[open] [data-moment]").first).to_be_visible()
    faults += serious(page, "later", "dialog[open]")
    page.keyboard.press("Escape")
    paper = {"name": "bill.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
    ana.pane.locator("[data-file-input]").set_input_files(paper)  # type: ignore[arg-type]
    expect(ana.pane.locator(".staged")).to_have_count(1)
    return faults + serious(page, "staged", ".composer__files")


def _menus_of_the_head(ana: Desk) -> list[str]:
    faults: list[str] = []
    for name in ("assign", "labels", "macros", "reasons"):
        menu = ana.pane.locator(f"details[id^={name}-]")
        menu.evaluate("menu => menu.setAttribute('open', '')")
        expect(menu.locator(".drop__menu :is(button, a, input)").first).to_be_attached()
        faults += serious(ana.page, name, f"details[id^={name}-]")
        ana.page.keyboard.press("Escape")
        menu.evaluate("menu => menu.removeAttribute('open')")
    return faults


def test_nothing_serious_stands_in_anybodys_way_on_the_other_pages(seat: Seat, shop: PhoneNumber):
    thread = world.make_conversation(shop)
    ana = sit_down(seat)
    page = ana.page
    person = f"/contacts/{thread.contact_id}/"
    own = (
        person, f"{person}merge/", f"{person}split/", f"{person}erasure/", f"/inbox/{thread.pk}/transcript/",
        f"/quality/numbers/{shop.pk}/", f"/settings/numbers/{shop.pk}/",
    )  # fmt: skip
    faults: list[str] = []
    for path in (*PAGES, *own):
        answer = page.goto(ana.url + path)
        assert answer is not None
        assert answer.status == 200, path
        faults += serious(page, path, "#main") + too_wide(page, path)
    page.goto(f"{ana.url}/templates/")
    page.get_by_role("button", name="New template").click()
    expect(page.locator("#draft-body")).to_be_visible()
    faults += serious(page, "editor")
    assert not faults, "\n".join(faults)
