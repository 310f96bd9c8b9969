"""What one look of the doctor found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    OK = "ok"
    LOOK = "look"  # works, but look at it
    RED = "RED"


@dataclass(frozen=True, slots=True)
class Finding:
    about: str
    state: State
    said: str
    advice: str = ""
