"""A day with its hour, as each language writes hours (waba_inbox/formats)."""

from __future__ import annotations

from datetime import date, datetime

from django import template
from django.utils.formats import date_format

register = template.Library()


def _with_hour(at: datetime | None, day: str) -> str:
    return f"{date_format(at, day)}, {date_format(at, 'TIME_FORMAT')}" if at else ""


@register.filter(expects_localtime=True)
def iso(at: object) -> str:
    """2026-11-23T22:48:00+03:00, for the browser's clock. The same as `date:"c"`, at a fifth of its cost."""
    return at.isoformat() if isinstance(at, date) else ""


@register.filter(expects_localtime=True)
def day_hour(at: datetime | None) -> str:
    """23 November, 10:48 PM; 23 ноября, 22:48."""
    return _with_hour(at, "j E")


@register.filter(expects_localtime=True)
def weekday_hour(at: datetime | None) -> str:
    """Monday, 23 November, 10:48 PM."""
    return _with_hour(at, "l, j E")
