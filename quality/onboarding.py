"""The way of an account from nothing to its first message: which step is done, and what Meta says of it. Pure.

Steps stand in the order in which one needs the other. Facts: whatsapp-platform.md 1.4, 1.5, 8.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

TESTED_FOR: Final = timedelta(days=7)  # after that nobody knows whether the address still answers
TOKEN_SOON: Final = timedelta(days=14)
NEEDED_SCOPES: Final = ("whatsapp_business_management", "whatsapp_business_messaging")
# What we understand; the first two are what nothing works without.
FIELDS: Final = (
    "messages", "account_update", "account_alerts", "account_review_update",
    "business_capability_update", "message_template_status_update",
    "message_template_quality_update", "message_template_components_update",
    "template_category_update", "phone_number_quality_update", "phone_number_name_update",
    "security", "user_preferences",
)  # fmt: skip


class Step(StrEnum):
    BUSINESS = "business"
    NUMBER = "number"
    CODE = "code"
    REGISTERED = "registered"
    NAME = "name"
    PAYMENT = "payment"
    WEBHOOK = "webhook"
    FIELDS = "fields"
    TOKEN = "token"  # noqa: S105  the name of a step
    PROFILE = "profile"
    TEMPLATE = "template"
    INBOUND = "inbound"
    OUTBOUND = "outbound"


class State(StrEnum):
    DONE = "done"
    TODO = "todo"
    WAITS = "waits"  # for Meta
    BAD = "bad"
    LATER = "later"  # another step comes first
    UNKNOWN = "unknown"  # Meta did not say


BETTER: Final = frozenset({Step.BUSINESS, Step.PROFILE})  # messages flow without them


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberAtMeta:
    """Meta's own words; empty where it said nothing."""

    phone_number_id: str
    display: str = ""
    verified_name: str = ""
    status: str = ""
    code_status: str = ""
    name_status: str = ""
    new_name: str = ""
    new_name_status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenAtMeta:
    is_valid: bool
    problem: str = ""
    is_of_our_app: bool = True
    sees_account: bool = True
    scopes: tuple[str, ...] = ()
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookAtMeta:
    callback_url: str = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What Meta said just now. None: it did not say."""

    asked_at: datetime
    refusal: str = ""  # why the account could not be looked at, in words for people
    verification: str = ""
    review: str = ""
    has_payment: bool | None = None
    payment_is_broken: bool = False
    numbers: tuple[NumberAtMeta, ...] = ()
    token: TokenAtMeta | None = None
    webhook: WebhookAtMeta | None = None
    is_subscribed: bool | None = None
    profiles: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # by phone number id


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """What we know ourselves. `number`: the phone number id that the steps are about."""

    number: str = ""
    callback_url: str = ""
    tested_at: datetime | None = None
    test_problem: str = ""
    templates: Mapping[str, int] = field(default_factory=dict)  # by Meta's state
    inbound_at: datetime | None = None
    outbound_at: datetime | None = None
    is_delivered: bool = False
    failed_code: int = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """`said`: which words of step_words.py; `facts`: what stands in them."""

    step: Step
    state: State
    said: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_done(self) -> bool:
        return self.state == State.DONE

    @property
    def is_optional(self) -> bool:
        return self.step in BETTER


def judge(survey: Survey, ours: Ours, *, at: datetime) -> list[Judged]:
    """Every step, in order."""
    number = next((n for n in survey.numbers if n.phone_number_id == ours.number), None)
    found = [
        _business(survey),
        *_of_number(number, survey),
        _payment(survey),
        _webhook(ours, at),
        _fields(survey, ours),
        _token(survey.token, at),
        _profile(number, survey),
        _template(ours.templates),
        _inbound(ours),
        _outbound(ours),
    ]
    order = {step: place for place, step in enumerate(Step)}
    return sorted(found, key=lambda judged: order[judged.step])


def _business(survey: Survey) -> Judged:
    state = {
        "verified": State.DONE,
        "pending": State.WAITS,
        "rejected": State.BAD,
        "failed": State.BAD,
        "expired": State.BAD,
        "revoked": State.BAD,
    }.get(survey.verification, State.TODO if survey.verification else State.UNKNOWN)
    return Judged(Step.BUSINESS, state, survey.verification or "unknown")


def _of_number(number: NumberAtMeta | None, survey: Survey) -> list[Judged]:
    if number is None:
        state = State.UNKNOWN if survey.refusal else State.TODO
        later = [Judged(step, State.LATER, "number_first")
                 for step in (Step.CODE, Step.REGISTERED, Step.NAME)]  # fmt: skip
        return [Judged(Step.NUMBER, state, "unknown" if survey.refusal else "none"), *later]
    facts = {"number": number.display, "name": number.verified_name}
    return [
        Judged(Step.NUMBER, State.DONE, "added", facts),
        _code(number),
        _registered(number),
        _name(number),
    ]


def _code(number: NumberAtMeta) -> Judged:
    if number.code_status == "VERIFIED" or number.status == "CONNECTED":
        return Judged(Step.CODE, State.DONE, "verified")
    said = "expired" if number.code_status == "EXPIRED" else "not_verified"
    return Judged(Step.CODE, State.TODO, said, {"number": number.display})


def _registered(number: NumberAtMeta) -> Judged:
    match number.status:
        case "CONNECTED" | "FLAGGED" | "RESTRICTED" | "RATE_LIMITED":
            return Judged(Step.REGISTERED, State.DONE, "connected")
        case "BANNED" | "DELETED" | "MIGRATED":
            return Judged(Step.REGISTERED, State.BAD, number.status.lower())
        case _ if number.code_status != "VERIFIED":
            return Judged(Step.REGISTERED, State.LATER, "code_first")
        case _:
            return Judged(Step.REGISTERED, State.TODO, "not_registered")


def _name(number: NumberAtMeta) -> Judged:
    facts = {"name": number.verified_name, "new": number.new_name}
    if number.new_name_status == "PENDING_REVIEW":
        return Judged(Step.NAME, State.WAITS, "new_reviewed", facts)
    if number.new_name_status == "DECLINED":
        return Judged(Step.NAME, State.BAD, "new_declined", facts)
    match number.name_status:
        case "APPROVED":
            return Judged(Step.NAME, State.DONE, "approved", facts)
        case "AVAILABLE_WITHOUT_REVIEW":
            return Judged(Step.NAME, State.DONE, "without_review", facts)
        case "PENDING_REVIEW":
            return Judged(Step.NAME, State.WAITS, "reviewed", facts)
        case "DECLINED" | "EXPIRED":
            return Judged(Step.NAME, State.BAD, number.name_status.lower(), facts)
        case _:
            return Judged(Step.NAME, State.TODO, "no_name", facts)


def _payment(survey: Survey) -> Judged:
    if survey.payment_is_broken:
        return Judged(Step.PAYMENT, State.BAD, "broken")
    if survey.has_payment is None:
        return Judged(Step.PAYMENT, State.UNKNOWN, "unknown")
    said = "there" if survey.has_payment else "missing"
    return Judged(Step.PAYMENT, State.DONE if survey.has_payment else State.TODO, said)


def _webhook(ours: Ours, at: datetime) -> Judged:
    facts = {"address": ours.callback_url, "at": ours.tested_at}
    if ours.tested_at is None:
        return Judged(Step.WEBHOOK, State.TODO, "not_tested", facts)
    if ours.test_problem:
        return Judged(Step.WEBHOOK, State.BAD, f"test:{ours.test_problem}", facts)
    if at - ours.tested_at > TESTED_FOR:
        return Judged(Step.WEBHOOK, State.TODO, "tested_long_ago", facts)
    return Judged(Step.WEBHOOK, State.DONE, "tested", facts)


def _fields(survey: Survey, ours: Ours) -> Judged:
    if survey.webhook is None or survey.is_subscribed is None:
        return Judged(Step.FIELDS, State.UNKNOWN, "unknown")
    if not survey.webhook.callback_url:
        return Judged(Step.FIELDS, State.TODO, "no_address")
    facts: dict[str, Any] = {"theirs": survey.webhook.callback_url, "ours": ours.callback_url}
    if _plain(survey.webhook.callback_url) != _plain(ours.callback_url):
        return Judged(Step.FIELDS, State.BAD, "other_address", facts)
    if not survey.is_subscribed:
        return Judged(Step.FIELDS, State.TODO, "not_subscribed")
    missing = [name for name in FIELDS if name not in survey.webhook.fields]
    if missing:
        return Judged(Step.FIELDS, State.TODO, "fields_missing", {"fields": missing})
    return Judged(Step.FIELDS, State.DONE, "subscribed", {"fields": list(FIELDS)})


def _plain(url: str) -> str:
    """One machine's two names for itself are the same, as on the desk of a developer."""
    return url.rstrip("/").replace("//localhost", "//127.0.0.1")


