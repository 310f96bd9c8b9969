"""`{% keyboard %}`: the table of keys for the page's scripts, the command palette and the help sheet.

Every page has it, and it is the same for all of one role and language: so it is rendered once for them.
"""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.template import RequestContext
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from waba_inbox import shortcuts

register = template.Library()
CAPS = {"Mod": "Ctrl", "ArrowDown": "↓", "ArrowUp": "↑", "+": " "}


@register.simple_tag(takes_context=True)
def keyboard(context: RequestContext) -> SafeString:
    return _keyboard(context["request"].user.role, get_language() or "en")


@lru_cache(maxsize=64)
def _keyboard(role: str, _language: str) -> SafeString:
    table, groups = shortcuts.for_page(role), shortcuts.help_for(role)
    return render_to_string("_keyboard.html", {"table": table, "groups": groups})


@register.filter
def caps(keys: str) -> list[str]:
    """“Mod+Alt+E” as the caps one presses; keys.js writes them the way of a Mac on a Mac."""
    for name, cap in CAPS.items():
        keys = keys.replace(name, cap)
    return keys.split()
