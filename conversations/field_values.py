"""What stands in the custom fields of contacts and conversations: from its column, and as a page shows it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from conversations import typed
from conversations.models import Conversation, CustomField, FieldKind, FieldOwner, FieldValue


@dataclass(frozen=True, slots=True)
class Shown:
    """A field as the panel shows it: with what stands in it, and that as an input wants it."""

    field: CustomField
    value: typed.Value | None
    written: str


def columns_of(kind: str, value: typed.Value) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"flag": value}
    if isinstance(value, Decimal):
        return {"number": value}
    if isinstance(value, date):
        return {"day": value}
    return {"text": value}


def value_of(row: FieldValue, kind: str) -> typed.Value | None:
    if kind == FieldKind.FLAG:
        return row.flag
    if kind == FieldKind.NUMBER:
        return None if row.number is None else plain(row.number)
    if kind == FieldKind.DATE:
        return row.day
    return row.text


def plain(number: Decimal) -> Decimal:
    """12, not 12.000000 and not 1.2E+1."""
    short = number.normalize()
    return short if short.as_tuple().exponent <= 0 else short.quantize(Decimal(1))  # type: ignore[operator]


def shown_for(conversations: Collection[Conversation]) -> dict[int, list[Shown]]:
    """The fields of each of these conversations and its contact: two queries, however many there are."""
    if not conversations:
        return {}
    workspaces = {one.workspace_id for one in conversations}
    every = list(CustomField.objects.filter(workspace_id__in=workspaces))
    if not every:
        return {}
    rows = FieldValue.objects.filter(
        Q(conversation__in=[one.pk for one in conversations])
        | Q(contact__in=[one.contact_id for one in conversations])
    )
    values = {(row.field_id, row.contact_id, row.conversation_id): row for row in rows}
    return {one.pk: [_shown(field, one, values) for field in every] for one in conversations}


def _shown(field: CustomField, one: Conversation, values: dict[Any, FieldValue]) -> Shown:
    of_contact = field.of == FieldOwner.CONTACT
    key = (field.pk, one.contact_id, None) if of_contact else (field.pk, None, one.pk)
    row = values.get(key)
    value = value_of(row, field.kind) if row else None
    return Shown(field, value, written(value))


def written(value: typed.Value | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)
