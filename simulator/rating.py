"""How Meta rates a number: by the people who block or report it within seven days, and told by webhooks.

Meta publishes no thresholds; these are small enough to be reached by hand.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from simulator import review
from simulator.models import Customer, Json, Number
from simulator.people import digits_of

if TYPE_CHECKING:
    from simulator.world import World

WEEK: Final = 7 * 86_400.0
YELLOW_AT, RED_AT = 3, 6  # people
ORDER: Final = ("GREEN", "YELLOW", "RED")


def complain(world: World, number: Number, customer: Customer) -> None:
    """They block and report the number: it may fall. Each person counts once, for a week from the last time."""
    now = world.clock.now()
    changed = world.numbers.keep(replace(number, complaints=number.complaints | {customer.id: now}))
    world.later(WEEK, "rating", {"id": number.id})
    rating = _by_complaints(changed, now)
    if ORDER.index(rating) > _place(changed):
        number_event(world, changed, {"quality": rating})


def falls_due(world: World, number_id: str) -> None:
    """A complaint is a week old: it counts no more, and the number may recover."""
    number = world.numbers.get(number_id)
    if number is None:
        return
    now = world.clock.now()
    fresh = {who: at for who, at in number.complaints.items() if now - at < WEEK}
    changed = world.numbers.keep(replace(number, complaints=fresh))
    rating = _by_complaints(changed, now)
    if ORDER.index(rating) < _place(changed):
        number_event(world, changed, {"quality": rating})


def _by_complaints(number: Number, now: float) -> str:
    people = sum(1 for at in number.complaints.values() if now - at < WEEK)
    return "RED" if people >= RED_AT else "YELLOW" if people >= YELLOW_AT else "GREEN"


def _place(number: Number) -> int:
    return ORDER.index(number.quality) if number.quality in ORDER else 0


def number_event(world: World, number: Number, data: Json) -> Number:
    """What Meta tells about a number: quality, throughput, name."""
    changes = {
        name: data[name]
        for name in ("quality", "status", "throughput", "name_status", "verified_name")
        if name in data
    }
    changed = world.numbers.keep(replace(number, **changes))
    waba = world.waba(number.waba_id)
    shown = digits_of(number.phone)
    if "name_status" in data:
        value: Json = {
            "display_phone_number": shown,
            "decision": "REJECTED" if data["name_status"] == "DECLINED" else data["name_status"],
            "requested_verified_name": changed.verified_name,
            "rejection_reason": data.get("reason"),
        }
        review.emit(world, waba.id, "phone_number_name_update", value)
    if {"quality", "throughput", "status", "event"} & set(data):
        event = data.get("event") or (
            "THROUGHPUT_UPGRADE"
            if "throughput" in data
            else "FLAGGED"
            if changed.quality == "RED"
            else "UNFLAGGED"
        )
        value = {
            "display_phone_number": shown,
            "event": event,
            "current_limit": waba.messaging_limit,
            "max_daily_conversations_per_business": waba.messaging_limit,
        }
        review.emit(world, waba.id, "phone_number_quality_update", value)
    return changed
