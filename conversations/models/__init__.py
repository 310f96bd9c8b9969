"""The inbox in the database: contacts, conversations, messages, attempts to send them, and files."""

from conversations.models.automation import AutoRule, Macro, RuleRun
from conversations.models.bulk import BulkRow, RowState
from conversations.models.canned import CannedReply
from conversations.models.consents import Block, BlockState, Consent, ConsentSource, ContactNote
from conversations.models.contacts import Contact, Identifier, IdentifierKind
from conversations.models.custom_fields import CustomField, FieldKind, FieldOwner, FieldValue
from conversations.models.files import MediaFile, MediaState
from conversations.models.jobs import Job, JobKind, JobState
from conversations.models.labels import Colour, Label
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
from conversations.models.notices import NoticeWish, PushKey, PushSubscription
from conversations.models.queue import ResolveReason, SavedView
from conversations.models.scheduled import Scheduled
from conversations.models.surveys import Survey, SurveyPlan, SurveyState
from conversations.models.threads import (
    Conversation,
    ConversationStatus,
    Priority,
    ReadMark,
    Source,
)
from conversations.models.words import MessageWords

__all__ = [
    "Attempt",
    "AutoRule",
    "Block",
    "BlockState",
    "BulkRow",
    "CannedReply",
    "Colour",
    "Consent",
    "ConsentSource",
    "Contact",
    "ContactNote",
    "Conversation",
    "ConversationStatus",
    "CustomField",
    "Direction",
    "FieldKind",
    "FieldOwner",
    "FieldValue",
    "Identifier",
    "IdentifierKind",
    "Job",
    "JobKind",
    "JobState",
    "Label",
    "Macro",
    "MediaFile",
    "MediaState",
    "Mention",
    "Message",
    "MessageWords",
    "NoticeWish",
    "Outcome",
    "ParkedChange",
    "ParkedStatus",
    "Priority",
    "PushKey",
    "PushSubscription",
    "Reaction",
    "ReadMark",
    "ResolveReason",
    "RowState",
    "RuleRun",
    "SavedView",
    "Scheduled",
    "Source",
    "Survey",
    "SurveyPlan",
    "SurveyState",
]
