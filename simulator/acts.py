"""What the control API and the phone page let customers do, by name."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from simulator import inbound, pictures, review
from simulator.models import Json, Message, Waba
from simulator.people import BEHAVIOURS
from simulator.person import Person
from simulator.rating import number_event

if TYPE_CHECKING:
    from simulator.world import World

__all__ = ["ACTS", "BEHAVIOURS", "act", "burst", "number_event", "waba_event"]

# verb: the names of its arguments, in order; those with "?" may be left out
ACTS: Final[dict[str, tuple[str, ...]]] = {
    "writes": ("text", "quoting?"),
    "sends": ("type", "content", "quoting?", "context?", "referral?"),
    "sends_file": ("mime_type", "filename?", "caption?", "kind?", "voice?", "quoting?"),
    "sends_image": ("caption?", "quoting?"),
    "sends_document": ("title?", "caption?"),
    "sends_voice": (),
    "sends_sticker": (),
    "sends_location": ("latitude", "longitude", "name?", "address?"),
    "sends_contact": ("name", "phone"),
    "comes_from_ad": ("text", "headline?", "body?", "source_id?"),
    "reacts": ("message_id", "emoji"),
    "taps": ("message_id", "index?"),
    "edits": ("message_id", "text"),
    "revokes": ("message_id",),
    "reads": (),
    "stops_marketing": (),
    "resumes_marketing": (),
    "complains": (),
    "goes_offline": (),
    "goes_online": (),
    "changes_number": ("new",),
}


def act(world: World, data: Json) -> Message | None:
    """`{"customer": "+49…", "do": "writes", "text": "Hi"}`; gives the message that came of it."""
    verb = str(data.get("do", "writes"))
    if verb not in ACTS:
        raise ValueError(f"A customer cannot do {verb!r}. There are: {', '.join(ACTS)}.")
    number_id = str(data.get("number_id") or "")
    if number_id and number_id not in world.numbers:
        raise ValueError(f"There is no number {number_id}.")
    given: Json = {}
    for spec in ACTS[verb]:
        name = spec.rstrip("?")
        if name in data:
            given[name] = data[name]
        elif not spec.endswith("?"):
            raise ValueError(f"{verb} needs {name}.")
    person: Person = world.customer(str(data["customer"]), number_id=number_id)
    result = _do(person, verb, given, data)
    return result if isinstance(result, Message) else None


def _do(person: Person, verb: str, given: Json, data: Json) -> Any:
    if verb == "sends":
        return person.sends(given.pop("type"), given.pop("content"), **given)
    if verb == "sends_file":
        raw = data.get("data") or base64.b64decode(str(data.get("base64", "")))
        if not raw:
            raise ValueError("sends_file needs a file (multipart) or base64.")
        given["voice"] = str(given.get("voice", "")).lower() in ("1", "true")
        return person.sends_file(raw, **given)
    if verb == "sends_document":
        title = str(given.get("title") or "Order")
        return person.sends_file(
            pictures.document(title),
            mime_type="application/pdf",
            filename=f"{title}.pdf",
            caption=str(given.get("caption", "")),
        )
    if verb == "sends_location":
        given |= {"latitude": float(given["latitude"]), "longitude": float(given["longitude"])}
    if verb == "taps":
        given["index"] = int(given.get("index", 0))
    return getattr(person, verb)(**given)


def burst(world: World, data: Json) -> int:
    """`{"messages": 500, "customers": 50, "batch": 10}`: customers write in turn."""
    count, people, batch = (
        int(data.get(name, usual))
        for name, usual in (("messages", 100), ("customers", 10), ("batch", 1))
    )
    chosen = str(data.get("number_id") or "")
    numbers = [world.number(chosen)] if chosen else list(world.numbers.values())
    first = int(data.get("first", 4_917_000_000_000))
    text = str(data.get("text", "Message {n} of {count}"))
    for n in range(count):
        customer = world.ensure_customer(str(first + n % people))
        content = {"body": text.replace("{n}", str(n + 1)).replace("{count}", str(count))}
        inbound.write(
            world,
            numbers[n % people % len(numbers)],
            customer,
            kind="text",
            content=content,
            batch=batch,
        )
    return count


def waba_event(world: World, waba: Waba, data: Json) -> Waba:
    """Meta allows more or less: `messaging_limit` (people in 24 h), `numbers_most`; or it has found where the
    company is at home (`country`), or that it pays international rates of authentication (`international`).
    """
    if {"country", "international"} & data.keys():
        return _abroad(world, waba, data)
    changes = {name: data[name] for name in ("messaging_limit", "numbers_most") if name in data}
    changed = world.wabas.keep(replace(waba, **changes))
    value: Json = {
        "max_daily_conversations_per_business": changed.messaging_limit,
        "max_phone_numbers_per_business": changed.numbers_most,
    }
    review.emit(world, waba.id, "business_capability_update", value)
    return changed


def _abroad(world: World, waba: Waba, data: Json) -> Waba:
    changes = {name: data[name] for name in ("country", "international") if name in data}
    changed = world.wabas.keep(replace(waba, **changes))
    if "country" in data:
        event = "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE"
        value: Json = {"event": event, "country": changed.country}
        review.emit(world, waba.id, "account_update", value)
    if "international" in data:
        event = "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE"
        told = {"event": event, "auth_international_rate_eligibility": changed.international}
        review.emit(world, waba.id, "account_update", told)
    return changed
