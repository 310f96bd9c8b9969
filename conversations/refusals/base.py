"""What every refusal has: a code, what happened and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext


@dataclass(eq=False)
class Refusal(Exception):
    """`what` happened and what `todo`, in the language that is active when they are read."""

    code: ClassVar[str] = "refused"

    @property
    def what(self) -> str:
        return gettext("This cannot be done now.")

    @property
    def todo(self) -> str:
        return ""

    @property
    def words(self) -> str:
        return f"{self.what} {self.todo}".strip()

    def __str__(self) -> str:
        return self.words


def refusal_facts(refusal: Refusal) -> Mapping[str, str]:
    """For answers in JSON and for logs."""
    return {"code": refusal.code, "what": refusal.what, "todo": refusal.todo}
