"""Webhook bodies as Meta writes them, for tests: `posts.body(number, messages=[posts.text("Hi")])`."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Sequence
from typing import Any

from accounts.models import PhoneNumber

_counter = itertools.count(1)
MARIA = "79210000001"


def text(said: str = "Hello", **over: Any) -> dict[str, Any]:
    return message(type="text", text={"body": said}, **over)


def message(**over: Any) -> dict[str, Any]:
    """An inbound message; `sender` is its `from`."""
    sender = over.pop("sender", MARIA)
    at = over.pop("at", int(time.time()))
    fields = {"id": f"wamid.in{next(_counter)}", "timestamp": str(at)}
    if sender:
        fields["from"] = sender
    return fields | over


def status(wamid: str, state: str, **over: Any) -> dict[str, Any]:
    at = over.pop("at", int(time.time()))
    return {"id": wamid, "status": state, "timestamp": str(at), "recipient_id": MARIA} | over


def contact(wa_id: str = MARIA, name: str = "Maria", **over: Any) -> dict[str, Any]:
    return {"profile": {"name": name}, "wa_id": wa_id} | over


def value(number: PhoneNumber, **parts: Any) -> dict[str, Any]:
    metadata = {
        "display_phone_number": number.digits,
        "phone_number_id": number.phone_number_id,
    }
    return {"messaging_product": "whatsapp", "metadata": metadata, **parts}


def change(number: PhoneNumber, field: str = "messages", **parts: Any) -> dict[str, Any]:
    return {"field": field, "value": value(number, **parts)}


def envelope(*entries: tuple[str, Sequence[dict[str, Any]]]) -> bytes:
    """A body of entries: (waba id, its changes)."""
    found = [{"id": waba_id, "changes": list(changes)} for waba_id, changes in entries]
    return json.dumps({"object": "whatsapp_business_account", "entry": found}).encode()


def body(number: PhoneNumber, field: str = "messages", **parts: Any) -> bytes:
    return envelope((number.account.waba_id, [change(number, field, **parts)]))
