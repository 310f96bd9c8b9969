"""The inbox's pages and acts. Every one starts from what the agent may see (conversations/access.py)."""

from conversations.views.acts import (
    assignees,
    assignment,
    attempts,
    closure,
    details,
    held,
    presence,
    pull,
    reaction,
    read,
    team,
    waiting,
    withdrawal,
)
from conversations.views.canned import offered
from conversations.views.files import file, files
from conversations.views.finding import choices, found, matches
from conversations.views.jumping import jump
from conversations.views.many import (
    bulk,
    bulk_count,
    bulk_job,
    bulk_menus,
    bulk_message,
    bulk_result,
    bulk_stop,
    bulk_undo,
)
from conversations.views.pages import changes, conversation, inbox
from conversations.views.scheduling import scheduled, scheduled_meaning, scheduled_one
from conversations.views.snoozing import snooze, snooze_meaning
from conversations.views.writing import (
    cards,
    colleagues,
    messages,
    note_words,
    special,
    template,
    templates,
)

__all__ = [
    "assignees",
    "assignment",
    "attempts",
    "bulk",
    "bulk_count",
    "bulk_job",
    "bulk_menus",
    "bulk_message",
    "bulk_result",
    "bulk_stop",
    "bulk_undo",
    "cards",
    "changes",
    "choices",
    "closure",
    "colleagues",
    "conversation",
    "details",
    "file",
    "files",
    "found",
    "held",
    "inbox",
    "jump",
    "matches",
    "messages",
    "note_words",
    "offered",
    "presence",
    "pull",
    "reaction",
    "read",
    "scheduled",
    "scheduled_meaning",
    "scheduled_one",
    "snooze",
    "snooze_meaning",
    "special",
    "team",
    "template",
    "templates",
    "waiting",
    "withdrawal",
]
