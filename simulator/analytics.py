"""What Meta's analytics tell of a WABA: its charges counted by time, country, category and type, with their cost.

`pricing_analytics` counts messages of the per-message models, `conversation_analytics` the 24 h conversations of the
older ones. Both are asked for as a field with arguments: `pricing_analytics.start(u).end(u).granularity(DAILY)`.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from phonenumbers import country_code_for_region

from simulator.errors import GraphError
from simulator.models import Conversation, Json, Message, Waba
from simulator.people import country_of
from simulator.pricing import ENTRY, FREE_PER_MONTH, model_for
from simulator.rates import rate_of
from simulator.world import World

PRICING, CONVERSATIONS = "pricing_analytics", "conversation_analytics"
FIELDS: Final = (PRICING, CONVERSATIONS)
HALF_HOUR: Final = 1800
GRANULARITIES: Final = ("HALF_HOUR", "DAILY", "MONTHLY")
DIMENSIONS: Final = {
    PRICING: {
        "COUNTRY": "country",
        "PHONE": "phone_number",
        "PRICING_CATEGORY": "pricing_category",
        "PRICING_TYPE": "pricing_type",
        "TIER": "tier",
    },
    CONVERSATIONS: {
        "CONVERSATION_CATEGORY": "conversation_category",
        "CONVERSATION_DIRECTION": "conversation_direction",
        "CONVERSATION_TYPE": "conversation_type",
        "COUNTRY": "country",
        "PHONE": "phone_number",
    },
}
COUNTED: Final = {PRICING: "volume", CONVERSATIONS: "conversation"}
LIST_TIER: Final = "0:MAX"

_ASKED = re.compile(r"(pricing_analytics|conversation_analytics)((?:\.\w+\((?:[^()]*)\))*)")
_ARGUMENT = re.compile(r"\.(\w+)\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Charge:
    """One thing that Meta counts. `about`: its value in each dimension; `cost` is None where no card has a rate."""

    at: float
    about: Json
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of one field."""

    field: str
    start: float
    end: float
    granularity: str
    dimensions: tuple[str, ...]
    wanted: dict[str, frozenset[str]]

    def keeps(self, charge: Charge) -> bool:
        return all(
            str(charge.about.get(name, "")) in allowed for name, allowed in self.wanted.items()
        )


def asked(fields: str) -> list[Question]:
    """The analytics among the `fields` of a call. A word that Meta does not know is refused."""
    return [_question(name, arguments) for name, arguments in _ASKED.findall(fields)]


def without(fields: str) -> str:
    """The other fields."""
    rest = _ASKED.sub("", fields)
    return ",".join(name for name in rest.split(",") if name.strip())


def _question(field: str, text: str) -> Question:
    said = {name: _value(value) for name, value in _ARGUMENT.findall(text)}
    granularity = str(said.get("granularity") or "")
    if granularity not in GRANULARITIES:
        raise GraphError(
            100, message="(#100) Param granularity must be one of {HALF_HOUR, DAILY, MONTHLY}"
        )
    try:
        start, end = float(said["start"]), float(said["end"])
    except (KeyError, TypeError, ValueError):
        raise GraphError(100, message="(#100) The parameters start and end are required.") from None
    known = DIMENSIONS[field]
    dimensions = tuple(_list(said.get("dimensions")))
    if strange := [name for name in dimensions if name not in known]:
        raise GraphError(
            100,
            message=f"(#100) Param dimensions[0] must be one of {{{', '.join(known)}}}: {strange[0]}",
        )
    names = {
        "pricing_types": "pricing_type",
        "pricing_categories": "pricing_category",
        "conversation_types": "conversation_type",
        "conversation_categories": "conversation_category",
        "conversation_directions": "conversation_direction",
        "country_codes": "country",
        "phone_numbers": "phone_number",
    }
    wanted = {
        column: frozenset(found)
        for name, column in names.items()
        if column in known.values() and (found := _list(said.get(name)))
    }
    return Question(field, start, end, granularity, dimensions, wanted)


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text.strip()


def _list(value: Any) -> list[str]:
    """`["A","B"]`, `[A,B]` and `A` are all seen in the field."""
    if isinstance(value, list):
        return [str(one) for one in value]
    return [one.strip() for one in str(value or "").strip("[]").split(",") if one.strip()]


def answer(world: World, waba: Waba, question: Question) -> Json:
    """`{"data": [{"data_points": [...]}]}`, oldest first; nothing at all where nothing was charged."""
    charges = _messages if question.field == PRICING else _conversations
    zone = ZoneInfo(waba.timezone)
    columns = [DIMENSIONS[question.field][name] for name in question.dimensions]
    sums: dict[tuple[Any, ...], list[Any]] = defaultdict(lambda: [0, Decimal(0)])
    for charge in charges(world, waba, question.start, question.end):
        if question.keeps(charge):
            bounds = _bucket(charge.at, question.granularity, zone)
            of = sums[*bounds, *(charge.about.get(name) for name in columns)]
            of[0] += 1
            of[1] += charge.cost or 0
    points = [
        {
            "start": int(start),
            "end": int(end),
            **{
                name: value
                for name, value in zip(columns, values, strict=True)
                if value is not None
            },
            COUNTED[question.field]: count,
            "cost": float(cost),
        }
        for (start, end, *values), (count, cost) in sorted(
            sums.items(), key=lambda one: str(one[0])
        )
    ]
    return {"data": [{"data_points": points}]} if points else {"data": []}


