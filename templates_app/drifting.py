"""Whether Meta has other words than we handed in, and which. Pure: compares the readable parts, not samples or ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from templates_app import components
from templates_app.components import Layout
from templates_app.differing import Difference, runs
from templates_app.parts import Button

PLACES = ("header", "body", "footer", "offer", "buttons", "cards")


def differences(ours: Mapping[str, Any] | None, theirs: Mapping[str, Any]) -> list[Difference]:
    """What went and what came, by place; nothing where we never handed in. Both are `snapshot`s."""
    if not ours:
        return []
    old, new = _layout(ours), _layout(theirs)
    if old.is_code or new.is_code:
        return []  # Meta writes these itself
    before, after = _texts(old), _texts(new)
    return [
        Difference(place, tuple(runs(before[place], after[place])))
        for place in PLACES
        if before[place] != after[place]
    ]


def snapshot(components: Any, parameter_format: str) -> dict[str, Any]:
    return {"components": components, "parameter_format": parameter_format}


def _layout(said: Mapping[str, Any]) -> Layout:
    return components.read(
        said.get("components") or [], is_named=said.get("parameter_format") == "NAMED"
    )


def _texts(layout: Layout) -> dict[str, str]:
    kind = "" if layout.header_kind == "TEXT" else layout.header_kind
    return {
        "header": _plain(f"{kind} {layout.header if not kind else ''}"),
        "body": _plain(layout.body),
        "footer": _plain(layout.footer),
        "offer": _plain(layout.offer),
        "buttons": _buttons(layout.buttons),
        "cards": "\n".join(f"{_plain(c.body)}\n{_buttons(c.buttons)}" for c in layout.cards),
    }


def _plain(text: str) -> str:
    """Without the space at the ends of lines, which Meta drops."""
    return "\n".join(line.strip() for line in text.strip().splitlines())


def _buttons(buttons: Iterable[Button]) -> str:
    lines = []
    for button in buttons:
        phone = re.sub(r"\D", "", button.phone)
        lines.append(" · ".join(filter(None, (button.text, button.url.rstrip("/"), phone))))
    return "\n".join(lines)
