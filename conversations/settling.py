"""What became of our messages, by Meta's word: statuses climb the ladder, whatever their order, and never come down.

A status is for an attempt: found by its wamid, or by our own key that Meta sends back. One whose attempt has no answer
yet is parked; delivery applies it when it stores the answer (`apply_parked`), and the sweep what delivery missed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import PhoneNumber, PricingPlan
from conversations import gates, lanes, live, parking, statuses
from conversations.arrivals import Arrival
from conversations.bulk import update_rows
from conversations.holding import hold, rest
from conversations.models import (
    Attempt,
    Consent,
    ConsentSource,
    Contact,
    Conversation,
    Direction,
    Message,
    Outcome,
    ParkedStatus,
)
from conversations.verdicts import HOLDS_NUMBER, Verdict
from whatsapp.errors import Scope, rule_for
from whatsapp.facts import StatusUpdate

Told = Arrival[StatusUpdate]
Keyed = dict[tuple[int, str] | UUID, Attempt]

WINDOW_CLOSED: Final = 131047
MARKETING_STOPPED: Final = 131050
TIMES: Final = {
    "sent": "sent_at",
    "delivered": "delivered_at",
    "read": "read_at",
    "played": "played_at",
    "failed": "failed_at",
}
ATTEMPT_COLUMNS: Final = [
    "status", "outcome", "wamid", "error_code", "error_details", "finished_at",
]  # fmt: skip
MESSAGE_COLUMNS: Final = [
    "status", "wamid", "accepted_at", "error_code", "error_details", "pricing", *TIMES.values(),
]  # fmt: skip
CONVERSATION_COLUMNS: Final = [
    "last_status", "last_error", "window_refused_at", "billed_until", "billed_origin",
]  # fmt: skip

logger = structlog.get_logger(__name__)


def settle(*arrivals: Told) -> None:
    """Apply these statuses, in any order; what has no attempt yet is parked. The number of queries does not grow."""
    with transaction.atomic(savepoint=False):  # in a batch, all is undone or nothing
        threads = lanes.locked(conversations_of(arrivals))
        attempts = _attempts(arrivals)
        found: list[tuple[Told, Attempt]] = []
        unknown: list[Told] = []
        for arrival in arrivals:
            attempt = _attempt_of(arrival, attempts)
            if attempt is None or attempt.outcome == Outcome.CALLING:
                unknown.append(arrival)
            else:
                found.append((arrival, attempt))
        parking.park(unknown)
        _climb(found, threads)


def conversations_of(arrivals: Iterable[Told]) -> set[int]:
    """The conversations that these statuses will change, for those who must lock them all at once."""
    return set(_told(arrivals).values_list("message__conversation_id", flat=True))


def apply_parked(*attempts: Attempt) -> None:
    """What Meta said of these before their answers were stored. Call it in the transaction that stores them."""
    if parked := parking.of(attempts):
        _tell_again(parked)


def sweep() -> None:
    """Apply the parked statuses whose attempt is known by now; forget those that nobody can ever ask for."""
    for row in parking.ready():
        with transaction.atomic():
            _tell_again([row])
    parking.forget()


def _tell_again(rows: Sequence[ParkedStatus]) -> None:
    """What still has no attempt parks itself anew, with its age."""
    settle(*parking.take(rows))
    parking.keep_age(rows)


# --- finding -------------------------------------------------------------------------------------


def _told(arrivals: Iterable[Told]) -> QuerySet[Attempt]:
    """The attempts that they speak of, by wamid or by our own key."""
    wamids = {arrival.fact.wamid for arrival in arrivals}
    keys = {key for arrival in arrivals if (key := parking.key_of(arrival.fact.callback_data))}
    numbers = {arrival.number.pk for arrival in arrivals}
    return Attempt.objects.filter(
        Q(number_id__in=numbers, wamid__in=wamids) | Q(key__in=keys, number_id__in=numbers)
    )


def _attempts(arrivals: Iterable[Told]) -> Keyed:
    """The locked attempts by (number, wamid) and by our own key; `is_superseded` if their message has a later one."""
    later = Attempt.objects.filter(message=OuterRef("message"), n__gt=OuterRef("n"))
    rows = _told(arrivals).annotate(is_superseded=Exists(later))
    rows = rows.select_for_update(no_key=True, of=("self", "message")).select_related("message")
    found: Keyed = {}
    shared: dict[int, Message] = {}
    for attempt in rows.order_by("pk"):
        attempt.message = shared.setdefault(attempt.message_id, attempt.message)
        if attempt.wamid:
            found[attempt.number_id, attempt.wamid] = attempt
        found[attempt.key] = attempt
    return found


def _attempt_of(arrival: Told, attempts: Keyed) -> Attempt | None:
    fact = arrival.fact
    if attempt := attempts.get((arrival.number.pk, fact.wamid)):
        return attempt
    key = parking.key_of(fact.callback_data)
    attempt = attempts.get(key) if key else None
    if attempt is None or attempt.number_id != arrival.number.pk:
        return None
    return attempt if attempt.wamid in ("", fact.wamid) else None


# --- climbing ------------------------------------------------------------------------------------


def _climb(found: Sequence[tuple[Told, Attempt]], threads: dict[int, Conversation]) -> None:
    """`threads`: the conversations that were locked for it."""
    attempts: dict[int, Attempt] = {}
    messages: dict[int, Message] = {}
    told: list[tuple[Told, Message]] = []
    for arrival, attempt in found:
        if _tell_attempt(attempt, arrival.fact):
            attempts[attempt.pk] = attempt
        if attempt.is_superseded:  # type: ignore[attr-defined]
            continue  # the agent sent it again: the message speaks of the new attempt
        if _tell_message(attempt.message, arrival.fact):
            messages[attempt.message_id] = attempt.message
            told.append((arrival, attempt.message))
    update_rows(list(attempts.values()), ATTEMPT_COLUMNS)
    update_rows(list(messages.values()), MESSAGE_COLUMNS)
    if messages:
        _tell_conversations(told, threads)


def _tell_attempt(attempt: Attempt, fact: StatusUpdate) -> bool:
    before = (attempt.status, attempt.outcome, attempt.error_code, attempt.wamid)
    attempt.status = statuses.settled(attempt.status, statuses.FROM_META[fact.status])
    if attempt.outcome == Outcome.UNKNOWN:  # Meta knows it, so Meta took it
        attempt.outcome, attempt.finished_at = Outcome.ACCEPTED, attempt.finished_at or fact.at
    attempt.wamid = attempt.wamid or fact.wamid
    if fact.status == "failed" and fact.errors and attempt.error_code is None:
        attempt.error_code, attempt.error_details = _error(fact)
    return before != (attempt.status, attempt.outcome, attempt.error_code, attempt.wamid)


def _tell_message(message: Message, fact: StatusUpdate) -> bool:
    """Each rung keeps its time, the first that was told; a later or repeated status lowers and wipes nothing."""
    column = TIMES[fact.status]
    known_at = getattr(message, column)
    pricing = _pricing(message.pricing, fact)
    rung = statuses.settled(message.status, statuses.FROM_META[fact.status])
    is_earlier = known_at is None or fact.at < known_at
    if not is_earlier and rung == message.status and pricing == message.pricing:
        return False
    if message.status == statuses.UNKNOWN:
        message.error_code, message.error_details = None, ""  # the call's trouble is over
    if fact.status == "failed" and fact.errors and (is_earlier or message.error_code is None):
        message.error_code, message.error_details = _error(fact)
    if is_earlier:
        setattr(message, column, fact.at)
    message.status, message.pricing = rung, pricing
    message.wamid = message.wamid or fact.wamid
    message.accepted_at = message.accepted_at or fact.at
    return True


def _error(fact: StatusUpdate) -> tuple[int, str]:
    error = fact.errors[0]
    return error.code, error.details or error.message or error.title


def _pricing(known: dict[str, Any] | None, fact: StatusUpdate) -> dict[str, Any] | None:
    """Meta's own words. A later status may say less (the end of a conversation comes with `sent` only): all is kept."""
    told = {part: fact.raw[part] for part in ("pricing", "conversation") if fact.raw.get(part)}
    if not told:
        return known
    merged = dict(known or {})
    for part, words in told.items():
        old = merged.get(part)
        merged[part] = (
            words | old if isinstance(words, dict) and isinstance(old, dict) else old or words
        )
    return merged


