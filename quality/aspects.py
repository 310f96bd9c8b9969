"""What there is to know of a number or an account, as short values, from a poll or from a webhook. Pure.

Both ways must end in the same values, so that a webhook that came and a poll that found the same are one change.
Fields: whatsapp-platform.md 1.4, 1.5 and 2.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from whatsapp.numerals import whole

LONGEST: Final = 120
UNKNOWN: Final = "UNKNOWN"


class Aspect(StrEnum):
    """A side of a number or of an account that has one value at a time."""

    RATING = "rating"
    STATUS = "status"
    LIMIT = "limit"
    LIMIT_USED = "limit_used"  # people reached outside windows in the last 24 h
    THROUGHPUT = "throughput"
    NAME = "name"
    NAME_REVIEW = "name_review"
    VERIFIED = "verified"  # the number's code was entered
    PIN = "pin"
    OFFICIAL = "official"
    HEALTH = "health"
    WEBHOOK = "webhook"  # "silent" or "heard"
    SIGNATURES = "signatures"  # of posts to this site's webhook: "wrong" or "right"
    ANSWERS = "answers"  # this site's to Meta's posts: "slow" or "quick"
    REVIEW = "review"
    VERIFICATION = "verification"
    PAYMENT = "payment"
    RESTRICTION = "restriction"
    BAN = "ban"
    TOKEN = "token"  # noqa: S105  the name of an aspect
    TOKEN_ENDS = "token_ends"  # noqa: S105
    SUBSCRIPTION = "subscription"
    NUMBERS = "numbers"  # in the account at Meta
    NUMBERS_MOST = "numbers_most"  # in this account, else in the portfolio
    TEMPLATES = "templates"  # each language counts
    TEMPLATES_MOST = "templates_most"


Values = dict[Aspect, str]
# What a webhook tells when it changes; the rating and the health check are only ever asked for.
TOLD: Final = frozenset(
    {
        Aspect.LIMIT,
        Aspect.NAME,
        Aspect.NAME_REVIEW,
        Aspect.THROUGHPUT,
        Aspect.REVIEW,
        Aspect.NUMBERS_MOST,
    }
)
RATINGS: Final = ("GREEN", "YELLOW", "RED", UNKNOWN)


def of_number(raw: Mapping[str, Any]) -> Values:
    """From `GET /{PNID}`. What Meta leaves out is left out here: it is not known to have changed."""
    found: Values = {}
    _take(found, Aspect.STATUS, raw.get("status"))
    _take(found, Aspect.LIMIT, tier_of(raw.get("whatsapp_business_manager_messaging_limit")))
    _take(found, Aspect.NAME, raw.get("verified_name"))
    _take(found, Aspect.NAME_REVIEW, raw.get("name_status"))
    _take(found, Aspect.VERIFIED, raw.get("code_verification_status"))
    if "quality_rating" in raw:
        found[Aspect.RATING] = rating(raw["quality_rating"])
    throughput = raw.get("throughput")
    if isinstance(throughput, Mapping):
        _take(found, Aspect.THROUGHPUT, throughput.get("level"))
    for aspect, name in (
        (Aspect.PIN, "is_pin_enabled"),
        (Aspect.OFFICIAL, "is_official_business_account"),
    ):
        if isinstance(raw.get(name), bool):
            found[aspect] = _yes(raw[name])
    if health := _health(raw, "PHONE_NUMBER"):
        found[Aspect.HEALTH] = health
    return found


def of_account(raw: Mapping[str, Any]) -> Values:
    """From `GET /{WABA}`."""
    found: Values = {}
    _take(found, Aspect.REVIEW, raw.get("account_review_status"))
    _take(found, Aspect.VERIFICATION, raw.get("business_verification_status"))
    if health := _health(raw, "WABA"):
        found[Aspect.HEALTH] = health
    if "primary_funding_id" in raw:
        found[Aspect.PAYMENT] = _yes(bool(raw["primary_funding_id"]))
    return found


def of_token(ends_at: datetime | None, *, problem: str) -> Values:
    ends = ends_at.astimezone(UTC).isoformat(timespec="seconds") if ends_at else ""
    return {Aspect.TOKEN: "no" if problem else "yes", Aspect.TOKEN_ENDS: ends}


def rating(value: object) -> str:
    """Meta writes NA and UNKNOWN alike where it has too little to judge by."""
    text = str(value or "").upper()
    return text if text in RATINGS else UNKNOWN


def of_quality_webhook(event: str, *, limit: str) -> Values:
    """`phone_number_quality_update`. It never says the rating itself: that is asked for at once."""
    found: Values = {}
    _take(found, Aspect.LIMIT, tier_of(limit))
    if event == "THROUGHPUT_UPGRADE":
        found[Aspect.THROUGHPUT] = "HIGH"
    return found


def of_name_webhook(decision: str, *, requested: str) -> Values:
    found: Values = {Aspect.NAME_REVIEW: {"REJECTED": "DECLINED"}.get(decision, decision)[:LONGEST]}
    if decision == "APPROVED":
        _take(found, Aspect.NAME, requested)
    return found


def of_account_webhook(event: str, details: Mapping[str, Any]) -> Values:
    """`account_update`, `account_review_update`."""
    match event:
        case "ACCOUNT_RESTRICTION":
            rows = details.get("restriction_info") or []
            if not isinstance(rows, list):
                return {}  # a shape we do not know lifts no restriction
            kinds = [
                str(row.get("restriction_type", "")) for row in rows if isinstance(row, Mapping)
            ]
            return {Aspect.RESTRICTION: ",".join(sorted(filter(None, kinds)))[:LONGEST]}
        case "DISABLED_UPDATE":
            info = details.get("ban_info")
            info = info[0] if isinstance(info, list) and info else info
            state = str(info.get("waba_ban_state", "")) if isinstance(info, Mapping) else ""
            return {Aspect.BAN: "" if state == "REINSTATE" else state[:LONGEST]}
        case "APPROVED" | "REJECTED" | "PENDING" | "DEFERRED":
            return {Aspect.REVIEW: event}
        case _:
            return {}


def of_templates(summary: Mapping[str, Any]) -> Values:
    """From `GET /{WABA}/message_templates?summary=`: how many there are, and may be."""
    found: Values = {}
    for aspect, name in (
        (Aspect.TEMPLATES, "message_template_count"),
        (Aspect.TEMPLATES_MOST, "message_template_limit"),
    ):
        if (count := _count(summary.get(name))) is not None:
            found[aspect] = str(count)
    return found


def of_capability_webhook(details: Mapping[str, Any]) -> tuple[Values, Values]:
    """`business_capability_update`: what holds of the account, and of each of its numbers.

    The messaging limit is the portfolio's and stands at every number, as Meta answers it there.
    """
    found: Values = {}
    for name in ("max_phone_numbers_per_waba", "max_phone_numbers_per_business"):
        count = _count(details.get(name))
        if count is not None and Aspect.NUMBERS_MOST not in found:
            found[Aspect.NUMBERS_MOST] = str(count)
    of_each: Values = {}
    told = details.get("max_daily_conversations_per_business")
    old = details.get("max_daily_conversation_per_phone")
    _take(of_each, Aspect.LIMIT, tier_of(old if told in (None, "") else told))
    return found, of_each


def tier_of(limit: object) -> str:
    """Meta writes a limit as 2000, "2000" or "TIER_2K", and no limit as -1: one word for each. Empty: nothing said."""
    text = "" if limit is None or isinstance(limit, bool) else str(limit).strip().upper()
    if text == "-1":
        return "TIER_UNLIMITED"
    people = whole(text)
    if people is None or len(text) > 9:
        return text
    return f"TIER_{people // 1000}K" if people and people % 1000 == 0 else f"TIER_{people}"


def _count(value: object) -> int | None:
    """A number of things, or a text of one; -1, Meta’s “without a limit”, is nothing that could be shown."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value)
    return int(text) if text.isdecimal() and len(text) <= 9 else None


