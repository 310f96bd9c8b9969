"""The quiet lines in a thread that tell what colleagues did with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from accounts.models import Agent
from conversations import statuses
from conversations.models import Conversation, Direction, Message

KIND = "activity"
SOON: Final = timedelta(
    minutes=2
)  # what one person files within this time, with nothing in between, is one line


def line(
    conversation: Conversation, act: str, *, at: datetime, by: Agent | None = None, **facts: Any
) -> Message:
    """Names as they were: a later change of a name does not rewrite what happened."""
    who = {"by": by.short_name, "by_id": by.pk} if by else {}
    return Message.objects.create(
        workspace_id=conversation.workspace_id,
        conversation=conversation,
        number_id=conversation.number_id,
        direction=Direction.SYSTEM,
        kind=KIND,
        content={"act": act} | who | facts,
        author=by,
        source="system",
        at=at,
        status=statuses.RECEIVED,
    )


def filed(conversation: Conversation, *, at: datetime, by: Agent | None, **what: Any) -> Message:
    """Labels, priority, fields, as `merged` takes them: in the line this person has just left, or in a new one."""
    last = conversation.messages.order_by("at", "arrival", "pk").last()
    if last is None or not _goes_on(last, by=by, at=at):
        return line(conversation, "filed", at=at, by=by, **merged({}, **what))
    last.content = last.content | merged(last.content, **what)
    last.save(update_fields=["content"])
    return last


def _goes_on(last: Message, *, by: Agent | None, at: datetime) -> bool:
    content = last.content if last.kind == KIND and isinstance(last.content, dict) else {}
    return (
        content.get("act") == "filed"
        and content.get("by_id") == (by.pk if by else None)
        and at - last.at <= SOON
    )


def merged(
    content: Mapping[str, Any],
    *,
    added: str = "",
    removed: str = "",
    priority: tuple[int, int] | None = None,
    field: tuple[str, Any, Any] | None = None,
) -> dict[str, Any]:
    """What the line says after one more change. `added`, `removed`: a label's name; `priority`: what it was and is;
    `field`: its name, what stood in it and what stands there now.

    What is again as it was before the line (`before`) is not spoken of.
    """
    on, off = list(content.get("added", ())), list(content.get("removed", ()))
    for name, here, there in ((added, on, off), (removed, off, on)):
        if name in there:
            there.remove(name)
        elif name:
            here.append(name)
    before = content.get("before", {})
    fields, stood = dict(content.get("fields", ())), dict(before.get("fields", {}))
    if field is not None:
        name, was, now = field
        if name not in fields:
            stood[name] = was
        fields[name] = now
        if name in stood and stood[name] == now:
            del fields[name]
    said, first = content.get("priority"), before.get("priority")
    if priority is not None:
        if said is None:
            first = priority[0]
        said = None if priority[1] == first else priority[1]
    return {
        "added": on,
        "removed": off,
        "fields": list(map(list, fields.items())),
        "priority": said,
        "before": {"fields": stood, "priority": first},
    }
