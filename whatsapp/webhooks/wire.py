"""Meta's webhook shapes as pydantic models. Private to `whatsapp.webhooks`: what leaves it are the
frozen facts.

Only what a fact cannot do without is required. Everything else gives way (`Else`): a decoration of
an odd shape must never cost the message that carries it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    GetCoreSchemaHandler,
)
from pydantic_core import CoreSchema, core_schema

Raw = dict[str, Any]
MILLISECONDS_FROM = 100_000_000_000
LONGEST_ID = 160  # characters; Meta's longest are about a hundred
LONGEST_NAME = 512  # of a template


@dataclass(frozen=True)
class Else:
    """What to take where Meta left a field out, sent null, or sent another type than it
    documents.
    """

    value: Any

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_default_schema(
            handler(source), default=self.value, on_error="default"
        )


def instant(value: Any) -> datetime:
    """Unix seconds, as text or number, as an aware UTC datetime."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("is not a time")
    try:
        seconds = float(value)
        if seconds > MILLISECONDS_FROM:
            seconds /= 1000
        if seconds <= 0:
            raise ValueError
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise ValueError("is not a time") from None


Words = Annotated[str, Else("")]
Flag = Annotated[bool, Else(False)]
MaybeFlag = Annotated[bool | None, Else(None)]
Code = Annotated[int, Field(ge=-(2**31), lt=2**31), Else(0)]
Objects = Annotated[list[Any], Else([])]
Mapping = Annotated[Raw, Else({})]
Id = Annotated[str, Field(min_length=1, max_length=LONGEST_ID)]
# An id that is longer than any of Meta's is none: nobody is known by it.
KnownId = Annotated[str, Field(max_length=LONGEST_ID), Else("")]
Instant = Annotated[datetime, BeforeValidator(instant)]
MaybeInstant = Annotated[Instant | None, Else(None)]


class Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)


class Metadata(Wire):
    phone_number_id: Words = ""
    display_phone_number: Words = ""


class Profile(Wire):
    name: Words = ""
    username: Words = ""


class Contact(Wire):
    profile: Annotated[Profile, Else(Profile())] = Profile()
    wa_id: KnownId = ""
    user_id: KnownId = ""
    parent_user_id: KnownId = ""
    identity_key_hash: Words = ""


class ErrorData(Wire):
    details: Words = ""


class Error(Wire):
    code: Code = 0
    title: Words = ""
    message: Words = ""
    href: Words = ""
    error_data: Annotated[ErrorData | str, Else("")] = ""


class Context(Wire):
    id: KnownId = ""
    forwarded: Flag = False
    frequently_forwarded: Flag = False
    referred_product: Mapping = {}


class Welcome(Wire):
    text: Words = ""


class Referral(Wire):
    source_url: Words = ""
    source_id: Words = ""
    source_type: Words = ""
    headline: Words = ""
    body: Words = ""
    media_type: Words = ""
    image_url: Words = ""
    video_url: Words = ""
    thumbnail_url: Words = ""
    ctwa_clid: Words = ""
    welcome_message: Annotated[Welcome, Else(Welcome())] = Welcome()


class HistoryContext(Wire):
    status: Words = ""


class Message(Wire):
    """What every message has, whatever its type; its own object is read by `content`."""

    id: Id
    timestamp: Instant
    type: Words = ""
    sender: KnownId = Field(default="", alias="from")
    from_user_id: KnownId = ""
    from_parent_user_id: KnownId = ""
    to: KnownId = ""
    to_user_id: KnownId = ""
    to_parent_user_id: KnownId = ""
    group_id: Words = ""
    context: Annotated[Context | None, Else(None)] = None
    referral: Annotated[Referral | None, Else(None)] = None
    errors: Objects = []
    history_context: Annotated[HistoryContext | None, Else(None)] = None


class Text(Wire):
    body: str


class Media(Wire):
    id: Words = ""
    mime_type: Words = ""
    sha256: Words = ""
    url: Words = ""
    caption: Words = ""
    filename: Words = ""
    voice: Flag = False
    animated: Flag = False


class Location(Wire):
    latitude: FiniteFloat
    longitude: FiniteFloat
    name: Words = ""
    address: Words = ""
    url: Words = ""


class Button(Wire):
    payload: Words = ""
    text: Words = ""


class Choice(Wire):
    id: Words = ""
    title: Words = ""
    description: Words = ""


