"""What somebody filed in a conversation, in words: its line in the thread says labels, priority and fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext, pgettext

from conversations.models import Priority


def of(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each change with its icon, if it has one: ("tag", "put on VIP, Late"). `content`: see activity.merged."""
    if added := content.get("added"):
        yield "tag", f"{pgettext('labels', 'put on')} {', '.join(added)}"
    if removed := content.get("removed"):
        yield "tag", f"{pgettext('labels', 'took off')} {', '.join(removed)}"
    if (priority := content.get("priority")) is not None:
        yield "flag", f"{gettext('priority')} {dict(Priority.choices).get(priority, priority)}"
    for name, value in content.get("fields", ()):
        yield "", f"{name} — {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return str(value) or gettext("emptied")
