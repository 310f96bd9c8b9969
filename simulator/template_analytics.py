"""What Meta's template analytics tell: what was sent, delivered, read, tapped, and its cost, by template and day."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from simulator.errors import GraphError
from simulator.models import Json, Message, Waba
from simulator.pricing import model_for
from simulator.rates import rate_of
from simulator.wire import Call
from simulator.world import World

DAY: Final = 86_400
METRICS: Final = ("sent", "delivered", "read", "clicked", "cost")
AT_MOST: Final = 10  # templates in one call
BACK: Final = 90 * DAY
SHORT: Final = 7 * DAY  # reads and taps are not told for longer


@dataclass(slots=True)
class Point:
    sent: int = 0
    delivered: int = 0
    read: int = 0
    cost: float = 0.0
    clicked: Counter[str] = field(default_factory=Counter)


def answer(world: World, waba: Waba, call: Call) -> Json:
    """GET /{WABA}/template_analytics?start&end&granularity=daily&template_ids=[..]&metric_types=.."""
    now = world.clock.now()
    if str(call.params.get("granularity", "daily")).upper() != "DAILY":
        raise GraphError(100, message="(#100) Param granularity must be one of {DAILY}.")
    wanted = _list(call.params.get("template_ids"))
    if not 0 < len(wanted) <= AT_MOST:
        raise GraphError(100, message=f"(#100) Ask for 1 to {AT_MOST} template_ids.")
    metrics = [one.lower() for one in _list(call.params.get("metric_types"))] or list(METRICS)
    if strange := set(metrics) - set(METRICS):
        raise GraphError(100, message=f"(#100) There is no metric {sorted(strange)[0]}.")
    start, end = _second(call, "start"), _second(call, "end")
    if start < now - BACK:
        raise GraphError(100, message="(#100) Analytics go back 90 days.")
    points = _points(world, waba, wanted, start=start, end=end)
    rows = [
        _shown(template_id, day, point, metrics=metrics, is_short=day >= now - SHORT)
        for (template_id, day), point in sorted(points.items())
    ]
    return {"data": [{"granularity": "DAILY", "data_points": rows}]}


def _points(
    world: World, waba: Waba, wanted: list[str], *, start: float, end: float
) -> dict[tuple[str, int], Point]:
    ids = {
        (t.name, t.language): t.id
        for t in world.templates.values()
        if t.waba_id == waba.id and t.id in wanted
    }
    numbers = {n.id for n in world.numbers.values() if n.waba_id == waba.id}
    found: dict[tuple[str, int], Point] = defaultdict(Point)
    of_message: dict[str, Point] = {}
    for message in world.messages.values():
        if message.type != "template" or message.number_id not in numbers:
            continue
        language = (message.content.get("language") or {}).get("code", "")
        template_id = ids.get((message.content.get("name", ""), language))
        if template_id is None or not start <= message.at < end or "sent" not in message.times:
            continue
        point = found[template_id, int(message.at // DAY * DAY)]
        of_message[message.id] = point
        point.sent += 1
        point.read += "read" in message.times
        if {"delivered", "read"} & message.times.keys():
            point.delivered += 1
            point.cost += _cost(world, waba, message)
    for tap in world.messages.values():
        of = of_message.get(str(tap.context.get("id", "")))
        if of and tap.direction == "in" and tap.type in ("button", "interactive"):
            of.clicked[str((tap.content or {}).get("text", ""))] += 1
    return found


def _cost(world: World, waba: Waba, message: Message) -> float:
    rate = rate_of(
        world.customers[message.customer_id].wa_id,
        model=model_for(waba.pricing_model, at=message.at, zone=waba.timezone),
        currency=waba.currency,
        category=message.category.lower(),
        day=datetime.fromtimestamp(message.at, tz=ZoneInfo(waba.timezone)).date(),
    )
    return float(rate or 0)


def _shown(template_id: str, day: int, point: Point, *, metrics: list[str], is_short: bool) -> Json:
    taps = [
        {"type": "quick_reply_button", "button_content": label, "count": count}
        for label, count in sorted(point.clicked.items())
    ]
    told: dict[str, Any] = {
        "sent": point.sent,
        "delivered": point.delivered,
        "read": point.read if is_short else None,
        "clicked": taps if is_short else None,
        "cost": [{"type": "amount_spent", "value": round(point.cost, 6)}],
    }
    about = {"template_id": template_id, "start": day, "end": day + DAY}
    return about | {name: told[name] for name in metrics if told[name] is not None}


def _list(said: Any) -> list[str]:
    """`["1","2"]`, `[1,2]` or `1,2`."""
    if isinstance(said, list):
        return [str(one) for one in said]
    text = str(said or "").strip()
    if text.startswith("["):
        try:
            return [str(one) for one in json.loads(text)]
        except ValueError:
            raise GraphError(100, message="(#100) This is no list.") from None
    return [one for one in text.split(",") if one]


def _second(call: Call, name: str) -> float:
    try:
        return float(call.params.get(name, ""))
    except ValueError:
        raise GraphError(100, message=f"(#100) The parameter {name} is required.") from None
