"""The JSON lines of `manage.py price`: a line to a fact, an entry to a line. Pure; docs/pricing.md describes the
format.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from billing.entries import Entry, Refused
from billing.facts import CATEGORIES, FREE_FORM, IN, MESSAGE, OUT, STATUSES, TEMPLATE, Fact
from billing.markets import canonical
from billing.money import Money, zero
from conversations.statuses import DELIVERED, READ, SENT

# A message is what the contact sends; of the company's, it is one that is no template.
KINDS: Final = {
    OUT: {TEMPLATE: TEMPLATE, FREE_FORM: FREE_FORM, MESSAGE: FREE_FORM},
    IN: {MESSAGE: MESSAGE},
}
EPOCH: Final = range(2000, 3000)  # years in which a message can have been sent
KNOWN: Final = frozenset({
    "at", "direction", "contact", "kind", "category", "status", "referral", "number", "id", "delivered_at",
})  # fmt: skip


class LineRefused(ValueError):
    """A line that is no fact; the words say what is wrong with it."""


def object_in(text: bytes) -> dict[str, Any]:
    try:
        line = json.loads(text)
    except json.JSONDecodeError as error:
        raise LineRefused(f"not JSON: {error.msg}, at sign {error.pos + 1}") from None
    except (ValueError, RecursionError) as error:
        raise LineRefused(f"not JSON: {error}") from None
    if not isinstance(line, dict):
        raise LineRefused("not a JSON object")
    return line


def unknown_keys(line: dict[str, Any]) -> set[str]:
    """Keys that mean nothing here: misspelt, perhaps, so whoever reads the line should be told."""
    return line.keys() - KNOWN


def fact_in(line: dict[str, Any], *, zone: ZoneInfo, needs_category: bool) -> Fact:
    direction = _word(line, "direction", KINDS)
    kinds = KINDS[direction]
    kind = kinds[_word(line, "kind", kinds)]
    status = _word(line, "status", ("", *sorted(STATUSES))) or SENT
    at = _moment(line, "at", zone)
    if not at:
        raise LineRefused("'at' is missing")
    delivered_at = _moment(line, "delivered_at", zone)
    if not delivered_at and status in (DELIVERED, READ):
        delivered_at = at
    if not (contact := canonical(_text(line, "contact"))):
        raise LineRefused("'contact' is missing")
    return Fact(
        at=at,
        direction=direction,
        contact=contact,
        kind=kind,
        number=_text(line, "number").strip(),
        category=_category(line, needed=needs_category) if kind == TEMPLATE else "",
        status=status,
        delivered_at=delivered_at,
        referral=_flag(line, "referral") and direction == IN,
        message=_text(line, "id"),
    )


def _category(line: dict[str, Any], *, needed: bool) -> str:
    category = _word(line, "category", ("", *sorted(CATEGORIES)))
    if needed and not category:
        raise LineRefused("this plan needs the category of a template")
    return category


def _text(line: dict[str, Any], key: str) -> str:
    value = line.get(key)
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise LineRefused(f"{key!r} must be text, not {value!r}")
    return value


def _word(line: dict[str, Any], key: str, allowed: Collection[str]) -> str:
    value = _text(line, key)
    if value not in allowed:
        raise LineRefused(
            f"{key!r} must be one of {', '.join(filter(None, allowed))}, not {value!r}"
        )
    return value


def _flag(line: dict[str, Any], key: str) -> bool:
    value = line.get(key)
    if value not in (None, True, False):
        raise LineRefused(f"{key!r} must be true or false, not {value!r}")
    return bool(value)


def _moment(line: dict[str, Any], key: str, zone: ZoneInfo) -> datetime | None:
    text = _text(line, key)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise LineRefused(f"{key!r} must be an ISO time, not {text!r}") from None
    if moment.year not in EPOCH:
        raise LineRefused(f"{key!r} is in the year {moment.year}")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
        if moment.utcoffset() != moment.replace(fold=1).utcoffset():
            raise LineRefused(f"{text} is skipped or comes twice in {zone}: write its offset")
    return moment.astimezone(UTC)


def entry_line(entry: Entry, *, number: int, zone: ZoneInfo) -> str:
    return _line(
        entry=number,
        opened_at=_local(entry.opened_at, zone),
        expires_at=_local(entry.expires_at, zone),
        contact=entry.fact.contact,
        number=entry.fact.number or None,
        kind=entry.kind,
        category=entry.category or None,
        free=entry.is_free,
        reason=entry.reason,
        amount=None if entry.price is None else entry.price.text,
        currency=entry.currency,
        market=entry.market,
        market_estimated=entry.market_is_estimated,
        card=entry.card,
        tier=entry.tier,
        quota_position=entry.quota_position,
        rule=entry.rule,
        estimated=entry.is_estimated,
        message=entry.fact.message or None,
        answers=_local(entry.answers, zone),
    )


def refused_line(refused: Refused, *, zone: ZoneInfo) -> str:
    fact = refused.fact
    return _line(
        at=_local(fact.at, zone),
        contact=fact.contact,
        number=fact.number or None,
        kind=fact.kind,
        refused=True,
        reason=refused.reason,
        message=fact.message or None,
    )


@dataclass(slots=True)
class Totals:
    """The last line. `unpriced` entries are in no sum: their rate is missing."""

    total: Money
    entries: int = 0
    charged: int = 0
    free: int = 0
    unpriced: int = 0
    joined: int = 0
    refused: int = 0
    unread: int = 0

    @classmethod
    def of(cls, currency: str) -> Totals:
        return cls(zero(currency))

    def add(self, entry: Entry) -> None:
        self.entries += 1
        if entry.price is None:
            self.unpriced += 1
        elif entry.price:
            self.charged += 1
            self.total += entry.price
        else:
            self.free += 1

    @property
    def line(self) -> str:
        counts = ("entries", "charged", "free", "unpriced", "joined", "refused", "unread")
        return _line(
            totals={
                "amount": self.total.text,
                "currency": self.total.currency,
                **{name: getattr(self, name) for name in counts},
            }
        )


def _local(at: datetime | None, zone: ZoneInfo) -> str | None:
    return at.astimezone(zone).isoformat() if at else None


def _line(**values: Any) -> str:
    assert not any(isinstance(value, (float, Decimal)) for value in values.values())
    return json.dumps(values)
