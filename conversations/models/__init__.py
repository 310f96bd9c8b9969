"""The inbox in the database: contacts, conversations, messages, attempts to send them, and files."""

from conversations.models.canned import CannedReply
from conversations.models.contacts import Contact, Identifier, IdentifierKind
from conversations.models.files import MediaFile, MediaState
from conversations.models.messages import (
    Attempt,
    Direction,
    Message,
    Outcome,
    ParkedChange,
    ParkedStatus,
    Reaction,
)
from conversations.models.notes import Mention
from conversations.models.threads import Conversation, ConversationStatus, ReadMark

__all__ = [
    "Attempt",
    "CannedReply",
    "Contact",
    "Conversation",
    "ConversationStatus",
    "Direction",
    "Identifier",
    "IdentifierKind",
    "MediaFile",
    "MediaState",
    "Mention",
    "Message",
    "Outcome",
    "ParkedChange",
    "ParkedStatus",
    "Reaction",
    "ReadMark",
]
