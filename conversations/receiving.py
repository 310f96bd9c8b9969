"""What people wrote to us becomes messages in their threads: in bulk, once, whatever the order of arrival."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final, TypeAlias

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from conversations import (
    changing,
    coming_back,
    identity,
    lanes,
    latest,
    live,
    media,
    rule_running,
    statuses,
    surveying,
    tasks,
)
from conversations.arrivals import Arrival
from conversations.bulk import update_rows
from conversations.models import (
    Contact,
    Conversation,
    ConversationStatus,
    Direction,
    MediaFile,
    Message,
    RuleRun,
    Source,
)
from events.committing import afterwards
from whatsapp.facts import InboundMessage, MessageEchoed, Person

Said: TypeAlias = "Arrival[InboundMessage] | Arrival[MessageEchoed]"
Known: TypeAlias = dict[tuple[int, str], Message]

PLACEHOLDER: Final = "media_placeholder"  # history: the file follows under the same wamid
LINES: Final = frozenset({"system", "request_welcome"})  # nobody waits for an answer to these
COLUMNS: Final = [
    "status", "resolved_at", "reason", "source", "last_at", "last_kind", "last_text", "last_direction",
    "last_status", "last_error", "last_arrival", "inbound_count", "waiting_since",
    "last_inbound_at", "last_inbound_wamid", "snoozed_until",
]  # fmt: skip


@transaction.atomic
def record_messages(arrivals: Sequence[Said], *, also_lock: Iterable[int] = ()) -> None:
    """Store what is new of these messages and show it; repeats change nothing. The number of queries does not grow.

    `also_lock`: conversations that the caller will change next in this transaction: all are locked in one order.
    """
    arrivals = sorted(arrivals, key=lambda arrival: (arrival.fact.sent_at, arrival.order))
    contacts = identity.contacts_for(
        [
            identity.Sighting(arrival.number.workspace_id, _person(arrival), arrival.fact.sent_at)
            for arrival in arrivals
        ]
    )
    threads = lanes.opened(_lanes(arrivals, contacts), also=also_lock)
    known = _known(arrivals)
    messages = _new_messages(arrivals, contacts, threads, known)
    _fill_placeholders(arrivals, known)
    if not messages:
        return
    _store(messages)
    batches: dict[int, list[Message]] = defaultdict(list)
    for message in messages:
        batches[message.conversation_id].append(message)
    changed = [thread for thread in threads.values() if thread.pk in batches]
    answered = _answered_from_the_phone(changed, batches)
    begins = _begins(changed, batches)
    resolved = {conversation.pk for conversation in changed if conversation.is_resolved}
    stood = {conversation.pk: _stand(conversation) for conversation in changed}
    renamed = {contact.pk for contact in contacts if contact.has_new_profile}
    for conversation in changed:
        for message in batches[conversation.pk]:
            _advance(conversation, message, answered.get(conversation.pk))
    update_rows(changed, COLUMNS)
    _fetch_soon(messages)
    reopened = [one for one in changed if one.pk in resolved and not one.is_resolved]
    passed = coming_back.pass_on(reopened, at=timezone.now())
    surveying.take(messages)
    for conversation in changed:
        batch = batches[conversation.pk]
        is_ours = all(message.direction == Direction.OUT for message in batch)
        kind = "message.echoed" if is_ours else "message.received"
        line, was = passed.get(conversation.pk, (None, None))
        if (
            line
            or stood[conversation.pk] != _stand(conversation)
            or conversation.contact_id in renamed
            or any(surveying.rated(message) for message in batch)
        ):
            live.publish(kind, conversation, *batch, *([line] if line else []), was=was)
        else:
            live.publish_messages(kind, conversation, *batch)
    ruled = _ask_rules_soon(begins)
    _hand_out_soon(one for one in changed if one.workspace_id not in ruled)
    _tell_soon(messages)
    changing.apply_parked(messages)


def _person(arrival: Said) -> Person:
    fact = arrival.fact
    return fact.sender if isinstance(fact, InboundMessage) else fact.recipient


def _lanes(arrivals: Sequence[Said], contacts: Sequence[Contact]) -> lanes.Wanted:
    found: lanes.Wanted = {}
    for arrival, contact in zip(arrivals, contacts, strict=True):
        lane = (contact.pk, arrival.number.pk)
        found.setdefault(lane, (contact, arrival.number, arrival.fact.sent_at))
    return found


# --- messages ------------------------------------------------------------------------------------


def _known(arrivals: Sequence[Said]) -> Known:
    rows = Message.objects.filter(
        number_id__in={arrival.number.pk for arrival in arrivals},
        wamid__in={arrival.fact.wamid for arrival in arrivals},
    ).only("number_id", "wamid", "kind", "conversation_id")
    return {(row.number_id, row.wamid): row for row in rows}


def _new_messages(
    arrivals: Sequence[Said],
    contacts: Sequence[Contact],
    threads: dict[lanes.Lane, Conversation],
    known: Known,
) -> list[Message]:
    new: Known = {}
    for arrival, contact in zip(arrivals, contacts, strict=True):
        key = (arrival.number.pk, arrival.fact.wamid)
        if key not in known and key not in new:
            new[key] = _message(arrival, threads[contact.pk, arrival.number.pk])
    return list(new.values())


def _message(arrival: Said, conversation: Conversation) -> Message:
    fact = arrival.fact
    message = Message(
        workspace_id=arrival.number.workspace_id,
        conversation=conversation,
        number=arrival.number,
        kind=fact.kind[:24],
        text=fact.text,
        content=fact.content,
        at=fact.sent_at,
        arrival=arrival.order,
        wamid=fact.wamid,
        quoted_wamid=fact.quoted_wamid,
        raw=fact.raw,
        source="history" if fact.is_history else "phone",
        media=media.wanted_file(fact.media, arrival.number) if fact.media else None,
    )
    if fact.errors:
        error = fact.errors[0]
        message.error_code = error.code
        message.error_details = error.details or error.message or error.title
    if isinstance(fact, MessageEchoed):
        message.direction = Direction.OUT
        message.status = statuses.FROM_META.get(fact.history_status.lower(), statuses.SENT)
        message.sent_at = fact.sent_at
    else:
        message.direction = Direction.SYSTEM if fact.kind in LINES else Direction.IN
        message.status = statuses.RECEIVED
        message.is_forwarded = fact.is_forwarded
        message.referral = asdict(fact.referral) if fact.referral else None
    return message


def _store(messages: list[Message]) -> None:
    """The files, the messages, and the quotes between them and those that we have."""
    MediaFile.objects.bulk_create([message.media for message in messages if message.media])
    numbers = {message.number_id for message in messages}
    quoted = {message.quoted_wamid for message in messages if message.quoted_wamid}
    if quoted:
        rows = Message.objects.filter(number_id__in=numbers, wamid__in=quoted)
        ids = {
            (number, wamid): pk
            for pk, number, wamid in rows.values_list("pk", "number_id", "wamid")
        }
        for message in messages:
            message.quoted_id = ids.get((message.number_id, message.quoted_wamid))
    for message in messages:
        message.media = message.media  # its id is known by now
    Message.objects.bulk_create(messages)
    new = {(message.number_id, message.wamid): message.pk for message in messages}
    waiting = list(
        Message.objects.filter(
            number_id__in=numbers, quoted=None, quoted_wamid__in=[wamid for _number, wamid in new]
        ).exclude(quoted_wamid="").only("number_id", "quoted_wamid").order_by("pk")
    )  # fmt: skip
    for message in waiting:
        message.quoted_id = new.get((message.number_id, message.quoted_wamid))
    update_rows(waiting, ["quoted"])


def _fill_placeholders(arrivals: Sequence[Said], known: Known) -> None:
    """The phone app's history names a file first and hands it over later, under the same wamid."""
    for arrival in arrivals:
        fact = arrival.fact
        message = known.get((arrival.number.pk, fact.wamid))
        if message is None or message.kind != PLACEHOLDER or fact.kind == PLACEHOLDER:
            continue
        message.kind, message.text, message.content = fact.kind[:24], fact.text, fact.content
        if fact.media:
            message.media = media.wanted_file(fact.media, arrival.number)
            message.media.save(force_insert=True)
            message.media = message.media
            _fetch_soon([message])
        message.save(update_fields=["kind", "text", "content", "media"])
        live.publish("message.filled", lanes.one(message.conversation_id), message)


