"""`parse(body)` gives every fact of a webhook body: all entries, all changes, all items. Meta's shapes stop here.

A fact's `raw` is the item as Meta sent it. `InboundMessage.content` (also of echoes and edits) is
Meta's object tidied; its keys are always there unless marked with ?. The words worth showing and
searching stand in `text`.

    text             body                                                       text: the body
    image, video     caption?, mime_type?                        + fact.media   text: the caption
    document         caption?, filename?, mime_type?             + fact.media   text: the caption
    audio            voice, mime_type?                           + fact.media
    sticker          animated, mime_type?                        + fact.media
    location         latitude, longitude, name?, address?, url?                 text: name, address
    contacts         contacts: [{name, birthday, origin, org: {company?, department?, title?},
                     phones: [{phone?, type?, wa_id?, user_id?}], emails: [{email?, type?}], urls: [{url?, type?}],
                     addresses: [{street?, city?, state?, zip?, country?, country_code?, type?}]}]   text: the names
    button           text, payload   (a template's quick reply)                 text: its title
    interactive      button_reply, list_reply: type, id, title, description     text: the title
                     nfm_reply: type, name, body, response (the flow's answers,
                     an object if it was JSON)                                  text: the body
                     any other: type, and Meta's object as it is; {} if Meta sent no object
    order            catalog_id, text, items: [{product_retailer_id?, quantity?, item_price?,
                     currency?}], all of them words                             text: its text
    unsupported      type?  (poll, view once, ...)               + fact.errors
    system           type, body   (a notice we do not know; known ones are PersonChanged)   text: the body
    request_welcome  as sent     (the person opened the chat for the first time)
    media_placeholder and every other kind: Meta's object as it is

Any of them may hold `referred_product: {catalog_id, product_retailer_id}` when a person asks about a
product. A known kind whose object is missing because Meta could not hand it over has content {} and
says why in `errors`. A message without a type has the kind "unknown".

Of the phone app's history, ours are MessageEchoed and theirs InboundMessage, all with `is_history`: they
open no window. What we did on the phone app ourselves (reaction, edit, revoke) has `echoed_to`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from whatsapp.facts import Fact, SystemFault, TemplateFact, Unreadable, Unrecognised
from whatsapp.webhooks import account, messages, statuses, wire
from whatsapp.webhooks.messages import Place, listed
from whatsapp.webhooks.wire import Raw

__all__ = ["BadBody", "parse"]

MESSAGE_FIELDS = frozenset(
    {"messages", "smb_message_echoes", "message_echoes", "history", "user_preferences"}
)
UNSTORABLE = re.compile(rb"\\u0000|[0-9][eE]\+?[0-9]{3}|[0-9]{200}")


class BadBody(ValueError):
    """Not a webhook body at all: no JSON, or no list of entries."""


def parse(body: bytes) -> list[Fact]:
    """Every fact of the body, in its order. Only a body that is no webhook at all raises, and only BadBody."""
    found = _loaded(body)
    if not isinstance(found, dict) or not isinstance(found.get("entry"), list):
        raise BadBody("the body has no list of entries")
    return [fact for entry in found["entry"] for fact in _entry(entry)]


def _entry(entry: Any) -> Iterator[Fact]:
    if not isinstance(entry, dict):
        yield Unreadable(waba_id="", field="", raw=_raw(entry), reason="an entry is not an object")
        return
    waba_id = _id(entry.get("id"))
    changes = listed(entry.get("changes"))
    if not changes and "value" in entry:
        changes = [entry]
    if not changes:
        yield Unrecognised(waba_id=waba_id, field="", raw=entry, reason="an entry without changes")
    for change in changes:
        if not isinstance(change, dict):
            yield Unreadable(
                waba_id=waba_id, field="", raw=_raw(change), reason="a change is not an object"
            )
            continue
        # In some of Meta's own samples the field stands beside `changes`.
        field = _id(change.get("field")) or _id(entry.get("field"))
        for fact in _change(waba_id, field, change):
            yield _timed(fact, entry.get("time")) if isinstance(fact, TemplateFact) else fact


def _timed(fact: TemplateFact, time: Any) -> TemplateFact:
    """What is said of templates carries its time only in the entry. One that is no time is left out."""
    try:
        return replace(fact, told_at=wire.instant(time))
    except ValueError:
        return fact


def _change(waba_id: str, field: str, change: Raw) -> Iterator[Fact]:
    value = change.get("value")
    if field in MESSAGE_FIELDS:
        if isinstance(value, dict):
            yield from _message_field(waba_id, field, value)
        else:
            yield Unreadable(
                waba_id=waba_id, field=field, raw=change, reason="the value is not an object"
            )
    elif reader := account.FIELDS.get(field):
        yield _attempt(waba_id, field, value, lambda raw: reader(waba_id, field, raw))
    else:
        reason = f"unknown field {field[:60]!r}" if field else "a change without a field"
        yield Unrecognised(waba_id=waba_id, field=field, raw=change, reason=reason)


def _message_field(waba_id: str, field: str, value: Raw) -> Iterator[Fact]:
    number = value.get("metadata")
    metadata = wire.Metadata.model_validate(number if isinstance(number, dict) else {})
    place = Place(
        waba_id=waba_id,
        field=field,
        phone_number_id=metadata.phone_number_id,
        display_phone_number=metadata.display_phone_number,
        contacts=messages.contacts_of(value),
        errors=messages.errors(value.get("errors")),
    )
    count = 0
    are_errors_told = False
    for fact in _items(field, value, place):
        count += 1
        are_errors_told = are_errors_told or (
            bool(place.errors) and getattr(fact, "errors", ()) == place.errors
        )
        yield fact
    if faults := _faults(field, value, place, are_errors_told=are_errors_told):
        yield SystemFault(**place.common(value), errors=faults)
    elif not count:
        yield Unrecognised(
            waba_id=waba_id, field=field, raw=value, reason="nothing in it that we know"
        )


def _items(field: str, value: Raw, place: Place) -> Iterator[Fact]:
    def attempt(item: Any, reader: Callable[..., Fact], **known: str) -> Fact:
        return _attempt(place.waba_id, field, item, partial(reader, place=place, **known))

    for item in listed(value.get("messages")):
        if field == "history":
            thread_id = place.contacts[0].wa_id if len(place.contacts) == 1 else ""
            yield attempt(item, messages.remembered, thread_id=thread_id)
        else:
            yield attempt(item, messages.inbound)
    for item in listed(value.get("message_echoes")):
        yield attempt(item, messages.echoed)
    for thread_id, item in messages.threads(value):
        yield attempt(item, messages.remembered, thread_id=thread_id)
    for item in listed(value.get("statuses")):
        yield attempt(item, statuses.status)
    for item in listed(value.get("user_preferences")):
        yield attempt(item, statuses.preference)


def _faults(field: str, value: Raw, place: Place, *, are_errors_told: bool) -> tuple[Any, ...]:
    """Errors that belong to no message: of the value, or of a refused history."""
    faults = () if are_errors_told else place.errors
    if field == "history":
        for chunk in listed(value.get("history")):
            if isinstance(chunk, dict):
                faults += messages.errors(chunk.get("errors"))
    return faults


def _attempt(waba_id: str, field: str, item: Any, reader: Callable[[Raw], Fact]) -> Fact:
    """One item as a fact; what does not fit is quarantined with its reason, and the rest goes on."""
    if not isinstance(item, dict):
        return Unreadable(waba_id=waba_id, field=field, raw=_raw(item), reason="is not an object")
    try:
        return reader(item)
    except ValidationError as error:
        return Unreadable(waba_id=waba_id, field=field, raw=item, reason=_reason(error))
    except ValueError as error:
        return Unreadable(waba_id=waba_id, field=field, raw=item, reason=str(error))


def _reason(error: ValidationError) -> str:
    """`timestamp: is not a time; id: Field required`, without the values: they may be private."""
    parts = []
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        where = ".".join(str(step) for step in problem["loc"])
        words = problem["msg"].removeprefix("Value error, ")
        parts.append(f"{where}: {words}" if where else f"{error.title}: {words}")
    return "; ".join(parts)


def _loaded(body: bytes) -> Any:
    try:
        found = from_json(body, allow_inf_nan=False)
    except ValueError:
        found = _loaded_patiently(body)
    else:
        if not UNSTORABLE.search(body):
            return found
    try:
        return _storable(found)
    except RecursionError:
        raise BadBody("the body is nested too deeply") from None


def _loaded_patiently(body: bytes) -> Any:
    """For bodies with half an emoji in them, which the fast parser refuses and Meta may send."""
    try:
        return json.loads(body.decode("utf-8-sig", "replace"), parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        raise BadBody("the body is not JSON") from None


def _storable(value: Any) -> Any:
    """The same without what PostgreSQL cannot keep: NUL characters, lone surrogates, infinite numbers."""
    if isinstance(value, str):
        return (
            value.replace("\x00", "\ufffd")
            .encode("utf-16", "surrogatepass")
            .decode("utf-16", "replace")
        )
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _id(value: Any) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _raw(item: Any) -> Raw:
    return item if isinstance(item, dict) else {"value": item}
