"""The rules of conversations/filters.py as SQL, for one agent at one moment."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import reduce
from operator import and_, or_
from typing import Final

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Left, Lower
from django.utils import timezone

from accounts.models import Agent
from accounts.zones import midnight
from conversations.filters import Condition, Group, Part
from conversations.models import (
    Contact,
    Conversation,
    CustomField,
    FieldKind,
    FieldOwner,
    FieldValue,
    ReadMark,
)

SOON: Final = timedelta(hours=2)  # as static/js/clock.js colours it
NOTHING: Final = Q(pk__in=[])


def wanted(group: Group, *, agent: Agent, at: datetime) -> Q:
    """Rows for which the tree holds. One query more if it asks for custom fields."""
    ids = {one.field_id for one in group.conditions if one.field_id is not None}
    here = CustomField.objects.filter(workspace_id=agent.workspace_id)
    fields = here.in_bulk(list(ids)) if ids else {}
    return _part(group, _Asked(agent, at, fields))


class _Asked:
    """Who asks, when, and the fields that are asked for."""

    def __init__(self, agent: Agent, at: datetime, fields: dict[int, CustomField]) -> None:
        self.agent, self.at, self.fields = agent, at, fields


def _part(part: Part, asked: _Asked) -> Q:
    if isinstance(part, Condition):
        return _condition(part, asked)
    parts = [_part(one, asked) for one in part.parts]
    return reduce(and_ if part.every else or_, parts) if parts else Q()


def _condition(one: Condition, asked: _Asked) -> Q:
    if one.field_id is not None:
        return _field(one, asked)
    if one.op in ("is", "not"):
        found = _one_of(one, asked)
        return ~found if one.op == "not" else found
    if one.subject == "waiting":
        return Q(waiting_since__isnull=one.op == "no")
    if one.subject == "unread":
        return _unread(asked) if one.op == "yes" else ~_unread(asked)
    column = {"created": "created_at", "last": "last_at"}[one.subject]
    return _moment(column, one, asked)


def _unread(asked: _Asked) -> Q:
    """Something came that this agent has not seen; what was never opened has no mark."""
    seen = ReadMark.objects.filter(
        agent=asked.agent, conversation=OuterRef("pk"), seen_count__gte=OuterRef("inbound_count")
    )
    return Q(inbound_count__gt=0) & ~Q(Exists(seen))


def _one_of(one: Condition, asked: _Asked) -> Q:
    ids = [int(value) for value in one.values if value.isdigit()]
    match one.subject:
        case "status":
            return Q(status__in=one.values)
        case "priority":
            return Q(priority__in=ids)
        case "source":
            return Q(source__in=one.values)
        case "language":
            people = Contact.objects.filter(
                workspace_id=asked.agent.workspace_id, language__in=one.values
            )
            return Q(contact__in=people)
        case "window":
            return _any(_window(value, asked.at) for value in one.values)
        case "label":
            return _labels(one, ids)
        case "assignee" | "team" | "number" | "reason" as column:
            return _any(_related(column, value, asked) for value in one.values)
    return NOTHING


def _any(parts: object) -> Q:
    return reduce(or_, parts, NOTHING)  # type: ignore[call-overload, no-any-return]


def _related(column: str, value: str, asked: _Asked) -> Q:
    if value == "none":
        return Q(**{column: None})
    if value == "me":
        return Q(assignee=asked.agent)
    if value == "mine":
        return Q(team__in=asked.agent.teams.values("pk"))
    return Q(**{column: int(value)})


def _window(value: str, at: datetime) -> Q:
    if value == "closed":
        return Q(window_ends_at__lte=at) | Q(window_ends_at=None)
    is_open = Q(window_ends_at__gt=at)
    return is_open & Q(window_ends_at__lte=at + SOON) if value == "soon" else is_open


def _labels(one: Condition, ids: list[int]) -> Q:
    through = Conversation.labels.through
    here = through._default_manager.filter(conversation_id=OuterRef("pk"))
    found = Q(Exists(here.filter(label_id__in=ids))) if ids else NOTHING
    return found | ~Q(Exists(here)) if "none" in one.values else found


def _moment(column: str, one: Condition, asked: _Asked) -> Q:
    """Days are the agent's: before and after leave the day itself out."""
    (value,) = one.values
    if one.op == "within":
        return Q(**{f"{column}__gte": asked.at - timedelta(days=int(value))})
    if one.op == "older":
        return Q(**{f"{column}__lt": asked.at - timedelta(days=int(value))})
    day = date.fromisoformat(value)
    zone = timezone.get_current_timezone()
    starts, ends = midnight(day, zone), midnight(day + timedelta(days=1), zone)
    if one.op == "before":
        return Q(**{f"{column}__lt": starts})
    if one.op == "after":
        return Q(**{f"{column}__gte": ends})
    return Q(**{f"{column}__gte": starts, f"{column}__lt": ends})


# --- custom fields -------------------------------------------------------------------------------


def _field(one: Condition, asked: _Asked) -> Q:
    """A field that is no more, or is asked for in the way of another kind, has no rows."""
    field = asked.fields.get(one.field_id or 0)
    if field is None:
        return NOTHING
    values = FieldValue.objects.filter(field=field)
    if one.op == "filled":
        return _owner(field, values)
    if one.op == "empty":
        return ~_owner(field, values)
    if one.op == "not":
        return ~_owner(field, _matching(field, values, one, asked))
    return _owner(field, _matching(field, values, one, asked))


def _owner(field: CustomField, values: QuerySet[FieldValue]) -> Q:
    of_contact = field.of == FieldOwner.CONTACT
    owner = {"contact": OuterRef("contact")} if of_contact else {"conversation": OuterRef("pk")}
    return Q(Exists(values.filter(**owner)))


def _matching(
    field: CustomField, values: QuerySet[FieldValue], one: Condition, asked: _Asked
) -> QuerySet[FieldValue]:
    value = one.values[0] if one.values else ""
    match field.kind, one.op:
        case FieldKind.FLAG, "yes" | "no":
            return values.filter(flag=one.op == "yes")
        case FieldKind.NUMBER, "equals":
            return values.filter(number=Decimal(value))
        case FieldKind.NUMBER, "less":
            return values.filter(number__lt=Decimal(value))
        case FieldKind.NUMBER, "more":
            return values.filter(number__gt=Decimal(value))
        case FieldKind.DATE, _:
            return values.filter(_days(one, asked.at))
        case ((FieldKind.TEXT | FieldKind.CHOICE | FieldKind.LINK), ("is" | "not")):
            texts = [text.lower() for text in one.values]
            named = values.annotate(start=Lower(Left(F("text"), 60)), whole=Lower("text"))
            return named.filter(start__in=[text[:60] for text in texts], whole__in=texts)
        case ((FieldKind.TEXT | FieldKind.CHOICE | FieldKind.LINK), "has"):
            return values.filter(text__icontains=value)
    return values.none()


def _days(one: Condition, at: datetime) -> Q:
    (value,) = one.values or ("",)
    today = timezone.localtime(at).date()
    if one.op == "within":
        return Q(day__gte=today - timedelta(days=int(value)), day__lte=today)
    if one.op == "older":
        return Q(day__lt=today - timedelta(days=int(value)))
    if one.op not in ("before", "after", "on"):
        return NOTHING
    day = date.fromisoformat(value)
    return Q(**{{"before": "day__lt", "after": "day__gt", "on": "day"}[one.op]: day})