def _fetch_soon(messages: Iterable[Message]) -> None:
    """Robust: without Redis the sweep finds them."""
    for message in messages:
        if message.media_id:
            afterwards(tasks.fetch_media.apply_async, (message.media_id,), retry=False)


def _begins(
    conversations: Iterable[Conversation], batches: dict[int, list[Message]]
) -> list[RuleRun]:
    """Conversations that a customer opens with these messages: for the first time, or after they were resolved."""
    found = []
    for conversation in conversations:
        is_new = conversation.inbound_count == 0
        if not is_new and not conversation.is_resolved:
            continue
        said = [message for message in batches[conversation.pk] if _asks(message)]
        if said:
            found.append(RuleRun(message=said[0], is_new=is_new))
    return found


def _ask_rules_soon(runs: list[RuleRun]) -> set[int]:
    """Written down first; the bell rings after the commit. The workspaces whose rules will be asked."""
    if not runs:
        return set()
    ruled = rule_running.wanted(run.message.workspace_id for run in runs)
    asked = [run for run in runs if run.message.workspace_id in ruled]
    RuleRun.objects.bulk_create(asked)
    for run in asked:
        afterwards(tasks.run_rules.apply_async, (run.pk,), retry=False)
    return {run.message.workspace_id for run in asked}


def _hand_out_soon(conversations: Iterable[Conversation]) -> None:
    """To whom it goes is found outside of this; without Redis the sweep does it."""
    found = {one.workspace_id for one in conversations if one.team_id and not one.assignee_id}
    for workspace_id in found:
        afterwards(tasks.hand_out.apply_async, (workspace_id,), retry=False)


