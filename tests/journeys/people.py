"""Agents at their browsers, as journeys speak of them: what one sees, what one does."""

from __future__ import annotations

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from accounts.models import Agent
from simulator.person import Person

DESK = ViewportSize(width=1360, height=860)
PHONE = ViewportSize(width=390, height=780)


class Desk:
    """One agent's browser window on the inbox."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def look(self, path: str = "/inbox/?tab=all") -> Desk:
        self.page.goto(self.url + path)
        return self.until_live()

    def until_live(self) -> Desk:
        self.page.locator('live-updates[data-state="open"]').wait_for(state="attached")
        return self

    def go_offline(self) -> None:
        """Until the browser has noticed: on a busy machine a push still comes through for a moment."""
        self.page.context.set_offline(True)
        self.page.wait_for_function(
            "() => fetch('/healthz', {cache: 'no-store'}).then(() => false, () => true)"
        )

    @property
    def rows(self) -> Locator:
        return self.page.locator(".row")

    @property
    def pane(self) -> Locator:
        """The conversation in front; the deck keeps others behind it."""
        return self.page.locator(".pane:not([hidden])")

    @property
    def composer(self) -> Locator:
        return self.pane.locator('textarea[name="text"]')

    @property
    def words(self) -> Locator:
        return self.pane.locator(".message .bubble__text")

    @property
    def own(self) -> Locator:
        """Bubbles that only this page knows."""
        return self.pane.locator(".message[data-local]")

    def bubble(self, text: str) -> Locator:
        return self.pane.locator(".message", has_text=text)

    def open(self, text: str) -> Desk:
        self.page.locator(".row", has_text=text).locator(".row__link").click()
        expect(self.pane).to_be_visible()
        return self

    def write(self, text: str) -> Desk:
        self.composer.fill(text)
        self.composer.press("Enter")
        return self

    def tick(self, text: str, state: str) -> Locator:
        return self.bubble(text).locator(f".tick--{state}")


def sit_down(
    browser: Browser,
    url: str,
    agent: Agent,
    *,
    viewport: ViewportSize | None = None,
    has_touch: bool = False,
) -> Desk:
    """The agent's browser, signed in."""
    session = Client()
    session.force_login(agent)
    context = browser.new_context(
        base_url=url,
        viewport=viewport or DESK,
        timezone_id="Europe/Berlin",
        has_touch=has_touch,
        is_mobile=has_touch,
    )
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": session.cookies[name].value, "url": url}])
    return Desk(context.new_page(), url)


def texts(person: Person) -> list[str]:
    """What the customer was told, in order."""
    return [message.content.get("body", "") for message in person.received]
