"""The inbox in the database: contacts, conversations, messages, attempts to send them, and files."""

from conversations.models.canned import CannedReply
from conversations.models.consents import Block, BlockState, Consent, ConsentSource, ContactNote
from conversations.models.contacts import Contact, Identifier, IdentifierKind
from conversations.models.files import MediaFile, MediaState
from conversations.models.jobs import Job, JobKind, JobState
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
    "Block",
    "BlockState",
    "CannedReply",
    "Consent",
    "ConsentSource",
    "Contact",
    "ContactNote",
    "Conversation",
    "ConversationStatus",
    "Direction",
    "Identifier",
    "IdentifierKind",
    "Job",
    "JobKind",
    "JobState",
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
