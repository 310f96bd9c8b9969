"""Who is told of what: the one rule behind sounds, notices on the desktop, pushes and mails. Pure.

A colleague is told of what they may see and wished to hear of, never of what they did themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Scope(StrEnum):
    NONE = "none"
    MINE = "mine"
    OPEN = "open"  # mine, and what nobody has taken yet
    ALL = "all"


class Kind(StrEnum):
    MESSAGE = "message"  # a customer wrote
    MENTION = "mention"  # a note names somebody: `to`
    ASSIGNED = "assigned"  # a colleague, the handing out or a rule gave it to somebody: `to`


SOUNDS: Final = ("chime", "drop", "knock", "bell", "none")


@dataclass(frozen=True, slots=True)
class News:
    kind: Kind
    number: int
    team: int | None = None
    assignee: int | None = None
    to: int | None = None
    by: int | None = None  # the agent who did it; None: the customer, or nobody


@dataclass(frozen=True, slots=True)
class Wishes:
    """What one agent asked for; the defaults are those of somebody who never asked."""

    agent: int
    scope: Scope = Scope.OPEN
    quiet_numbers: frozenset[int] = frozenset()
    quiet_teams: frozenset[int] = frozenset()


def is_told(news: News, wishes: Wishes, *, sees: bool) -> bool:
    """`sees`: whether the agent may see the conversation at all (accounts/seats.py)."""
    if not sees or news.by == wishes.agent:
        return False
    if news.kind is not Kind.MESSAGE:
        return news.to == wishes.agent and (
            news.kind is Kind.MENTION or wishes.scope is not Scope.NONE
        )
    is_mine = news.assignee == wishes.agent
    if wishes.scope is Scope.NONE:
        return False
    if is_mine:
        return True  # one's own conversation is never too quiet
    if news.number in wishes.quiet_numbers or news.team in wishes.quiet_teams:
        return False
    if wishes.scope is Scope.ALL:
        return True
    return wishes.scope is Scope.OPEN and news.assignee is None
