"""Two contacts turn out to be one person: everything moves to the older one, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, TypeAlias

from django.db.models import F

from accounts.seats import Place, groups_for
from conversations import live
from conversations.models import (
    Block,
    Contact,
    Conversation,
    ConversationStatus,
    FieldValue,
    Identifier,
    ReadMark,
    Scheduled,
)
from events import journal
from events import live as pipe

# What points at the two and moves. A test fails when a new table does, until somebody has thought of it here.
MOVED_WITH_CONTACTS: Final = frozenset(
    {"identifiers", "conversations", "consents", "notes", "blocks", "field_values"}
)
MOVED_WITH_CONVERSATIONS: Final = frozenset(
    {"messages", "read_marks", "field_values", "scheduled", "surveys"}
)
Mover: TypeAlias = Callable[[int, int], None]  # the conversation that stays, the one that goes
_elsewhere: dict[str, Mover] = {}
SHOWN_AT_ONCE: Final = 200


def also(relation: str, move: Mover) -> None:
    """What another app keeps of conversations, under this name: called before the one that goes is gone."""
    _elsewhere[relation] = move


def moved_elsewhere() -> frozenset[str]:
    return frozenset(_elsewhere)


def merge(contacts: Sequence[Contact]) -> Contact:
    """One of them, the oldest, with all that the others had. Call inside a transaction."""
    keep, *others = sorted(contacts, key=lambda contact: contact.pk)
    for other in others:
        _merge(keep, other)
    return keep


def _merge(keep: Contact, gone: Contact) -> None:
    pair = [keep.pk, gone.pk]
    list(Contact.objects.select_for_update().filter(pk__in=pair).order_by("pk"))
    theirs = {}
    moving = []
    locked = Conversation.objects.select_for_update(no_key=True, of=("self",))
    for conversation in locked.filter(contact_id__in=pair).order_by("pk"):
        if conversation.contact_id == keep.pk:
            theirs[conversation.number_id] = conversation
        else:
            moving.append(conversation)
    Identifier.objects.filter(contact=gone).update(contact=keep)
    _move_what_was_said(keep, gone)
    for conversation in moving:
        if kept := theirs.get(conversation.number_id):
            _join(kept, conversation)
        else:
            conversation.contact = keep
            conversation.save(update_fields=["contact"])
            live.publish("conversation.moved", conversation)
    _fill(keep, gone)
    gone.delete()


def _move_what_was_said(keep: Contact, gone: Contact) -> None:
    """Notes, consents, blocks and fields; where both have the same, that of the one who stays."""
    gone.notes.update(contact=keep)
    known = set(keep.consents.values_list("at", "source"))
    for consent in gone.consents.all():
        if (consent.at, consent.source) not in known:
            consent.contact = keep
            consent.save(update_fields=["contact"])
    blocked = Block.objects.filter(contact=keep).values("number")
    Block.objects.filter(contact=gone).exclude(number__in=blocked).update(contact=keep)
    filled = FieldValue.objects.filter(contact=keep).values("field")
    FieldValue.objects.filter(contact=gone).exclude(field__in=filled).update(contact=keep)


def _fill(keep: Contact, gone: Contact) -> None:
    """What an agent wrote, and the customer's own will about marketing, outlive the merger."""
    newer = _is_later(gone.profile_at, keep.profile_at)
    for column in ("profile_name", "username", "phone", "user_id"):
        if getattr(gone, column) and (newer or not getattr(keep, column)):
            setattr(keep, column, getattr(gone, column))
    for column in ("name", "language", "email", "company"):
        setattr(keep, column, getattr(keep, column) or getattr(gone, column))
    keep.profile_at = gone.profile_at if newer else keep.profile_at
    if _is_later(gone.marketing_said_at, keep.marketing_said_at):
        keep.marketing_stopped_at = gone.marketing_stopped_at
        keep.marketing_said_at = gone.marketing_said_at
    keep.save(
        update_fields=[
            "profile_name", "username", "phone", "user_id", "name", "language", "email", "company",
            "profile_at", "marketing_stopped_at", "marketing_said_at",
        ]
    )  # fmt: skip