# --- the thread and the number ---------------------------------------------------------------------


def _tell_conversations(
    told: Sequence[tuple[Told, Message]], locked: dict[int, Conversation]
) -> None:
    moved = {message.conversation_id for _arrival, message in told} - locked.keys()  # by a merge
    threads = locked | (lanes.locked(moved) if moved else {})
    changed: dict[int, set[Message]] = defaultdict(set)
    failed: set[int] = set()
    for arrival, message in told:
        conversation = threads[message.conversation_id]
        conversation.number = arrival.number
        _bill(conversation, message, arrival.fact)
        if arrival.fact.status == "failed":
            _note_failure(conversation, arrival)
            failed.add(conversation.pk)
        changed[conversation.pk].add(message)
        is_last = (
            conversation.last_direction == Direction.OUT and message.at >= conversation.last_at
        )
        if is_last and message.kind != "reaction":
            conversation.last_status, conversation.last_error = message.status, message.error_code
    update_rows([threads[pk] for pk in sorted(changed)], CONVERSATION_COLUMNS)
    quoted = Message.objects.in_bulk(
        {m.quoted_id for ms in changed.values() for m in ms if m.kind == "reaction" and m.quoted_id}
    )
    for pk, messages in changed.items():
        shown = [quoted.get(m.quoted_id, m) if m.kind == "reaction" else m for m in messages]
        publish = live.publish if pk in failed else live.publish_messages
        publish("message.settled", threads[pk], *sorted(shown, key=lambda row: row.pk))


