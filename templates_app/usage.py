"""Who counts on a template: what other apps keep with it. They say so with `also` when they start; the desk warns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

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


Teller = Callable[[Template], Iterable[Use]]
_tellers: list[Teller] = []


def also(teller: Teller) -> None:
    """Ask this one too."""
    if teller not in _tellers:
        _tellers.append(teller)


def of(template: Template) -> list[Use]:
    """All that would suffer if it were deleted or stood in review."""
    return [use for teller in _tellers for use in teller(template) if use.count]
