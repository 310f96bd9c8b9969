"""What a page says to a person, and which of its words are English."""

from __future__ import annotations

import re
from html.parser import HTMLParser

NAMES_AT_META = (  # what stands on Meta's own pages, and is looked for there by its name
    "WhatsApp Business Manager",
    "WhatsApp Business",
    "WhatsApp Manager",
    "WhatsApp ID",
    "WhatsApp → Configuration",
    "Settings → Basic",
    "«Show»",
    "Account tools",
    "Phone numbers",
    "(Callback URL)",
    "(Verify token)",
    "developers.facebook.com",
    "Google Authenticator",
    "Marketing Messages API",
    "1Password",
    "WABA Inbox",
)
NAMES = frozenset(
    [
        "WhatsApp",
        "Android",
        "Meta",
        "WABA",
        "ID",
        "PIN",
        "QR",
        "Enter",
        "Shift",
        "Ctrl",
        "Alt",
        "Esc",
        "English",
    ]
)
DATA = re.compile(
    r"\{\w+\}|\S+@\S+|https?://\S+|\b[\w.-]+\.(?:test|com|pdf|ogg|example)\b|[A-Za-z]+[_./][\w./-]*|\b\w*\d\w*\b"
    r"|\b(?:ru|en|UTC|USD|RUB|EUR|Argentina|North Dakota|Indiana|Kentucky)\b"
)
SPOKEN = ("title", "alt", "placeholder", "aria-label")
NOT_SPOKEN = ("data-key", "data-zone", "data-limits", "data-url")


class Spoken(HTMLParser):
    """All that a page says to a person: its text, and the attributes that are read out or shown later by a script."""

    SILENT = frozenset({"script", "style", "svg", "code", "pre", "kbd", "option", "bdi"})
    VOID = frozenset(
        {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "use", "wbr"}
    )

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.lang = ""
        self._silence: list[bool] = []
        self._goes_on = False  # after a place where a long name may be broken

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self._goes_on = tag == "wbr"
        if tag == "html":
            self.lang = found.get("lang", "")
        is_silent = tag in self.SILENT or found.get("lang") == "en" or any(self._silence)
        if not is_silent:
            self.said += [found[name] for name in SPOKEN if name in found]
            self.said += [
                value
                for name, value in found.items()
                if name.startswith("data-")
                and name not in NOT_SPOKEN
                and " " in value
                and value[0] not in "{["
            ]
        if tag == "input" and found.get("type") in ("submit", "button"):
            self.said.append(found.get("value", ""))
        if tag not in self.VOID:
            self._silence.append(is_silent)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID and self._silence:
            self._silence.pop()

    def handle_data(self, data: str) -> None:
        if any(self._silence[-1:]) or not data.strip():
            return
        if self._goes_on:
            self.said[-1] += data.strip()
        else:
            self.said.append(data.strip())


def foreign(text: str) -> list[str]:
    """The Latin words of a sentence that are neither names nor data."""
    for name in NAMES_AT_META:
        text = text.replace(name, " ")
    return [word for word in re.findall(r"[A-Za-z]{2,}", DATA.sub(" ", text)) if word not in NAMES]


def english_in(html: str) -> dict[str, list[str]]:
    page = Spoken()
    page.feed(html)
    return {text: words for text in page.said if (words := foreign(text))}
