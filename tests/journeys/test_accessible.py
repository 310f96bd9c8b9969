"""An accessibility checker (axe-core, WCAG 2.1 A and AA) over pages and dialogs, in both themes: nothing serious."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Agent, Role
from conversations.models import Conversation
from simulator.person import Person
from tests.journeys.conftest import Seat
from tests.journeys.people import Desk

checker = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="axe is not installed (requirements-dev.txt)"
)

RULES = {
    "preload": False,
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
}
SETTINGS = ("security", "notifications", "replies", "people", "teams", "workspace", "numbers")


def serious(page: Page, where: str) -> list[str]:
    """What keeps people out, each as “where: rule: element: why”."""
    found: dict[str, Any] = checker.Axe().run(page, options=RULES).response
    return [
        f"{where}: {fault['id']}: {node['html'][:120]}: {node['failureSummary'][:200]}"
        for fault in found["violations"]
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]


def in_the_inbox(desk: Desk, thread: Conversation) -> list[str]:
    faults = serious(desk.look("/inbox/?tab=all").page, "inbox")
    desk.look(f"/inbox/{thread.pk}/?tab=all")
    faults += serious(desk.page, "thread")
    for keys, what in (("Control+k", "#palette"), ("Control+/", "#key-help")):
        desk.page.keyboard.press(keys)
        expect(desk.page.locator(what)).to_be_visible()
        faults += serious(desk.page, what)
        desk.page.keyboard.press("Escape")
    desk.page.keyboard.press("Alt+m")
    expect(desk.pane.locator("[name=typed]")).to_be_visible()
    faults += serious(desk.page, "snooze")
    desk.page.keyboard.press("Escape")
    desk.page.keyboard.press("Alt+p")
    faults += serious(desk.page, "note")
    return faults


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_serious_stands_in_anybodys_way(
    seat: Seat, maria: Person, thread: Conversation, theme: str
):
    ana = seat("Ana")
    Agent.objects.filter(name="Ana").update(theme=theme, role=Role.ADMINISTRATOR)
    faults = in_the_inbox(ana, thread)
    pages = [
        "/templates/",
        "/settings/you/",
    ]  # colours are what the dark adds: a few pages show all
    if theme == "light":
        pages += ["/contacts/", *(f"/settings/{name}/" for name in SETTINGS)]
    for path in pages:
        ana.page.goto(ana.url + path)
        assert ana.page.locator("html").get_attribute("data-theme") == theme
        faults += serious(ana.page, path)
    assert not faults, "\n".join(faults)
