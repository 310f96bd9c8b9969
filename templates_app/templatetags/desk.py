"""Words of the desk's pages."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from django import template
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, gettext_lazy, ngettext

from accounts.templatetags.times import day_hour
from templates_app.content import MONTH

register = template.Library()


@register.filter
def duration(length: timedelta) -> str:
    """“40 min”, “3 h 20 min”, “26 h”: rounded up, short."""
    minutes = max(1, -(-int(length.total_seconds()) // 60))
    hours, rest = divmod(minutes, 60)
    if not hours:
        return gettext("{minutes} min").format(minutes=rest)
    if not rest or hours >= 10:
        return gettext("{hours} h").format(hours=hours + (rest >= 30))
    return gettext("{hours} h {minutes} min").format(hours=hours, minutes=rest)


@register.filter
def breakable(name: str) -> SafeString:
    """A template's name that a narrow column breaks between its words, which are joined by underscores."""
    return mark_safe(escape(name).replace("_", "_<wbr>"))  # noqa: S308  escaped


@register.filter
def lifetime(seconds: int) -> str:
    """“30 s”, “15 min”, “12 h”, “30 days”: how long Meta tries to deliver; -1 is its way to write 30 days."""
    found = timedelta(seconds=seconds if seconds > 0 else MONTH)
    if found < timedelta(minutes=1):
        return gettext("{seconds} s").format(seconds=found.seconds)
    if found.days and not found.seconds:
        return ngettext("{n} day", "{n} days", found.days).format(n=found.days)
    return duration(found)


@register.filter
def moment(value: str) -> str:
    """An ISO date and time as the reader has it; what is none stays as it is."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    return day_hour(timezone.localtime(at if at.tzinfo else at.replace(tzinfo=UTC)))


PLACES: Final[dict[str, str | Promise]] = {
    "name": gettext_lazy("Name"),
    "language": gettext_lazy("Language"),
    "category": gettext_lazy("Category"),
    "header": gettext_lazy("Header"),
    "body": gettext_lazy("Text"),
    "offer": gettext_lazy("What ends"),
    "footer": gettext_lazy("Footer"),
    "buttons": gettext_lazy("Buttons"),
    "cards": gettext_lazy("Cards"),
    "code": gettext_lazy("Code"),
    "lifetime": gettext_lazy("Delivered within"),
}
NUMBERED: Final = re.compile(r"(card|button|app) (\d+)")


@register.filter
def place_words(place: str) -> str:
    """“Header”, “Button 2”, “Card 1, button 2”."""
    words = {
        "card": gettext("Card {n}"),
        "button": gettext("Button {n}"),
        "app": gettext("App {n}"),
    }
    numbered = [words[kind].format(n=n) for kind, n in NUMBERED.findall(place)]
    first, *rest = numbered or [str(PLACES.get(place, place))]
    return ", ".join([first, *(word[:1].lower() + word[1:] for word in rest)])
