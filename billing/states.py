"""What the engine remembers, as JSON and back: a checkpoint of the books. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

from billing.engine import State, UnderWay
from billing.facts import Fact
from billing.openings import BilledConversation, Pair

VERSION: Final = 1
_NAMES: Final = tuple(field.name for field in fields(Fact))
_TIMES: Final = frozenset({"at", "delivered_at"})
_values = attrgetter(*_NAMES)


class UnknownState(Exception):
    """The checkpoint was written by another version of the engine: price from the start."""


def dumped(state: State, *, at: datetime, month: str) -> dict[str, Any]:
    """The state after all facts up to `at`. Counters of months before `month` can matter no more and are left out."""
    pairs = [
        [
            *key,
            _text(pair.inbound_at),
            _text(pair.ad_at),
            [
                [one.kind, _text(one.opened_at), _text(one.ends_at), one.key]
                for one in pair.conversations
            ],
            pair.under_way,
        ]
        for key, pair in state.pairs.items()
        if not pair.is_quiet(at)
    ]
    return {
        "version": VERSION,
        "pairs": pairs,
        "counts": [[list(key), n] for key, n in state.counts.items() if key[1] >= month],
        "first_months": state.first_months,
        "under_way": [
            [_fact_row(one.fact), _text(one.answers)] for _at, _order, one in state.under_way
        ],
    }


def loaded(said: dict[str, Any]) -> State:
    """Raises UnknownState."""
    if said.get("version") != VERSION:
        raise UnknownState
    state = State(first_months=dict(said["first_months"]))
    for waba, number, contact, inbound_at, ad_at, opened, under_way in said["pairs"]:
        conversations = tuple(
            BilledConversation(
                kind, datetime.fromisoformat(since), datetime.fromisoformat(until), key
            )
            for kind, since, until, key in opened
        )
        state.pairs[waba, number, contact] = Pair(
            _time(inbound_at), _time(ad_at), conversations, under_way
        )
    state.counts = Counter({tuple(key): n for key, n in said["counts"]})
    for row, answers in said["under_way"]:
        fact = _fact(row)
        state.under_way.append((fact.reached_at, fact.order, UnderWay(fact, _time(answers))))
    state.under_way.sort(key=lambda one: one[:2])  # a sorted list is a heap
    return state


def _fact_row(fact: Fact) -> list[Any]:
    return [value.isoformat() if isinstance(value, datetime) else value for value in _values(fact)]


def _fact(row: list[Any]) -> Fact:
    said: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
    return Fact(**said | {name: _time(said[name]) for name in _TIMES})


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
