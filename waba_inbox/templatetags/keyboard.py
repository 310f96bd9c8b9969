"""`{% keyboard %}`: the table of keys for the page's scripts, the command palette and the help sheet."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import RequestContext

from waba_inbox import shortcuts

register = template.Library()
CAPS = {"Mod": "Ctrl", "ArrowDown": "↓", "ArrowUp": "↑", "+": " "}


@register.inclusion_tag("_keyboard.html", takes_context=True)
def keyboard(context: RequestContext) -> dict[str, Any]:
    agent = context["request"].user
    return {"table": shortcuts.for_page(agent), "groups": shortcuts.help_for(agent)}


@register.filter
def caps(keys: str) -> list[str]:
    """“Mod+Alt+E” as the caps one presses; keys.js writes them the way of a Mac on a Mac."""
    for name, cap in CAPS.items():
        keys = keys.replace(name, cap)
    return keys.split()
