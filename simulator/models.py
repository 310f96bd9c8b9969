"""What exists in the simulated Meta, as frozen values. A shelf keeps them; `state.py` writes what changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from simulator import defaults

Json: TypeAlias = dict[str, Any]

MESSAGING: Final = "whatsapp_business_messaging"
MANAGEMENT: Final = "whatsapp_business_management"
ALL_SCOPES: Final = (MESSAGING, MANAGEMENT, "business_management")
DAY: Final = 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A Meta app: its secret signs webhooks, its version shapes them."""

    id: str
    name: str = "Inbox (simulated)"
    secret: str = defaults.APP_SECRET
    verify_token: str = defaults.VERIFY_TOKEN
    webhook_url: str = ""
    webhook_version: str = "v25.0"
    webhook_fields: tuple[str, ...] = ()  # none: every field


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access token and what it may touch. No WABA ids means all of them."""

    id: str
    app_id: str = ""
    scopes: tuple[str, ...] = ALL_SCOPES
    waba_ids: tuple[str, ...] = ()
    expires_at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waba:
    """A WhatsApp Business Account."""

    id: str
    name: str = "Simulated business"
    currency: str = "USD"
    timezone: str = "UTC"
    timezone_id: str = "1"
    country: str = "US"
    pricing_model: str = "auto"
    business_id: str = "900000000000001"
    subscribed_apps: tuple[str, ...] = ()
    override_url: str = ""
    override_token: str = ""
    messaging_limit: str = "TIER_100K"
    numbers_most: int = 20  # of the portfolio
    has_payment: bool = True
    verification: str = "verified"
    free_tier_type: str = "free_customer_service"
    free_used: int = 0  # of the free conversations of every month, by somebody else
    # {"start_time": 1717225200, "exception_countries": [{"country_code": "ID", "start_time": …}]}
    international: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A business phone number."""

    id: str
    waba_id: str
    phone: str
    verified_name: str = "Simulated business"
    quality: str = "GREEN"
    status: str = "CONNECTED"
    throughput: str = "STANDARD"
    pin: str = "123456"
    code: str = ""
    is_verified: bool = True
    name_status: str = "APPROVED"
    override_url: str = ""
    override_token: str = ""
    new_name: str = ""
    new_name_status: str = ""
    codes_at: tuple[float, ...] = ()
    registered_at: tuple[float, ...] = ()
    wrong_pins_at: tuple[float, ...] = ()
    is_official: bool = False
    profile: Json = field(default_factory=dict)
    blocked: tuple[str, ...] = ()
    complaints: Json = field(
        default_factory=dict
    )  # customer → when they last blocked or reported it

    @property
    def display(self) -> str:
        """As Meta prints it in `display_phone_number` of webhooks: digits."""
        return self.phone.lstrip("+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A person with WhatsApp on a phone. `id` is the number if we know one, else the BSUID."""

    id: str
    wa_id: str = ""
    user_id: str = ""
    parent_user_id: str = ""
    name: str = ""
    username: str = ""
    behaviour: str = "normal"
    shares_phone: bool = True
    is_online: bool = True
    stopped: tuple[str, ...] = ()
    priced_as: Json = field(default_factory=dict)  # what Meta says of their messages instead


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A message template in one language."""

    id: str
    waba_id: str
    name: str
    language: str
    category: str
    components: list[Json] = field(default_factory=list)
    parameter_format: str = "POSITIONAL"
    status: str = "APPROVED"
    previous_category: str = ""
    correct_category: str = ""
    rejected_reason: str = "NONE"
    quality: str = "UNKNOWN"
    ttl: int = 0
    pauses: int = 0
    edited_at: float = 0.0
    deleted_at: float = 0.0
    created_at: float = 0.0
    edits: list[float] = field(default_factory=list)  # those made while it was approved


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message between a business number and a customer, either way."""

    id: str
    number_id: str
    customer_id: str
    direction: str
    type: str
    content: Any
    at: float
    context: Json = field(default_factory=dict)
    referral: Json = field(default_factory=dict)
    status: str = "accepted"
    times: Json = field(default_factory=dict)
    error: Json = field(default_factory=dict)
    callback_data: str = ""
    category: str = ""
    rendered: Json = field(default_factory=dict)
    conversation_id: str = ""
    pricing: Json = field(default_factory=dict)
    is_priced: bool = False
    to_user_id: bool = False
    recipient: str = ""
    reaction_in: str = ""
    reaction_out: str = ""
    is_edited: bool = False
    is_revoked: bool = False
    is_opened: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A file at Meta. The bytes lie beside it in `world.blobs`."""

    id: str
    number_id: str
    mime_type: str
    sha256: str
    size: int
    at: float
    filename: str = ""
    ttl: float = 30 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A priced conversation (CBP) or a free entry point window."""

    id: str
    number_id: str
    customer_id: str
    kind: str
    at: float
    expires_at: float
    is_delivered: bool = False
    counted_as: str = (
        ""  # REGULAR, FREE_TIER or FREE_ENTRY, where that is known and not to be found out
    )


def bsuid_for(phone: str, *, country: str) -> str:
    """A stable business-scoped user id for a number."""
    digits = str(int(hashlib.sha256(phone.encode()).hexdigest()[:14], 16))
    return f"{country or 'US'}.{digits[:16]}"
