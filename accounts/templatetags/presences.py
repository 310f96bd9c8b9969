"""The menu at one's own face."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext

from accounts.models import Presence

register = template.Library()


@register.simple_tag
def presences() -> list[tuple[str, str, str]]:
    """What one can choose: value, word, what follows from it."""
    helps = {
        Presence.ONLINE: gettext("You are given conversations"),
        Presence.BUSY: gettext("At work, but nothing new"),
        Presence.AWAY: gettext("A break; nothing new"),
    }
    return [(value.value, str(value.label), words) for value, words in helps.items()]
