"""What a thread's acts say of time: who waited for how long, what took how long, what came back. Pure.

A round begins when the customer writes (or we do) in a thread that is new or resolved, and ends when it is resolved.
Late, repeated and reordered acts give the same spans as tidy ones: all follow from the times alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

FIRST_REPLY: Final = "first_reply"
REPLY: Final = "reply"
RESOLUTION: Final = "resolution"
REOPENED: Final = "reopened"
KINDS: Final = (FIRST_REPLY, REPLY, RESOLUTION, REOPENED)
# What comes back later than this is a new matter, no failure of the old answer.
COMES_BACK_WITHIN: Final = timedelta(days=7)

ASKED: Final = "asked"  # the customer wrote
ANSWERED: Final = "answered"  # a person of ours wrote
RESOLVED: Final = "resolved"
REOPENED_BY_HAND: Final = "reopened_by_hand"
EXCUSED: Final = "excused"  # somebody said that no reply is needed
CALLED_FOR: Final = "called_for"  # somebody said that one is
MOVED: Final = "moved"  # to a team


@dataclass(frozen=True, slots=True)
class Act:
    """`id`: the message or line that says so; `agent`, `team`: ids of who did it, and where it moved to."""

    at: datetime
    id: int
    kind: str
    agent: int | None = None
    team: int | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """`id`: the act that ended it, so that (kind, id) names the span. `agent` is whose figure it is."""

    kind: str
    id: int
    began_at: datetime
    ended_at: datetime
    agent: int | None
    team: int | None


@dataclass(frozen=True, slots=True)
class _Round:
    began_at: datetime
    by_customer: bool
    is_answered: bool = False
    asked_at: datetime | None = None  # the first that nobody has answered yet


def spans_of(acts: Iterable[Act]) -> list[Span]:
    """The spans of one thread, in order of their ends."""
    return list(_spans(sorted(set(acts), key=lambda act: (act.at, act.id))))


def _spans(acts: Iterable[Act]) -> Iterator[Span]:
    now: _Round | None = None
    resolved: Act | None = None
    team: int | None = None
    for act in acts:
        if act.kind == MOVED:
            team = act.team
        elif act.kind == RESOLVED:
            if now is not None:
                yield Span(RESOLUTION, act.id, now.began_at, act.at, act.agent, team)
            now, resolved = None, act
        elif now is None and act.kind in (ASKED, ANSWERED, REOPENED_BY_HAND):
            if resolved and act.kind != ANSWERED and act.at - resolved.at <= COMES_BACK_WITHIN:
                yield Span(REOPENED, act.id, resolved.at, act.at, resolved.agent, team)
            is_asked = act.kind == ASKED
            now = _Round(act.at, by_customer=is_asked, asked_at=act.at if is_asked else None)
        elif now is not None and act.kind == ANSWERED:
            yield from _answer(now, act, team)
            now = replace(now, is_answered=True, asked_at=None)
        elif now is not None and act.kind in (ASKED, CALLED_FOR):
            now = replace(now, asked_at=now.asked_at or act.at)
        elif now is not None and act.kind == EXCUSED:
            now = replace(now, asked_at=None)


def _answer(now: _Round, act: Act, team: int | None) -> Iterator[Span]:
    if now.asked_at is None:
        return
    if now.by_customer and not now.is_answered:
        yield Span(FIRST_REPLY, act.id, now.began_at, act.at, act.agent, team)
    yield Span(REPLY, act.id, now.asked_at, act.at, act.agent, team)
