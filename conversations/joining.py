"""Merging two contacts by hand, and splitting one: which threads and ids go where, shown before it is done.

How two become one stands in merging.py, for this and for what WhatsApp tells us.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.models import Agent
from conversations import access, activity, lanes, live, merging
from conversations.contacting import DETAILS
from conversations.models import Block, Contact, Conversation, Identifier, IdentifierKind
from events import journal


class NotWhole(Exception):
    """The agent does not see every conversation of them, so they may not decide who it is."""


class NothingLeft(ValueError):
    """A split that leaves one of the two without an id, or moves nothing."""


class SamePerson(ValueError):
    """A contact cannot be merged with itself."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both have something else in this column."""

    column: str
    older: str
    newer: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What merging would do: `older` stays. `joined`: threads with the same number become one; `moved`: the others."""

    older: Contact
    newer: Contact
    joined: list[Conversation]
    moved: list[Conversation]
    identifiers: list[Identifier]
    conflicts: list[Conflict]


def preview(one: Contact, other: Contact, *, agent: Agent) -> Preview:
    """Raises SamePerson, NotWhole."""
    if one.pk == other.pk:
        raise SamePerson
    older, newer = sorted((one, other), key=lambda contact: contact.pk)
    for contact in (older, newer):
        if contact.erased_at is not None or not sees_all_of(agent, contact):
            raise NotWhole
    numbers = set(older.conversations.values_list("number", flat=True))
    theirs = list(newer.conversations.select_related("number"))
    return Preview(
        older=older,
        newer=newer,
        joined=[thread for thread in theirs if thread.number_id in numbers],
        moved=[thread for thread in theirs if thread.number_id not in numbers],
        identifiers=list(newer.identifiers.order_by("pk")),
        conflicts=[
            Conflict(column, getattr(older, column), getattr(newer, column))
            for column in DETAILS
            if getattr(older, column)
            and getattr(newer, column)
            and getattr(older, column) != getattr(newer, column)
        ],
    )


def sees_all_of(agent: Agent, contact: Contact) -> bool:
    hidden = Conversation.objects.filter(contact=contact).exclude(
        pk__in=access.conversations(agent).filter(contact=contact).order_by().values("pk")
    )
    return not hidden.exists()


@transaction.atomic
def merge(
    one_id: int,
    other_id: int,
    *,
    agent: Agent,
    newer_wins: Collection[str],
    at: datetime,
    address: str | None = None,
) -> Contact:
    """Make them one. `newer_wins`: columns in conflict whose value is that of the newer contact.

    Raises SamePerson, NotWhole, and Contact.DoesNotExist if a webhook or a colleague was faster.
    """
    pair = {one_id, other_id}
    rows = list(Contact.objects.select_for_update().filter(pk__in=pair).order_by("pk"))
    if len(pair) == 1:
        raise SamePerson
    if len(rows) < 2:
        raise Contact.DoesNotExist
    shown = preview(*rows, agent=agent)
    joined = shown.newer.pk  # gone once they are one
    chosen = {c.column: c.newer for c in shown.conflicts if c.column in newer_wins}
    with journal.together():
        kept = merging.merge(rows)
        _keep(kept, chosen)
        _say(kept, "merged", agent, at)
    audit.record(agent, "contact.merged", f"#{kept.pk}", address, joined=f"#{joined}")
    return kept


def _keep(contact: Contact, chosen: Mapping[str, str]) -> None:
    for column, value in chosen.items():
        setattr(contact, column, value)
    if chosen:
        contact.save(update_fields=list(chosen))


def _say(contact: Contact, act: str, agent: Agent, at: datetime) -> None:
    ids = Conversation.objects.filter(contact=contact).values_list("pk", flat=True)
    for conversation in lanes.locked(ids).values():
        line = activity.line(conversation, act, at=at, by=agent)
        live.publish(f"contact.{act}", conversation, line, actor=agent)


@transaction.atomic
def split(
    contact_id: int,
    *,
    agent: Agent,
    identifiers: Collection[int],
    conversations: Collection[int],
    name: str,
    at: datetime,
    address: str | None = None,
) -> Contact:
    """These ids and threads become a contact of their own. Raises NothingLeft, NotWhole."""
    contact = Contact.objects.select_for_update().get(pk=contact_id)
    if contact.erased_at is not None or not sees_all_of(agent, contact):
        raise NotWhole
    ids = list(contact.identifiers.select_for_update().order_by("pk"))
    going = [row for row in ids if row.pk in identifiers]
    staying = [row for row in ids if row.pk not in identifiers]
    if not _reachable(going) or not _reachable(staying):
        raise NothingLeft
    theirs = Conversation.objects.filter(contact=contact).values_list("pk", flat=True)
    threads = lanes.locked(theirs)
    fresh = Contact.objects.create(
        workspace_id=contact.workspace_id, name=name, language=contact.language, added_by=agent
    )
    Identifier.objects.filter(pk__in=[row.pk for row in going]).update(contact=fresh)
    moved = [thread for pk, thread in threads.items() if pk in conversations]
    for thread in moved:
        thread.contact = fresh
        thread.save(update_fields=["contact"])
    numbers = [thread.number_id for thread in moved]
    Block.objects.filter(contact=contact, number__in=numbers).update(contact=fresh)
    _address(fresh, going)
    _address(contact, staying)
    audit.record(agent, "contact.split", f"#{contact.pk}", address, left=f"#{fresh.pk}")
    with journal.together():
        _say(fresh, "split", agent, at)
        for thread in threads.values():
            if thread not in moved:
                live.publish("contact.changed", thread, actor=agent)
    return fresh


def _reachable(ids: Collection[Identifier]) -> bool:
    """Whether one of them is still the person's own."""
    return any(row.moved_at is None for row in ids)


def _address(contact: Contact, ids: Collection[Identifier]) -> None:
    """The columns that we send to repeat the latest ids."""

    def latest(kind: str) -> str:
        values = [row.value for row in ids if row.kind == kind and row.moved_at is None]
        return values[-1] if values else ""

    contact.phone = latest(IdentifierKind.WA_ID)
    contact.user_id = latest(IdentifierKind.USER_ID)
    contact.save(update_fields=["phone", "user_id"])