def _bucket(at: float, granularity: str, zone: ZoneInfo) -> tuple[float, float]:
    if granularity == "HALF_HOUR":
        start = at - at % HALF_HOUR
        return start, start + HALF_HOUR
    local = datetime.fromtimestamp(at, tz=zone).replace(hour=0, minute=0, second=0, microsecond=0)
    if granularity == "DAILY":
        after = local + timedelta(days=1)
    else:
        local = local.replace(day=1)
        after = (local + timedelta(days=32)).replace(day=1)
    return local.timestamp(), after.timestamp()


# --- what is counted ---------------------------------------------------------------------------------------


def _messages(world: World, waba: Waba, start: float, end: float) -> Iterator[Charge]:
    """Delivered messages of the per-message models, free ones too."""
    numbers = {one.id: one.display for one in world.numbers.values() if one.waba_id == waba.id}
    for message in list(world.messages.values()):
        if message.number_id not in numbers or not message.pricing:
            continue
        at = _delivered_at(message)
        told = message.pricing["pricing"]
        if at is None or not start <= at < end or told.get("pricing_model") != "PMP":
            continue
        is_regular = told["type"] == "regular"
        about = {
            "country": _country(world, message.customer_id),
            "phone_number": numbers[message.number_id],
            "pricing_category": told["category"].upper(),
            "pricing_type": told["type"].upper(),
            "tier": LIST_TIER if is_regular else None,
        }
        cost = Decimal(0)
        if is_regular:
            cost = _cost(world, waba, message.customer_id, told["category"], at) or Decimal(0)
        yield Charge(at, about, cost)


def _delivered_at(message: Message) -> float | None:
    times = [message.times[name] for name in ("delivered", "read") if name in message.times]
    return min(times, default=None)


def _conversations(world: World, waba: Waba, start: float, end: float) -> Iterator[Charge]:
    """Conversations of the older models, in the order in which they opened: the first ones of a month are free."""
    numbers = {one.id: one.display for one in world.numbers.values() if one.waba_id == waba.id}
    mine = [
        one for one in world.conversations.values() if one.number_id in numbers and one.is_delivered
    ]
    used: dict[str, int] = defaultdict(lambda: waba.free_used)
    for one in sorted(mine, key=lambda each: each.at):
        model = model_for(waba.pricing_model, at=one.at, zone=waba.timezone)
        if not model.startswith("CBP") or one.at >= end:
            continue
        kind = _type_of(one, model, used, zone=ZoneInfo(waba.timezone))
        if one.at < start:
            continue
        is_initiator = model == "CBP-I" and one.kind != ENTRY
        by_user = one.kind in ("user_initiated", "service", ENTRY)
        about = {
            "country": _country(world, one.customer_id),
            "phone_number": numbers[one.number_id],
            "conversation_type": kind,
            "conversation_direction": "USER_INITIATED" if by_user else "BUSINESS_INITIATED",
            "conversation_category": "UNKNOWN" if is_initiator else one.kind.upper(),
        }
        cost = Decimal(0)
        if kind == "REGULAR":
            cost = _cost(world, waba, one.customer_id, one.kind, one.at) or Decimal(0)
        yield Charge(one.at, about, cost)


def _type_of(one: Conversation, model: str, used: dict[str, int], *, zone: ZoneInfo) -> str:
    if one.kind == ENTRY or one.counted_as:
        return one.counted_as or "FREE_ENTRY"
    if model == "CBP-C" and one.kind != "service":
        return "REGULAR"
    local = datetime.fromtimestamp(one.at, tz=UTC).astimezone(zone)
    if model == "CBP-C" and (local.year, local.month) >= (2024, 11):
        return "FREE_TIER"
    month = f"{local:%Y-%m}"
    used[month] += 1
    return "FREE_TIER" if used[month] <= FREE_PER_MONTH else "REGULAR"


def _cost(world: World, waba: Waba, customer_id: str, category: str, at: float) -> Decimal | None:
    customer = world.customers[customer_id]
    return rate_of(
        customer.wa_id or str(country_code_for_region(customer.user_id[:2])),
        model=model_for(waba.pricing_model, at=at, zone=waba.timezone),
        currency=waba.currency,
        category=category,
        day=datetime.fromtimestamp(at, tz=ZoneInfo(waba.timezone)).date(),
    )


def _country(world: World, customer_id: str) -> str:
    customer = world.customers[customer_id]
    return country_of(customer.wa_id) if customer.wa_id else customer.user_id[:2]
