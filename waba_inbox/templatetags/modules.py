"""`{% import_map %}`: every file of static/js by its bare name, so that modules import each other by name."""

from __future__ import annotations

import json
from functools import lru_cache

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

FILES = sorted((settings.BASE_DIR / "static" / "js").glob("*.js"))


@register.simple_tag
@lru_cache(maxsize=1)
def import_map() -> SafeString:
    """The inside of a `<script type="importmap">`; the addresses carry the hash of the file where there is one."""
    names = {path.stem: static(f"js/{path.name}") for path in FILES}
    return mark_safe(json.dumps({"imports": names}))  # noqa: S308 (our own file names)
