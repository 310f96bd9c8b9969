"""`{% lucide "name" %}`: the drawing as SVG. Lucide draws anew each time, and a page has fifty: here it is kept."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide as draw

register = template.Library()


@register.simple_tag(name="lucide")
@lru_cache(maxsize=1024)
def drawing(name: str, *, size: int | None = 24, **attributes: str) -> SafeString:
    return SafeString(draw(name, size=size, **attributes))
