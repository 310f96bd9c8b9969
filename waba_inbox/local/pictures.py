"""Takes the pictures of the README from a running demo, with the system's Chromium. Called by bin/pictures."""

from __future__ import annotations

import io
import os
import shutil
import sys
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import django
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

FOLDER = Path(__file__).resolve().parent.parent.parent / "docs" / "pictures"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
DESKTOP, PHONE = (1440, 900), (390, 844)
COLOURS: Final = 256  # a third of the bytes, and nobody sees it


class Shot(NamedTuple):
    name: str
    email: str  # empty: nobody is signed in
    path: str
    size: tuple[int, int] = DESKTOP
    scheme: Literal["light", "dark"] = "light"
    click: str = ""
    keys: tuple[str, ...] = ()  # pressed then, one after the other
    typed: str = ""


RUSSIAN, ENGLISH = "anna@demo.waba-inbox.test", "james@demo.waba-inbox.test"
FINANCE = "irina@demo.waba-inbox.test"
MANAGER, ADMINISTRATOR = "elena@demo.waba-inbox.test", "dmitry@demo.waba-inbox.test"


def shots(phone: str) -> list[Shot]:
    first = ".row:nth-child(2) .row__link"
    return [
        Shot("inbox-en-light", ENGLISH, "/inbox/?tab=all", click=first),
        Shot("inbox-ru-dark", RUSSIAN, "/inbox/?tab=all", scheme="dark", click=first),
        Shot("inbox-phone-list", RUSSIAN, "/inbox/?tab=all", PHONE),
        Shot("inbox-phone-thread", ENGLISH, "/inbox/?tab=all", PHONE, "dark", first),
        Shot("templates-ru", MANAGER, "/templates/"),
        Shot("templates-library", MANAGER, "/templates/library/"),
        Shot("templates-carousel", MANAGER, "/templates/", click="text=new_arrivals"),
        Shot("templates-review", MANAGER, "/templates/", click="#column-review .card__name"),
        Shot("templates-calendar", MANAGER, "/templates/calendar/"),
        Shot("quality", MANAGER, "/quality/"),
        Shot("managers-report", MANAGER, "/reports/"),
        Shot("managers-reviews", MANAGER, "/coaching/"),
        Shot("administrators-checklist", ADMINISTRATOR, "/settings/whatsapp/checklist/1/"),
        Shot("people-ru", ADMINISTRATOR, "/settings/people/"),
        Shot("agents-thread", ENGLISH, "/inbox/?tab=all", click=first),
        Shot(
            "agents-palette",
            ENGLISH,
            "/inbox/?tab=all",
            click=first,
            keys=("Control+k",),
            typed="as",
        ),
        Shot("agents-note", ENGLISH, "/inbox/?tab=all", click=first, keys=("Alt+p",), typed="@S"),
        Shot("agents-template", ENGLISH, "/inbox/?tab=all", click=first, keys=("Escape", "t")),
        Shot("agents-bulk", ENGLISH, "/inbox/?tab=all", keys=("j", "x", "j", "x", "j", "x")),
        Shot("agents-search", ENGLISH, "/inbox/?tab=all", keys=("/",), typed="coat"),
        Shot("agents-notifications", ENGLISH, "/settings/notifications/"),
        Shot("finance-overview", FINANCE, "/billing/"),
        Shot("finance-ledger", FINANCE, "/billing/ledger/"),
        Shot("finance-charge", FINANCE, "/billing/ledger/", click=".table--ledger tbody a"),
        Shot("finance-reconciliation", FINANCE, "/billing/reconciliation/"),
        Shot(
            "finance-difference",
            FINANCE,
            "/billing/reconciliation/",
            click=".table--ledger tbody a",
        ),
        Shot("phone-en", "", phone + "/phone?lang=en"),
    ]


def main(inbox: str, phone: str, *names: str) -> None:
    """All pictures, or those of these names."""
    django.setup()
    from waba_inbox.demo.company import PASSWORD

    chromium = (
        os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    )
    if not chromium:
        sys.exit("No Chromium found: install one (apt-get install chromium) or name it in CHROMIUM")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        sessions: dict[str, Any] = {"": None}
        for shot in shots(phone.rstrip("/")):
            if names and shot.name not in names:
                continue
            if shot.email not in sessions:
                sessions[shot.email] = _signed_in(
                    browser, inbox, email=shot.email, password=PASSWORD
                )
            _take(browser, shot, sessions[shot.email], inbox)
            sys.stdout.write(f"docs/pictures/{shot.name}.png\n")
        browser.close()


def _signed_in(browser: Browser, inbox: str, *, email: str, password: str) -> Any:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{inbox}/accounts/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login/" not in url)
    state = context.storage_state()
    context.close()
    return state


def _take(browser: Browser, shot: Shot, state: Any, inbox: str) -> None:
    width, height = shot.size
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=shot.scheme, storage_state=state
    )
    page = context.new_page()
    page.goto(shot.path if shot.path.startswith("http") else inbox + shot.path)
    page.wait_for_load_state("load")
    if shot.click:
        page.click(shot.click)
        page.wait_for_selector(".pane:not([hidden]) .message, .desk-page__two, .desk, .billing")
    for key in shot.keys:
        page.keyboard.press(key)
        page.wait_for_timeout(300)  # menus and dialogs open
    if shot.typed:
        page.keyboard.type(shot.typed)
    page.wait_for_timeout(800)  # pictures and fonts settle
    picture = Image.open(io.BytesIO(page.screenshot()))
    few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(FOLDER / f"{shot.name}.png", optimize=True)
    context.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
