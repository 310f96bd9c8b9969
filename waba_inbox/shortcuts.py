"""The one table of keys: what the handlers act on (static/js/keys.js), what tooltips, help and the command palette say.

A key is a place on the keyboard (KeyboardEvent.code), so Й is Q and every layout works. `Mod` is Ctrl, on a Mac ⌘.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.forms import DENSITIES, THEMES
from accounts.models import WORKS_CONVERSATIONS
from accounts.templatetags.settings_menu import entries

GENERAL, LIST, CONVERSATION = _("Everywhere"), _("The list"), _("The open conversation")
GO, LOOK = _("Go to"), _("How it looks")

TABS = (
    ("mine", _("My conversations")),
    ("unassigned", _("Unassigned conversations")),
    ("all", _("All conversations")),
)


@dataclass(frozen=True, slots=True)
class Shortcut:
    """Its first key is its name: elements of the page say `data-key="Alt+E"` to be pressed by it and by the others."""

    keys: tuple[str, ...]
    words: Promise
    group: Promise
    url_name: str = ""
    is_act: bool = True  # False: moving about, of no use in the palette


@dataclass(frozen=True, slots=True)
class Command:
    """What the palette offers on every page: a place to go, or a look to choose (`set_`: field and value)."""

    words: Promise | str
    group: Promise
    url: str = ""
    set_: tuple[str, str] | None = None


SHORTCUTS = (
    Shortcut(("Mod+K",), _("Find anything, do anything"), GENERAL, is_act=False),
    Shortcut(("Mod+/", "?"), _("Show these shortcuts"), GENERAL),
    Shortcut(("/",), _("Search"), GENERAL),
    Shortcut(("G I",), _("Go to the inbox"), GENERAL, "conversations:inbox"),
    Shortcut(("G C",), _("Go to the contacts"), GENERAL, "contacts:contacts"),
    Shortcut(("G T",), _("Go to the templates"), GENERAL, "templates_app:templates"),
    Shortcut(("G S",), _("Go to the settings"), GENERAL, "accounts:settings"),
    Shortcut(("Esc",), _("Back, or close what is open"), GENERAL, is_act=False),
    Shortcut(("J", "ArrowDown"), _("Next conversation in the list"), LIST, is_act=False),
    Shortcut(("K", "ArrowUp"), _("Previous conversation in the list"), LIST, is_act=False),
    Shortcut(("Enter",), _("Open the chosen conversation"), LIST, is_act=False),
    Shortcut(("X",), _("Select the conversation"), LIST),
    Shortcut(("Alt+J",), _("Open the next conversation, also while writing"), LIST),
    Shortcut(("Alt+K",), _("Open the previous conversation, also while writing"), LIST),
    Shortcut(("Alt+N",), _("Next tab: mine, unassigned, all"), LIST),
    Shortcut(("Alt+G",), _("Take whoever has waited longest"), LIST),
    Shortcut(("F",), _("Filter the list"), LIST),
    Shortcut(("Alt+L", "R"), _("Write a reply"), CONVERSATION),
    Shortcut(("Alt+P",), _("Write a note for colleagues"), CONVERSATION),
    Shortcut(("T",), _("Send a template"), CONVERSATION),
    Shortcut(("A",), _("Assign to me"), CONVERSATION),
    Shortcut(("Alt+E", "E"), _("Resolve or reopen"), CONVERSATION),
    Shortcut(("Mod+Alt+E",), _("Resolve and open the next"), CONVERSATION),
    Shortcut(("Alt+M",), _("Snooze"), CONVERSATION),
    Shortcut(("Alt+R",), _("Run a macro"), CONVERSATION),
    Shortcut(("L",), _("Labels"), CONVERSATION),
    Shortcut(("P",), _("Priority"), CONVERSATION),
    Shortcut(("Mod+F",), _("Find in this conversation"), CONVERSATION),
    Shortcut(("Alt+O",), _("Show or hide the contact"), CONVERSATION),
)


def for_page(role: str) -> dict[str, Any]:
    """All that the page's scripts must know, as JSON: {keys, commands, jump, look}."""
    return {
        "keys": [
            {
                "keys": list(shortcut.keys),
                "words": str(shortcut.words),
                "also": _in_other_languages(shortcut.words),
                "group": str(shortcut.group),
                "href": _url(shortcut.url_name),
                "act": shortcut.is_act,
            }
            for shortcut in _meant_for(role)
        ],
        "commands": [
            {
                "words": str(command.words),
                "also": _in_other_languages(command.words),
                "group": str(command.group),
                "href": command.url,
                "set": command.set_,
            }
            for command in _commands(role)
        ],
        "jump": reverse("conversations:jump") if role in WORKS_CONVERSATIONS else "",
        "look": reverse("accounts:look"),
    }


def help_for(role: str) -> list[tuple[str, list[Shortcut]]]:
    """The sheet, by group."""
    groups: dict[str, list[Shortcut]] = {}
    for shortcut in _meant_for(role):
        groups.setdefault(str(shortcut.group), []).append(shortcut)
    return list(groups.items())


def _meant_for(role: str) -> list[Shortcut]:
    """Who works no conversations has neither the list nor the templates."""
    if role in WORKS_CONVERSATIONS:
        return list(SHORTCUTS)
    return [
        shortcut
        for shortcut in SHORTCUTS
        if shortcut.group == GENERAL and shortcut.keys[0] not in ("/", "G I", "G C", "G T")
    ]


def _commands(role: str) -> Iterable[Command]:
    if role in WORKS_CONVERSATIONS:
        inbox = reverse("conversations:inbox")
        for tab, words in TABS:
            yield Command(words, GO, f"{inbox}?tab={tab}")
        yield Command(_("Exports"), GO, reverse("exports:exports"))
    for entry, url in entries(role):
        yield Command(entry.words, GO, url)
    for theme, words in THEMES:
        yield Command(words, LOOK, set_=("theme", theme))
    for density, words in DENSITIES:
        yield Command(words, LOOK, set_=("density", density))
    for language, name in settings.LANGUAGES:
        yield Command(name, LOOK, set_=("language", language))


def _url(name: str) -> str:
    return reverse(name) if name else ""


def _in_other_languages(words: Promise | str) -> str:
    """The same words as a colleague would type them: who reads Russian may still think “resolve”."""
    said = []
    for language, _name in settings.LANGUAGES:
        if language != translation.get_language():
            with translation.override(language):
                said.append(str(words))
    return " ".join(said)