def _join(kept: Conversation, gone: Conversation) -> None:
    """Two threads with one number become one, in the order of time."""
    moved = list(gone.messages.order_by("-at", "-arrival", "-pk")[:SHOWN_AT_ONCE])
    gone.messages.update(conversation=kept)
    gone.scheduled.update(conversation=kept)
    Scheduled.objects.filter(conversation=gone).update(conversation=kept, inbound_seen=0)
    seen = {mark.agent_id: mark for mark in ReadMark.objects.filter(conversation=kept)}
    for mark in ReadMark.objects.filter(conversation=gone):
        if mine := seen.get(mark.agent_id):
            mine.seen_count = F("seen_count") + mark.seen_count
            mine.save(update_fields=["seen_count"])
        else:
            mark.conversation = kept
            mark.save(update_fields=["conversation"])
    kept.labels.add(*gone.labels.all())
    filled = FieldValue.objects.filter(conversation=kept).values("field")
    FieldValue.objects.filter(conversation=gone).exclude(field__in=filled).update(conversation=kept)
    asked = kept.surveys.values("resolved_at")
    gone.surveys.exclude(resolved_at__in=asked).update(conversation=kept)
    for move in _elsewhere.values():
        move(kept.pk, gone.pk)
    _join_columns(kept, gone)
    place, pk = gone.place, gone.pk
    gone.delete()
    journal.record(
        journal.Change(
            kind="conversation.merged",
            workspace_id=kept.workspace_id,
            subject=f"conversation:{pk}",
            rows=(),
            actor=None,
            show=_bury,
            facts={"into": kept.pk, "gone": pk, "was": place.facts},
        )
    )
    live.publish("conversation.joined", kept, *moved)


def _join_columns(kept: Conversation, gone: Conversation) -> None:
    later = max((kept, gone), key=lambda row: (row.last_at, row.last_arrival))
    for column in ("at", "kind", "text", "direction", "status", "error", "arrival"):
        setattr(kept, f"last_{column}", getattr(later, f"last_{column}"))
    kept.inbound_count += gone.inbound_count
    kept.scheduled_count += gone.scheduled_count
    kept.waiting_since = _first(kept.waiting_since, gone.waiting_since)
    if _is_later(gone.last_inbound_at, kept.last_inbound_at):
        kept.last_inbound_at = gone.last_inbound_at
        kept.last_inbound_wamid = gone.last_inbound_wamid
    if _is_later(gone.window_refused_at, kept.window_refused_at):
        kept.window_refused_at = gone.window_refused_at
    if _is_later(gone.billed_until, kept.billed_until):
        kept.billed_until, kept.billed_origin = gone.billed_until, gone.billed_origin
    if _is_later(gone.woke_at, kept.woke_at):
        kept.woke_at = gone.woke_at
    kept.priority = max(kept.priority, gone.priority)
    if gone.created_at < kept.created_at:
        kept.source = gone.source
    if _is_later(gone.pair_free_at, kept.pair_free_at):
        kept.pair_free_at = gone.pair_free_at
    kept.blocked_at = kept.blocked_at or gone.blocked_at
    kept.assignee_id = kept.assignee_id or gone.assignee_id
    if kept.status != ConversationStatus.OPEN and gone.status == ConversationStatus.OPEN:
        kept.status, kept.resolved_at = gone.status, gone.resolved_at
        kept.snoozed_until = kept.reason = None
    kept.save(
        update_fields=[
            "last_at", "last_kind", "last_text", "last_direction", "last_status", "last_error",
            "last_arrival", "inbound_count", "scheduled_count",
             "waiting_since", "last_inbound_at", "last_inbound_wamid",
            "window_refused_at", "billed_until", "billed_origin", "pair_free_at", "blocked_at", "assignee", "status",
            "resolved_at", "snoozed_until", "woke_at", "priority", "source", "reason",
        ]
    )  # fmt: skip


def _bury(changes: list[journal.Change]) -> None:
    """Take the row of a thread that is no more off every screen."""
    html: dict[str, str] = {}
    for change in changes:
        for group in groups_for(Place(change.workspace_id, *change.facts["was"])):
            for audience in live.audiences({change.workspace_id}):
                for name in pipe.lists_of(f"{group}.{audience.name}"):
                    html[name] = html.get(name, "") + live.tombstone(
                        change.facts["gone"], change.seq
                    )
    pipe.push(html)


def _is_later(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and (other is None or one > other)


def _first(*times: datetime | None) -> datetime | None:
    return min((time for time in times if time is not None), default=None)
