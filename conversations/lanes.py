"""A lane is the thread of one contact with one number: opened by the first word, locked in one order by everybody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypeAlias

from accounts.models import Agent, PhoneNumber
from conversations.models import Contact, Conversation
from conversations.refusals import InternalRole

Lane: TypeAlias = tuple[int, int]  # contact, number
Wanted: TypeAlias = dict[Lane, tuple[Contact, PhoneNumber, datetime]]


def locked(conversation_ids: Iterable[int]) -> dict[int, Conversation]:
    """The conversations, held until commit. Everybody locks in the order of ids, so nobody waits in a circle."""
    rows = Conversation.objects.select_for_update(no_key=True, of=("self",))
    return {row.pk: row for row in rows.filter(pk__in=set(conversation_ids)).order_by("pk")}


def worked(conversation_id: int, agent: Agent | None) -> Conversation:
    """The conversation, held for an act of this agent, or of a rule (None)."""
    if agent is not None and not agent.works_conversations:
        raise InternalRole
    rows = Conversation.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("number__account", "assignee").get(pk=conversation_id)


def one(conversation_id: int) -> Conversation:
    return locked([conversation_id])[conversation_id]


def opened(lanes: Wanted, *, also: Iterable[int] = ()) -> dict[Lane, Conversation]:
    """The locked conversation of each lane, made where there is none. `also`: others to lock at the same time."""
    known = _known(lanes)
    if missing := sorted(lanes.keys() - known.keys()):
        Conversation.objects.bulk_create(
            [_new(*lanes[lane]) for lane in missing], ignore_conflicts=True
        )
        known = _known(lanes)
    rows = locked([*known.values(), *also])
    found: dict[Lane, Conversation] = {}
    for lane, pk in known.items():
        conversation = rows[pk]
        conversation.contact, conversation.number = lanes[lane][:2]
        found[lane] = conversation
    return found


def _known(lanes: Iterable[Lane]) -> dict[Lane, int]:
    wanted = set(lanes)
    rows = Conversation.objects.filter(
        contact_id__in={contact for contact, _number in wanted},
        number_id__in={number for _contact, number in wanted},
    ).values_list("contact_id", "number_id", "pk")
    return {(contact, number): pk for contact, number, pk in rows if (contact, number) in wanted}


def _new(contact: Contact, number: PhoneNumber, at: datetime) -> Conversation:
    return Conversation(
        workspace_id=number.workspace_id,
        contact=contact,
        number=number,
        team_id=number.team_id,
        last_at=at,
    )
