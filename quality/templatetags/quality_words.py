"""Meta's short words on the quality pages, as people read them."""

from __future__ import annotations

from django import template
from django.utils.translation import get_language

from quality import words
from quality.models import Alert
from whatsapp import errors

register = template.Library()


@register.filter
def alert_title(alert: Alert) -> str:
    return str(words.WORDS[alert.kind][0])


@register.filter
def value_in_words(value: str) -> str:
    return words.value_words(value)


@register.filter
def code_in_words(code: int) -> str:
    return errors.words(code, get_language() or "en").what


@register.filter
def bar_x(_hour: object, place: int) -> int:
    """Where the bar of the hour at this place begins, of 240."""
    return place * 10 + 1


@register.filter
def from_top(height: int) -> int:
    """The y of a bar that stands on the floor of a drawing 100 high."""
    return 100 - height


@register.filter
def four_fifths(most: int) -> int:
    """From where the meter warns."""
    return most * 4 // 5