class FlowAnswer(Wire):
    name: Words = ""
    body: Words = ""
    response_json: Annotated[str | Raw, Else("")] = ""


class Order(Wire):
    catalog_id: Words = ""
    text: Words = ""
    product_items: Objects = []


class Reaction(Wire):
    message_id: Id
    emoji: Words = ""


class Edit(Wire):
    original_message_id: Id
    message: Raw


class Revoke(Wire):
    original_message_id: Id


class System(Wire):
    type: Words = ""
    body: Words = ""
    wa_id: KnownId = ""
    new_wa_id: KnownId = ""
    customer: Words = ""
    user_id: KnownId = ""
    parent_user_id: KnownId = ""
    identity: Words = ""


class Identity(Wire):
    hash: Words = ""


class Unsupported(Wire):
    type: Words = ""


class Origin(Wire):
    type: Words = ""


class Conversation(Wire):
    id: Words = ""
    expiration_timestamp: MaybeInstant = None
    origin: Annotated[Origin, Else(Origin())] = Origin()


class Pricing(Wire):
    billable: MaybeFlag = None
    pricing_model: Words = ""
    category: Words = ""
    type: Words = ""


class Status(Wire):
    id: Id
    status: Id
    timestamp: Instant
    recipient_id: KnownId = ""
    recipient_user_id: KnownId = ""
    recipient_parent_user_id: KnownId = ""
    recipient_type: Words = ""
    recipient_participant_id: KnownId = ""
    recipient_participant_user_id: KnownId = ""
    recipient_identity_key_hash: Words = ""
    biz_opaque_callback_data: Words = ""
    conversation: Annotated[Conversation | None, Else(None)] = None
    pricing: Annotated[Pricing | None, Else(None)] = None
    errors: Objects = []


class Preference(Wire):
    wa_id: KnownId = ""
    user_id: KnownId = ""
    parent_user_id: KnownId = ""
    detail: Words = ""
    category: Words = ""
    value: Id
    signup_id: Words = ""
    timestamp: Instant


class TemplateKey(Wire):
    message_template_id: Annotated[str, Field(max_length=32), Else("")] = ""
    message_template_name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
    message_template_language: Annotated[str, Field(min_length=1, max_length=16)]


class DisableInfo(Wire):
    disable_date: Words = ""


class OtherInfo(Wire):
    title: Words = ""
    description: Words = ""


class RejectionInfo(Wire):
    reason: Words = ""
    recommendation: Words = ""


class TemplateStatus(TemplateKey):
    event: Id
    reason: Words = ""
    message_template_category: Words = ""
    disable_info: Annotated[DisableInfo, Else(DisableInfo())] = DisableInfo()
    other_info: Annotated[OtherInfo, Else(OtherInfo())] = OtherInfo()
    rejection_info: Annotated[RejectionInfo, Else(RejectionInfo())] = RejectionInfo()


class TemplateQuality(TemplateKey):
    previous_quality_score: Words = ""
    new_quality_score: Id


class TemplateCategory(TemplateKey):
    previous_category: Words = ""
    new_category: Words = ""
    correct_category: Words = ""
    category_update_timestamp: MaybeInstant = None


class TemplateButton(Wire):
    message_template_button_type: Words = ""
    message_template_button_text: Words = ""
    message_template_button_url: Words = ""
    message_template_button_phone_number: Words = ""


class TemplateComponents(TemplateKey):
    message_template_title: Words = ""
    message_template_element: Words = ""
    message_template_footer: Words = ""
    message_template_buttons: Objects = []


class NumberQuality(Wire):
    display_phone_number: Words = ""
    event: Id
    current_limit: Words = ""
    old_limit: Words = ""
    max_daily_conversations_per_business: Words = ""


class NumberName(Wire):
    display_phone_number: Words = ""
    decision: Id
    requested_verified_name: Words = ""
    requested_username: Words = ""
    rejection_reason: Words = ""
    rejection_reasons: Objects = []


class NumberSecurity(Wire):
    display_phone_number: Words = ""
    event: Id
    requester: Words = ""


class Event(Wire):
    event: Id


class Review(Wire):
    decision: Id


class AlertInfo(Wire):
    alert_severity: Words = ""
    alert_status: Words = ""
    alert_type: Id
    alert_description: Words = ""


class Alert(Wire):
    entity_type: Words = ""
    entity_id: Words = ""
    alert_info: AlertInfo
