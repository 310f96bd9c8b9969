"""Words of the desk's pages."""

from __future__ import annotations

from datetime import timedelta

from django import template
from django.utils.translation import gettext

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
