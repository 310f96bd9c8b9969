"""All that is known of one message: every time, every attempt, who, from where, and Meta's words. Read only."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from accounts import masking
from accounts.models import Agent, Role
from conversations import outgoing
from conversations.models import Attempt, Direction, Message, Outcome
from templates_app.models import Submission, SubmissionState


@dataclass(frozen=True, slots=True)
class Moment:
    label: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Details:
    message: Message
    source: str
    moments: tuple[Moment, ...]
    attempts: tuple[tuple[Attempt, str], ...]  # with the outcome in words
    pricing: str
    version: int  # of its template, by what we handed in to Meta before it; 0: not known
    shows_ids: bool  # WhatsApp’s ids hold the phone number
    raw: str  # empty for those who may not see it


def of(message: Message, *, agent: Agent) -> Details:
    outcomes = _outcomes()
    attempts = message.attempts.select_related("number").order_by("n", "pk")
    return Details(
        message=message,
        source=_source(message),
        moments=_moments(message),
        attempts=tuple((attempt, outcomes[attempt.outcome]) for attempt in attempts),
        pricing=_pricing(message.pricing or {}),
        version=_version(message),
        shows_ids=agent.phones == masking.FULL,
        raw=_raw(message) if agent.role == Role.ADMINISTRATOR else "",
    )


def _moments(message: Message) -> tuple[Moment, ...]:
    is_ours = message.direction == Direction.OUT
    times = (
        (gettext("Written") if is_ours else gettext("Sent by the customer"), message.at),
        (gettext("Accepted by WhatsApp"), message.accepted_at),
        (gettext("Sent"), message.sent_at),
        (gettext("Delivered"), message.delivered_at),
        (gettext("Read"), message.read_at),
        (gettext("Played"), message.played_at),
        (gettext("Failed"), message.failed_at),
        (gettext("Next try"), message.retry_at),
        (gettext("Edited"), message.edited_at),
        (gettext("Deleted"), message.revoked_at),
    )
    return tuple(Moment(label, at) for label, at in times if at is not None)


def _version(message: Message) -> int:
    if not message.template_id:
        return 0
    taken = Submission.objects.filter(state=SubmissionState.ACCEPTED, at__lte=message.at)
    return taken.filter(template_id=message.template_id).count()


def _source(message: Message) -> str:
    if message.source == "history":
        return gettext("History, brought over from the phone")
    if message.direction == Direction.IN:
        return gettext("The customer’s WhatsApp")
    return {
        "agent": gettext("This inbox"),
        "phone": gettext("WhatsApp Business on our phone"),
        "rule": gettext("An automatic answer"),
        "survey": gettext("The question how it was"),
        "thanks": gettext("Thanks for a rating"),
    }.get(message.source, message.source)


def _outcomes() -> dict[str, str]:
    return {
        Outcome.CALLING: gettext("under way"),
        Outcome.ACCEPTED: gettext("accepted"),
        Outcome.REFUSED: gettext("refused"),
        Outcome.POSTPONED: gettext("postponed"),
        Outcome.UNKNOWN: gettext("not known"),
    }


def _pricing(pricing: dict[str, Any]) -> str:
    """Meta's own words for what it charges: “utility · regular · CBP”."""
    inner = pricing.get("pricing") if isinstance(pricing.get("pricing"), dict) else pricing
    parts = [inner.get(name) for name in ("category", "type", "pricing_model")] if inner else []
    if inner and inner.get("billable") is False:
        parts.append(gettext("free"))
    return " · ".join(str(part) for part in parts if part)


def _request(message: Message) -> dict[str, Any]:
    """What we ask of Meta for a message of ours. No secret is in it: the token goes in a header."""
    try:
        body = outgoing.payload(message, message.conversation.contact)
    except (ValueError, KeyError):
        return {"content": message.content}
    return {"request": body}


def _raw(message: Message) -> str:
    """As Meta sent it, or as we ask Meta to send it."""
    shown = message.raw if message.raw is not None else _request(message)
    if message.pricing:
        shown = {**shown, "pricing": message.pricing} if isinstance(shown, dict) else shown
    return json.dumps(shown, ensure_ascii=False, indent=2)
