"""Words of a template's results."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.utils.translation import get_language, gettext

from whatsapp.failures import GraphError, failure_for

register = template.Library()


@register.filter
def named(words: Mapping[str, str], name: str) -> str:
    return str(words[name])


@register.filter
def failure(code: int | None) -> str:
    """Meta's code in our words, with the code; without one it never left."""
    if code is None:
        return gettext("without a code of Meta’s")
    words = failure_for(GraphError(code=code)).words(get_language() or "en")
    return f"{words.what} ({code})" if words else str(code)
