"""A session as a person knows it: “Firefox on Windows”."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.utils.translation import gettext as _

BROWSERS = (  # the first match wins: Edge and Opera call themselves Chrome too, Chrome calls itself Safari
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("YaBrowser", "Yandex"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    browser: str
    is_phone: bool
    address: str
    since: datetime
    seen_at: datetime
    is_here: bool


def name_of(user_agent: str) -> str:
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Another program")


def described(sessions: Iterable[UserSession], *, current: str | None) -> list[SignedIn]:
    """This one first."""
    found = [
        SignedIn(
            browser=name_of(session.user_agent),
            is_phone=any(word in session.user_agent for word in ("iPhone", "Android")),
            address=session.ip,
            since=session.created_at,
            seen_at=session.last_seen_at,
            is_here=session.session_key == current,
        )
        for session in sessions
    ]
    return sorted(found, key=lambda session: not session.is_here)
