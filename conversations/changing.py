"""People react to messages, edit and delete them. A change may come before its message: then it waits for it here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from django.db import transaction

from accounts.models import PhoneNumber
from conversations import lanes, latest, live, words
from conversations.arrivals import Arrival
from conversations.models import Conversation, Message, ParkedChange, Reaction
from whatsapp.facts import MessageEdited, MessageRevoked, ReactionChanged

ChangeFact: TypeAlias = ReactionChanged | MessageEdited | MessageRevoked

PAST: Final = {"reaction": "reacted", "edit": "edited", "revoke": "revoked"}


@transaction.atomic
def record_change(arrival: Arrival[ChangeFact]) -> None:
    """Apply a reaction, an edit or a deletion to its message, or keep it until the message comes."""
    change = _parked(arrival.fact, arrival.number)
    found = Message.objects.filter(number=arrival.number, wamid=change.target_wamid)
    conversation_id = found.values_list("conversation_id", flat=True).first()
    if conversation_id is None:
        ParkedChange.objects.bulk_create([change], ignore_conflicts=True)
        return
    conversation = lanes.one(conversation_id)
    message = found.get()
    if _apply(change, message, conversation):
        live.publish(f"message.{PAST[change.kind]}", conversation, message)


def targets(arrivals: Iterable[Arrival[ChangeFact]]) -> set[int]:
    """The conversations that these will change."""
    keys = {(a.number.pk, _target(a.fact)) for a in arrivals}
    if not keys:
        return set()
    rows = Message.objects.filter(
        number_id__in={number for number, _wamid in keys}, wamid__in={wamid for _n, wamid in keys}
    )
    return set(rows.values_list("conversation_id", flat=True))


def apply_parked(messages: Sequence[Message]) -> None:
    """These messages are new: what was said of them before they came happens now. Their threads are locked."""
    by_key = {(message.number_id, message.wamid): message for message in messages if message.wamid}
    waiting = ParkedChange.objects.filter(
        number_id__in={number for number, _wamid in by_key},
        target_wamid__in={wamid for _number, wamid in by_key},
    ).order_by("at", "pk")
    changed: dict[Conversation, set[Message]] = defaultdict(set)
    done = []
    for change in waiting:
        if message := by_key.get((change.number_id, change.target_wamid)):
            done.append(change.pk)
            if _apply(change, message, message.conversation):
                changed[message.conversation].add(message)
    if done:
        ParkedChange.objects.filter(pk__in=done).delete()
    for conversation, rows in changed.items():
        live.publish("message.changed", conversation, *rows)


def _target(fact: ChangeFact) -> str:
    return fact.target_wamid if isinstance(fact, ReactionChanged) else fact.original_wamid


def _parked(fact: ChangeFact, number: PhoneNumber) -> ParkedChange:
    change = ParkedChange(
        number=number,
        target_wamid=_target(fact),
        wamid=fact.wamid,
        at=fact.sent_at,
        is_ours=fact.echoed_to is not None,
    )
    match fact:
        case ReactionChanged():
            change.kind, change.body = (
                "reaction",
                {"emoji": fact.emoji, "is_history": fact.is_history},
            )
        case MessageEdited():
            change.kind, change.body = "edit", {"text": fact.text, "content": fact.content}
        case MessageRevoked():
            change.kind, change.body = "revoke", {}
    return change


def _apply(change: ParkedChange, message: Message, conversation: Conversation) -> bool:
    """False if the message knows something newer, or the same. The conversation is locked."""
    if change.kind == "reaction":
        _keep_window_open(change, conversation)
        return _react(change, message)
    if change.kind == "edit":
        if message.edited_at and message.edited_at >= change.at:
            return False
        earlier = message.with_words_kept()
        message.edited_at = change.at
        message.text = change.body["text"]
        message.content = change.body["content"] | earlier
        message.save(update_fields=["edited_at", "text", "content"])
        if (message.at, message.arrival) == (conversation.last_at, conversation.last_arrival):
            conversation.last_text = message.text[: latest.TEXT]
            conversation.save(update_fields=["last_text"])
        return True
    if message.revoked_at and message.revoked_at <= change.at:
        return False
    message.revoked_at = change.at
    message.save(update_fields=["revoked_at"])
    if (message.at, message.arrival) == (conversation.last_at, conversation.last_arrival):
        conversation.last_kind, conversation.last_text = words.REVOKED, ""
        conversation.save(update_fields=["last_kind", "last_text"])
    return True


def _keep_window_open(change: ParkedChange, conversation: Conversation) -> None:
    """A reaction is a message of the customer's, as far as the service window goes (whatsapp-platform.md 5)."""
    if change.is_ours or not change.body["emoji"] or change.body["is_history"]:
        return
    if conversation.last_inbound_at is None or change.at > conversation.last_inbound_at:
        conversation.last_inbound_at = change.at
        conversation.save(update_fields=["last_inbound_at"])


def _react(change: ParkedChange, message: Message) -> bool:
    emoji = str(change.body["emoji"])[:32]
    reaction, is_new = Reaction.objects.get_or_create(
        message=message, is_ours=change.is_ours, defaults={"emoji": emoji, "at": change.at}
    )
    if is_new:
        return bool(emoji)
    if reaction.at > change.at or (reaction.at == change.at and reaction.emoji == emoji):
        return False
    reaction.emoji, reaction.at, reaction.agent = emoji, change.at, None
    reaction.save(update_fields=["emoji", "at", "agent"])
    return True
