"""From where a variable is filled in when a template is picked: the contact, who sends it, a field, or words that stay.

A source is kept as its name (`contact.first_name`, `field.contact.size`) or, for words that stay, as `=` and the words.
What the apps above know besides they add by `also` when they start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Label: TypeAlias = str | Promise
Choice: TypeAlias = tuple[str, Label]

CONSTANT: Final = "="
OURS: Final[tuple[Choice, ...]] = (
    ("contact.first_name", _("Contact: first name")),
    ("contact.name", _("Contact: whole name")),
    ("contact.phone", _("Contact: phone number")),
    ("agent.first_name", _("Who sends it: first name")),
    ("agent.name", _("Who sends it: whole name")),
    ("number.name", _("Your number: its name")),
)
_more: list[Callable[[int], Iterable[Choice]]] = []


def also(more: Callable[[int], Iterable[Choice]]) -> None:
    """`more(workspace_id)` gives names and labels."""
    _more.append(more)


def choices(workspace_id: int) -> Sequence[Choice]:
    return [*OURS, *(choice for more in _more for choice in more(workspace_id))]


def constant(words: str) -> str:
    return f"{CONSTANT}{words}"


def constant_of(source: str) -> str:
    """The words that stay; empty for a source of another kind."""
    return source.removeprefix(CONSTANT) if source.startswith(CONSTANT) else ""


def kind_of(source: str) -> str:
    """The name that is chosen in a page."""
    return CONSTANT if source.startswith(CONSTANT) else source


def drawn(sources: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """The values that can be filled in, by the variable's key. `known`: by the source's name."""
    found = {
        key: constant_of(source) if source.startswith(CONSTANT) else known.get(source, "")
        for key, source in sources.items()
    }
    return {key: value for key, value in found.items() if value}