def _tell_soon(messages: Iterable[Message]) -> None:
    """Sounds and notices, by a worker: nothing waits for them, and without Redis they are only missed."""
    ids = [message.pk for message in messages if _asks(message)]
    if ids:
        afterwards(tasks.tell_messages.apply_async, (ids,), retry=False, expires=tasks.NEWS_SECONDS)


def _asks(message: Message) -> bool:
    """Whether a customer wants something by it now, and not only answers our question how it was."""
    return (
        message.direction == Direction.IN
        and message.source != "history"
        and not surveying.rated(message)
    )


def _stand(conversation: Conversation) -> tuple[object, ...]:
    """What the header and the panel say of a conversation and a message may change."""
    return (
        conversation.status,
        conversation.waiting_since,
        conversation.snoozed_until,
        conversation.reason_id,
        bool(conversation.last_kind),  # nobody has seen a new one yet
    )


# --- the thread ----------------------------------------------------------------------------------


def _advance(conversation: Conversation, message: Message, answered_at: datetime | None) -> None:
    """What this message does to its thread. Each part looks at WhatsApp's times only, never at the order of arrival."""
    _keep_last(conversation, message)
    if message.direction == Direction.SYSTEM or message.source == "history":
        return
    if message.direction == Direction.OUT:
        _note_echo(conversation, message)
        return
    conversation.inbound_count += 1
    if conversation.last_inbound_at is None or message.at >= conversation.last_inbound_at:
        conversation.last_inbound_at = message.at
        conversation.last_inbound_wamid = message.wamid
    if surveying.rated(message):
        return  # it opens the window, but nobody waits for an answer to it
    if answered_at is None or message.at > answered_at:
        conversation.waiting_since = min(message.at, conversation.waiting_since or message.at)
    conversation.status = ConversationStatus.OPEN
    conversation.resolved_at = conversation.snoozed_until = conversation.reason_id = None


def _keep_last(conversation: Conversation, message: Message) -> None:
    """What the list shows: the latest message, not the last to arrive."""
    if message.direction == Direction.SYSTEM:
        return
    is_first = not conversation.last_kind
    position = (message.at, message.arrival)
    if not is_first and position < (conversation.last_at, conversation.last_arrival):
        return
    if is_first:
        conversation.source = _begun_by(message)
    conversation.last_at, conversation.last_arrival = position
    latest.show(conversation, message)
    conversation.last_error = None  # what Meta says of a customer's message is no failure of ours


def _begun_by(message: Message) -> str:
    if message.direction == Direction.OUT:
        return Source.US
    return Source.AD if message.referral else Source.CUSTOMER


def _note_echo(conversation: Conversation, message: Message) -> None:
    """Somebody answered from the phone app: what was said before is answered, what came after still waits."""
    if conversation.waiting_since is None or conversation.waiting_since > message.at:
        return
    conversation.waiting_since = None
    if conversation.last_inbound_at and conversation.last_inbound_at > message.at:
        later = conversation.messages.inbound().filter(at__gt=message.at).exclude(source="history")
        conversation.waiting_since = later.order_by("at").values_list("at", flat=True).first()


def _answered_from_the_phone(
    conversations: Iterable[Conversation], batches: dict[int, list[Message]]
) -> dict[int, datetime]:
    """When the phone app last answered, of the threads to which something old has come late."""
    late = [
        conversation.pk
        for conversation in conversations
        if conversation.last_kind
        and any(message.at < conversation.last_at for message in batches[conversation.pk])
    ]
    if not late:
        return {}
    echoes = Message.objects.filter(
        conversation_id__in=late, direction=Direction.OUT, source="phone"
    )
    rows = echoes.order_by().values("conversation_id").annotate(latest=Max("at"))
    return {row["conversation_id"]: row["latest"] for row in rows}
