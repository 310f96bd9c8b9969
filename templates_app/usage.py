"""Who counts on a template: what other apps keep with it. They say so with `also` when they start; the desk warns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from templates_app.models import Template


@dataclass(frozen=True, slots=True)
class Use:
    """`what` it is, in the reader's language; how many; some of them as label and address."""

    what: str
    count: int
    some: tuple[tuple[str, str], ...] = field(default=())

    @property
    def more(self) -> int:
        return self.count - len(self.some) if self.some else 0


@dataclass(frozen=True, slots=True)
class Planned:
    """A day on which a template goes out later: the first moment of it, and how many messages."""

    template_id: int
    at: datetime
    count: int


Teller = Callable[[Template], Iterable[Use]]
Planner = Callable[[int], Iterable[Planned]]
_tellers: list[Teller] = []
_planners: list[Planner] = []


def also(teller: Teller, planner: Planner) -> None:
    """Ask these too."""
    if teller not in _tellers:
        _tellers.append(teller)
        _planners.append(planner)


def planned(workspace_id: int) -> list[Planned]:
    """All that goes out later with a template, the next first."""
    found = [one for planner in _planners for one in planner(workspace_id)]
    return sorted(found, key=lambda one: (one.at, one.template_id))


def of(template: Template) -> list[Use]:
    """All that would suffer if it were deleted or stood in review."""
    return [use for teller in _tellers for use in teller(template) if use.count]