def limit_of(tier: str) -> int | None:
    """TIER_2K → 2000 people in 24 h; None: without a limit, or one we do not know."""
    text = tier.upper().removeprefix("TIER_")
    people = whole(text.removesuffix("K"))
    return people * 1000 if people is not None and text.endswith("K") else people


def _health(raw: Mapping[str, Any], kind: str) -> str:
    """AVAILABLE, LIMITED or BLOCKED of the entity itself, with Meta's error codes: “BLOCKED 141006”."""
    health = raw.get("health_status")
    if not isinstance(health, Mapping):
        return ""
    for entity in health.get("entities") or ():
        if isinstance(entity, Mapping) and entity.get("entity_type") == kind:
            errors = [e for e in entity.get("errors") or () if isinstance(e, Mapping)]
            codes = sorted(str(e.get("error_code", "")) for e in errors)
            return " ".join([str(entity.get("can_send_message", "")), *codes]).strip()[:LONGEST]
    return str(health.get("can_send_message", ""))[:LONGEST]


def _take(found: Values, aspect: Aspect, value: object) -> None:
    if isinstance(value, str | int) and not isinstance(value, bool) and str(value):
        found[aspect] = str(value)[:LONGEST]


def _yes(value: bool) -> str:
    return "yes" if value else "no"