def _token(token: TokenAtMeta | None, at: datetime) -> Judged:
    if token is None:
        return Judged(Step.TOKEN, State.UNKNOWN, "unknown")
    missing = [scope for scope in NEEDED_SCOPES if scope not in token.scopes]
    facts = {"meta": token.problem, "scopes": missing or list(token.scopes), "ends": token.ends_at}
    if not token.is_valid:
        return Judged(Step.TOKEN, State.BAD, "dead", facts)
    if not token.is_of_our_app:
        return Judged(Step.TOKEN, State.BAD, "other_app", facts)
    if missing:
        return Judged(Step.TOKEN, State.BAD, "scopes_missing", facts)
    if not token.sees_account:
        return Judged(Step.TOKEN, State.BAD, "not_this_account", facts)
    if token.ends_at is not None and token.ends_at - at < TOKEN_SOON:
        return Judged(Step.TOKEN, State.TODO, "ends_soon", facts)
    return Judged(Step.TOKEN, State.DONE, "ends" if token.ends_at else "for_ever", facts)


def _profile(number: NumberAtMeta | None, survey: Survey) -> Judged:
    if number is None:
        return Judged(Step.PROFILE, State.LATER, "number_first")
    profile = survey.profiles.get(number.phone_number_id)
    if profile is None:
        return Judged(Step.PROFILE, State.UNKNOWN, "unknown")
    empty = [name for name in ("about", "description", "vertical") if not _filled(profile, name)]
    if empty:
        return Judged(Step.PROFILE, State.TODO, "empty", {"fields": empty})
    return Judged(Step.PROFILE, State.DONE, "filled")


