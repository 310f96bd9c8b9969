"""A webhook before it is posted: single changes, and the envelopes that carry many of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from simulator.models import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One `field` and `value`. `lane` names what must stay in order when no fault shuffles it."""

    waba_id: str
    field: str
    value: Json
    number_id: str = ""
    lane: str = ""
    at: int = 0
    batch: int = 0


def envelope(changes: Sequence[Change]) -> Json:
    """The body that Meta posts. Only fields other than `messages` tell the time in the entry."""
    entries = []
    for waba_id, group in groupby(changes, key=lambda change: change.waba_id):
        members = list(group)
        entry: Json = {
            "id": waba_id,
            "changes": [{"value": c.value, "field": c.field} for c in members],
        }
        if any(c.field != "messages" for c in members):
            entry["time"] = members[-1].at
        entries.append(entry)
    return {"object": "whatsapp_business_account", "entry": entries}


def body_of(changes: Sequence[Change]) -> bytes:
    """Compact JSON with non-ASCII escaped, as Meta does."""
    return json.dumps(envelope(changes), separators=(",", ":")).encode()


def bodies(changes: Iterable[Change], *, batch: int = 1) -> list[bytes]:
    """What a receiver would get, for tests without a server."""
    waiting = list(changes)
    return [body_of(waiting[i : i + batch]) for i in range(0, len(waiting), batch)]
