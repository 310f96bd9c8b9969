"""One thing that is wrong with a message before it is sent: where, and in words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """`place` is a path such as "text.body" or "interactive.buttons.2"."""

    place: str
    english: str
    russian: str

    def words(self, language: str = "en") -> str:
        return self.russian if language.lower().startswith("ru") else self.english