def _filled(profile: Mapping[str, Any], name: str) -> bool:
    return profile.get(name) not in (None, "", "UNDEFINED")


def _template(counts: Mapping[str, int]) -> Judged:
    if n := counts.get("APPROVED", 0):
        return Judged(Step.TEMPLATE, State.DONE, "approved", {"n": n})
    if n := counts.get("PENDING", 0):
        return Judged(Step.TEMPLATE, State.WAITS, "pending", {"n": n})
    if n := counts.get("REJECTED", 0):
        return Judged(Step.TEMPLATE, State.BAD, "rejected", {"n": n})
    return Judged(Step.TEMPLATE, State.TODO, "none")


def _inbound(ours: Ours) -> Judged:
    if not ours.number:
        return Judged(Step.INBOUND, State.LATER, "number_first")
    if ours.inbound_at:
        return Judged(Step.INBOUND, State.DONE, "came", {"at": ours.inbound_at})
    return Judged(Step.INBOUND, State.TODO, "none")


def _outbound(ours: Ours) -> Judged:
    if ours.outbound_at and ours.is_delivered:
        return Judged(Step.OUTBOUND, State.DONE, "arrived", {"at": ours.outbound_at})
    if ours.failed_code:
        return Judged(Step.OUTBOUND, State.BAD, "failed", {"code": ours.failed_code})
    if ours.outbound_at:
        return Judged(Step.OUTBOUND, State.WAITS, "under_way")
    if not ours.inbound_at:
        return Judged(Step.OUTBOUND, State.LATER, "inbound_first")
    return Judged(Step.OUTBOUND, State.TODO, "none")
