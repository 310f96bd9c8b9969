"""What Meta tells us, as frozen values. `whatsapp.webhooks.parse` makes them; `webhooks.routing`
sends each to its verb.

Every instant is an aware UTC datetime. Strings are empty rather than None where Meta may leave a
field out. `raw` is the item as Meta sent it, so that nothing is lost when a shape is newer than
this file.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

Raw: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody on WhatsApp: a number, a business-scoped user id (BSUID), or both."""

    wa_id: str = ""
    user_id: str = ""
    parent_user_id: str = ""
    name: str = ""
    username: str = ""
    identity_key_hash: str = ""

    @property
    def is_known(self) -> bool:
        """Whether anything at all says who this is."""
        return bool(self.wa_id or self.user_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorDetail:
    """One of Meta's error objects, as it stands in a webhook."""

    code: int
    title: str = ""
    message: str = ""
    details: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaRef:
    """A file Meta holds for us: 7 days from a webhook, 30 from an upload."""

    media_id: str
    kind: str
    mime_type: str = ""
    sha256: str = ""
    url: str = ""
    filename: str = ""
    is_voice: bool = False
    is_animated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """The Click-to-WhatsApp ad or post that a conversation came from."""

    source_url: str = ""
    source_id: str = ""
    source_type: str = ""
    headline: str = ""
    body: str = ""
    media_type: str = ""
    image_url: str = ""
    video_url: str = ""
    thumbnail_url: str = ""
    ctwa_clid: str = ""
    welcome_text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pricing:
    """Meta's own word on what a message costs: `pricing` and `conversation` of a status."""

    model: str = ""
    category: str = ""
    type: str = ""
    is_billable: bool | None = None
    conversation_id: str = ""
    conversation_origin: str = ""
    conversation_expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing Meta said. `waba_id` is the account of the entry, `field` the webhook field
    it came under.
    """

    waba_id: str
    field: str
    raw: Raw = dataclasses.field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberFact(Fact):
    """A fact about one of our numbers: by id, or only by how it is displayed."""

    phone_number_id: str = ""
    display_phone_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage(NumberFact):
    """A person wrote to us. `kind` is Meta's `type`; `content` its object, tidied (see
    `whatsapp.webhooks`).
    """

    wamid: str
    sent_at: datetime
    sender: Person
    kind: str
    text: str = ""
    content: Raw = field(default_factory=dict)
    media: MediaRef | None = None
    quoted_wamid: str = ""
    is_forwarded: bool = False
    referral: Referral | None = None
    group_id: str = ""
    errors: tuple[ErrorDetail, ...] = ()
    is_history: bool = (
        False  # synchronised from the phone app: it is old, and nobody waits for an answer
    )
    history_status: str = ""  # Meta's word for it there, such as "READ"

    @property
    def opens_window(self) -> bool:
        """Whether this is a person writing to us now, which opens the customer service window."""
        return not self.is_history and self.kind not in ("system", "request_welcome")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionChanged(NumberFact):
    """A person reacted to a message; an empty emoji takes the reaction back."""

    wamid: str
    sent_at: datetime
    sender: Person
    target_wamid: str
    emoji: str
    is_history: bool = False
    echoed_to: Person | None = None  # set if we did it, from the phone app
    group_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEdited(NumberFact):
    """A person changed the words of a message."""

    wamid: str
    sent_at: datetime
    sender: Person
    original_wamid: str
    kind: str = "text"
    text: str = ""
    content: Raw = field(default_factory=dict)
    media: MediaRef | None = None
    is_history: bool = False
    echoed_to: Person | None = None  # set if we did it, from the phone app
    group_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRevoked(NumberFact):
    """A person deleted a message for everyone."""

    wamid: str
    sent_at: datetime
    sender: Person
    original_wamid: str
    is_history: bool = False
    echoed_to: Person | None = None  # set if we did it, from the phone app
    group_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonChanged(NumberFact):
    """A `system` message: a new number, a new BSUID, or a new identity key."""

    wamid: str
    sent_at: datetime
    sender: Person
    change: str  # "number", "user_id" or "identity"
    new_wa_id: str = ""
    new_user_id: str = ""
    new_parent_user_id: str = ""
    text: str = ""
    new_identity_hash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEchoed(NumberFact):
    """A message sent from the WhatsApp Business phone app on a coexistence number."""

    wamid: str
    sent_at: datetime
    recipient: Person
    kind: str
    text: str = ""
    content: Raw = field(default_factory=dict)
    media: MediaRef | None = None
    quoted_wamid: str = ""
    errors: tuple[ErrorDetail, ...] = ()
    is_history: bool = False
    history_status: str = ""
    group_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusUpdate(NumberFact):
    """What became of a message of ours: sent, delivered, read, played or failed."""

    wamid: str
    status: str
    at: datetime
    recipient: Person
    callback_data: str = ""
    pricing: Pricing | None = None
    errors: tuple[ErrorDetail, ...] = ()
    group_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferenceChanged(NumberFact):
    """A person stopped, resumed or signed up for marketing."""

    person: Person
    category: str
    value: str
    at: datetime
    detail: str = ""
    signup_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemFault(NumberFact):
    """Meta reports errors without a message (for example 130429 for a whole number)."""

    errors: tuple[ErrorDetail, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFact(Fact):
    template_id: str
    name: str
    language: str  # underscored, as the Graph API has it
    told_at: datetime | None = None  # of the entry, to the second


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateStatus(TemplateFact):
    event: str
    reason: str = ""
    category: str = ""
    note_title: str = ""
    note: str = ""
    recommendation: str = ""
    disable_date: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateQuality(TemplateFact):
    previous: str
    current: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateCategory(TemplateFact):
    """`upcoming` is set for a change announced ahead, with its instant if Meta gave one."""

    previous: str = ""
    current: str = ""
    upcoming: str = ""
    changes_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateComponents(TemplateFact):
    title: str = ""
    body: str = ""
    footer: str = ""
    buttons: tuple[Raw, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberQuality(NumberFact):
    event: str
    current_limit: str = ""
    old_limit: str = ""
    portfolio_limit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberName(NumberFact):
    decision: str
    requested_name: str = ""
    rejection_reason: str = ""
    is_username: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberSecurity(NumberFact):
    event: str
    requester: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEvent(Fact):
    """`account_update`, `account_review_update` and `business_capability_update`, with their
    details as sent.
    """

    event: str
    details: Raw = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountAlert(Fact):
    alert_type: str
    severity: str = ""
    status: str = ""
    description: str = ""
    entity_type: str = ""
    entity_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrecognised(Fact):
    """A field or kind that this file does not know (yet). Kept, shown, never dropped."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable(Fact):
    """An item of a known kind that does not have the shape it must have. It is quarantined,
    the rest goes on.
    """

    reason: str
