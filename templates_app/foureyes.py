"""Who may let a colleague's draft through to Meta: the rules of four eyes. Pure, without Django."""

from __future__ import annotations

from typing import Final

DRAFT, REVIEW, READY = "draft", "review", "ready"
FEWEST: Final = 2  # one person alone has nobody to ask


def is_needed(*, is_on: bool, writers: int) -> bool:
    """Whether a draft needs a colleague's word before it goes to Meta. `writers`: all people with the right."""
    return is_on and writers >= FEWEST


def may_decide(*, by: int, author: int, handed_in_by: int | None) -> bool:
    """Nobody approves or returns their own: neither who wrote it last nor who handed it in."""
    return by not in (author, handed_in_by)


def may_hand_in(*, state: str, is_needed: bool) -> bool:
    return is_needed and state == DRAFT


def may_submit(*, state: str, is_needed: bool) -> bool:
    """To Meta. Where nobody need be asked, a draft that was handed in before that was switched off may go too."""
    return state == READY or (not is_needed and state in (DRAFT, REVIEW))