def _bill(conversation: Conversation, message: Message, fact: StatusUpdate) -> None:
    """The billed conversation that this message stands in: Meta's word, else our own rule for the 2022 plan."""
    if fact.status not in ("sent", "delivered"):
        return
    pricing = fact.pricing
    if pricing and pricing.conversation_expires_at:
        if (
            conversation.billed_until is None
            or pricing.conversation_expires_at > conversation.billed_until
        ):
            conversation.billed_until = pricing.conversation_expires_at
            conversation.billed_origin = pricing.conversation_origin[:24]
        return
    if conversation.number.account.pricing_plan != PricingPlan.CONVERSATION_2022:
        return
    if fact.status == "delivered" and message.sent_at is not None:
        return  # counted when it was sent
    window = conversation.window.after_outbound(fact.at)
    conversation.billed_until, conversation.billed_origin = (
        window.billed_until,
        window.billed_origin,
    )


def _note_failure(conversation: Conversation, arrival: Told) -> None:
    fact = arrival.fact
    for error in fact.errors:
        if error.code == WINDOW_CLOSED:
            refused_at = conversation.window_refused_at
            conversation.window_refused_at = max(fact.at, refused_at) if refused_at else fact.at
        elif error.code == MARKETING_STOPPED:
            stopped = Contact.objects.filter(
                Q(marketing_said_at=None) | Q(marketing_said_at__lt=fact.at),
                pk=conversation.contact_id,
            ).update(marketing_stopped_at=fact.at, marketing_said_at=fact.at)
            if stopped:
                Consent.objects.get_or_create(
                    contact_id=conversation.contact_id,
                    at=fact.at,
                    source=ConsentSource.WHATSAPP,
                    defaults={"allows": False, "note": str(MARKETING_STOPPED)},
                )
        else:
            note_trouble(arrival.number, error.code, error.details or error.message or error.title)


def note_trouble(number: PhoneNumber, code: int, details: str) -> None:
    """An error that is not the message's own fault stops the number, or all that use the token."""
    rule = rule_for(code)
    if code == gates.SPAM_LIMIT:
        rest(number, until=timezone.now() + gates.SPAM_PAUSE)
    if code in HOLDS_NUMBER:
        hold(number, Verdict(outcome=Outcome.REFUSED, code=code, details=details, holds="number"))
    elif rule.scope == Scope.TOKEN and code:
        hold(number, Verdict(outcome=Outcome.REFUSED, code=code, details=details, holds="token"))
