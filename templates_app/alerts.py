"""Tells whoever keeps the alerts (quality, which stands above) what a manager must hear of a template, or no more.

There is one store of alerts, with one page and one way of mail and push; the desk only shows those about templates.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from accounts.models import Agent
from templates_app import ringing
from templates_app.models import Draft, Template
from templates_app.ringing import AlertKind


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """`rings`: what is wrong now with this row; `ends`: what no more is."""

    row: Template | Draft
    rings: AlertKind | None = None
    ends: Collection[AlertKind] = ()
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An open alert about a template or draft, in the reader's language. `act`: where what people do with it goes."""

    title: str
    subject: str
    words: str
    address: str
    act: str
    is_bad: bool
    at: datetime


Hearer: TypeAlias = Callable[[News], None]
Teller: TypeAlias = Callable[[Agent], Sequence[Standing]]
_hearers: list[Hearer] = []
_tellers: list[Teller] = []


def also(hearer: Hearer, teller: Teller) -> None:
    """Who keeps alerts hears of every change, in its transaction, and tells which stand open. Called at the start."""
    if hearer not in _hearers:
        _hearers.append(hearer)
        _tellers.append(teller)


def of_change(template: Template, kind: str, *, before: str, after: str) -> None:
    """Call after the change is on the row, in its transaction, before it is published."""
    rings, ends = ringing.kind_of(kind, before, after), ringing.ended_by(kind, after)
    if rings or ends:
        _tell(News(row=template, rings=rings, ends=ends, before=before, after=after))


def of_plan(
    draft: Draft, rings: AlertKind | None, *, submit_by: str = "", needed: str = ""
) -> None:
    """How a needed draft stands: what it rings now ends what it rang before; None ends all."""
    ends = ringing.OF_PLAN - {rings}
    _tell(News(row=draft, rings=rings, ends=ends, before=submit_by, after=needed))


def standing(agent: Agent) -> list[Standing]:
    """What is shown above the board, the latest first."""
    return [one for teller in _tellers for one in teller(agent)]


def _tell(news: News) -> None:
    for hearer in _hearers:
        hearer(news)
