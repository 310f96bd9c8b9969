"""Meta's short words on the quality pages, as people read them."""

from __future__ import annotations

from django import template
from django.utils import timezone
from django.utils.translation import get_language

from accounts.models import Agent
from quality import alerting, ruling, words
from quality.models import Alert
from whatsapp import errors

register = template.Library()
HEARS = ("manager", "administrator")


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
def four_fifths(most: int) -> int:
    """From where the meter warns."""
    return most * 4 // 5


@register.simple_tag
def loud_alerts(agent: Agent) -> int:
    """How many alerts wait for somebody, for the mark at the rail. One query; none for who does not hear of them."""
    if getattr(agent, "role", "") not in HEARS:
        return 0
    found = alerting.loud(agent, at=timezone.now()).exclude(
        kind__in=ruling.hidden(agent.workspace_id)
    )
    return found.count()
