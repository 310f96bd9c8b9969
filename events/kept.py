"""HTML that is rendered once as long as nothing that it shows changes, whoever asks for it."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from django.template.loader import get_template
from django.utils.safestring import SafeString


class Kept:
    """What one process keeps: `most` pieces, and none once there are so many, so that what is old goes, too."""

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._html: dict[Hashable, SafeString] = {}

    def html(self, key: Hashable, template: str, context: dict[str, Any]) -> SafeString:
        """`key` holds all that the HTML follows from, the language of who looks among it."""
        found = self._html.get(key)
        if found is None:
            found = SafeString(get_template(template).render(context))
            if len(self._html) >= self._most:
                self._html.clear()
            self._html[key] = found
        return found
