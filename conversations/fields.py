"""Custom fields: which there are, and what stands in them for one contact or conversation."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.text import slugify

from accounts import audit, sockets
from accounts.models import Agent
from conversations import activity, lanes, live, typed
from conversations.field_values import columns_of, value_of, written
from conversations.models import Conversation, CustomField, FieldKind, FieldOwner, FieldValue
from conversations.refusals import NotTheirs, ValueUnclear
from events import journal

SHOWN = 80  # characters of a value in the line that tells of it
MOST = 60  # fields of one workspace and owner


class NameTaken(Exception):
    """Another field of the same owner has this name."""


class TooMany(Exception):
    """There is no room for one more."""


def define(
    *,
    of: str,
    name: str,
    kind: str,
    choices: Sequence[str],
    by: Agent,
    address: str | None = None,
) -> CustomField:
    """A new field, at the end. Its key is made of the name and stays for ever."""
    here = CustomField.objects.filter(workspace_id=by.workspace_id, of=of)
    if here.count() >= MOST:
        raise TooMany
    try:
        with transaction.atomic():
            field = CustomField.objects.create(
                workspace_id=by.workspace_id,
                of=of,
                name=name,
                key=_new_key(name, set(here.values_list("key", flat=True))),
                kind=kind,
                choices=list(choices) if kind == FieldKind.CHOICE else [],
                position=(here.aggregate(last=Max("position"))["last"] or 0) + 1,
            )
            audit.record(by, "field.created", name, address)
            _tell(field)
    except IntegrityError as taken:
        raise NameTaken from taken
    return field


def change(
    field_id: int, *, name: str, choices: Sequence[str], by: Agent, address: str | None = None
) -> CustomField:
    """Another name, other choices. Values that are no choice any more stay until somebody changes them."""
    try:
        with transaction.atomic():
            field = _locked(field_id, by)
            wanted = list(choices) if field.kind == FieldKind.CHOICE else []
            if (field.name, field.choices) == (name, wanted):
                return field
            was, field.name, field.choices = field.name, name, wanted
            field.save(update_fields=["name", "choices"])
            audit.record(by, "field.changed", name, address, was=was)
            _tell(field)
    except IntegrityError as taken:
        raise NameTaken from taken
    return field


@transaction.atomic
def move(field_id: int, *, step: int, by: Agent) -> None:
    """One place up (-1) or down (1) among the fields of its owner."""
    field = _locked(field_id, by)
    here = CustomField.objects.select_for_update().filter(workspace_id=by.workspace_id, of=field.of)
    rows = list(here.order_by("position", "pk"))
    at = next(n for n, row in enumerate(rows) if row.pk == field.pk)
    rows.insert(max(0, at + step), rows.pop(at))
    for position, row in enumerate(rows, 1):
        row.position = position
    CustomField.objects.bulk_update(rows, ["position"])
    _tell(field)


@transaction.atomic
def delete(field_id: int, *, by: Agent, address: str | None = None) -> None:
    """The field and all that stands in it."""
    field = _locked(field_id, by)
    field.delete()
    audit.record(by, "field.deleted", field.name, address)
    _tell(field)


def _tell(field: CustomField) -> None:
    """Open panels ask for the fields anew (static/js/lists.js)."""
    sockets.tell_staff(field.workspace_id, kind="lists", what="fields")


def _locked(field_id: int, by: Agent) -> CustomField:
    return CustomField.objects.select_for_update().get(pk=field_id, workspace_id=by.workspace_id)


def _new_key(name: str, taken: Collection[str]) -> str:
    stem = slugify(name, allow_unicode=False).replace("-", "_")[:32] or "field"
    if stem not in taken:
        return stem
    return next(key for n in range(2, MOST + 3) if (key := f"{stem}_{n}") not in taken)


@transaction.atomic
def set_value(
    conversation_id: int, *, field: CustomField, words: str, agent: Agent | None, at: datetime
) -> Conversation:
    """Put what was typed into the field of this conversation or of its contact; nothing empties it.

    Raises ValueUnclear in words. A contact's field changes in all of its conversations.
    """
    conversation = lanes.worked(conversation_id, agent)
    if field.workspace_id != conversation.workspace_id:
        raise NotTheirs(field.name)
    try:
        value = typed.read(field.kind, words, choices=field.choices)
    except typed.Unclear as unclear:
        raise ValueUnclear(
            field.name, unclear.kind, unclear.too_long, tuple(field.choices)
        ) from None
    of_contact = field.of == FieldOwner.CONTACT
    owner: dict[str, Any] = (
        {"contact_id": conversation.contact_id} if of_contact else {"conversation": conversation}
    )
    known = FieldValue.objects.filter(field=field, **owner).first()
    was = value_of(known, field.kind) if known else None
    if not _store(field, owner, value, known=known):
        return conversation
    touched = [conversation]
    if of_contact:
        others = Conversation.objects.filter(contact_id=conversation.contact_id)
        ids = others.exclude(pk=conversation.pk).values_list("pk", flat=True)
        touched += list(Conversation.objects.filter(pk__in=list(ids)).order_by("pk"))
    told = (field.name, _shown(was), _shown(value))
    line = activity.filed(conversation, at=at, by=agent, field=told)
    with journal.together():
        for one in touched:
            lines = [line] if one is conversation else []
            live.publish("conversation.field_set", one, *lines, actor=agent, field=field.pk)
    return conversation


def _shown(value: typed.Value | None) -> bool | str:
    return value if isinstance(value, bool) else written(value)[:SHOWN]


def _store(
    field: CustomField,
    owner: dict[str, Any],
    value: typed.Value | None,
    *,
    known: FieldValue | None,
) -> bool:
    """False if it stood there already. `known`: what stands there."""
    if value is None:
        if known is None:
            return False
        known.delete()
        return True
    columns = columns_of(field.kind, value)
    if known is not None and all(getattr(known, name) == is_ for name, is_ in columns.items()):
        return False
    FieldValue.objects.update_or_create(field=field, **owner, defaults=columns)
    return True
