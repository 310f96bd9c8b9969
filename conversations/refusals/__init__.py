"""Why a message was not taken, or a conversation not changed: typed, and in words for the agent.

Raised by the verbs, shown by the views. Nothing has been written when one of these is raised.
"""

from conversations.refusals.base import Refusal, refusal_facts
from conversations.refusals.content import (
    ContentRefused,
    EmptyMessage,
    MediaRefused,
    NotFilledIn,
    TemplateRefused,
    TextTooLong,
)
from conversations.refusals.handling import (
    AlreadyAssigned,
    MacroEmpty,
    NobodyWaits,
    NotTheirs,
    ReasonMissing,
    ValueUnclear,
)
from conversations.refusals.permission import (
    BudgetSpent,
    ContactBlocked,
    ContactUnreachable,
    GateClosed,
    InternalRole,
    MarketingStopped,
    NotAssignee,
    NumberHeld,
    WindowClosed,
)
from conversations.refusals.timing import (
    CannotReact,
    MomentPast,
    MomentUnclear,
    NotRetryable,
    ThreadMoved,
    TooLate,
)

__all__ = [
    "AlreadyAssigned",
    "BudgetSpent",
    "CannotReact",
    "ContactBlocked",
    "ContactUnreachable",
    "ContentRefused",
    "EmptyMessage",
    "GateClosed",
    "InternalRole",
    "MacroEmpty",
    "MarketingStopped",
    "MediaRefused",
    "MomentPast",
    "MomentUnclear",
    "NobodyWaits",
    "NotAssignee",
    "NotFilledIn",
    "NotRetryable",
    "NotTheirs",
    "NumberHeld",
    "ReasonMissing",
    "Refusal",
    "TemplateRefused",
    "TextTooLong",
    "ThreadMoved",
    "TooLate",
    "ValueUnclear",
    "WindowClosed",
    "refusal_facts",
]
