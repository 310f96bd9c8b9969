"""How a customer's rating travels: the ids of the answers that we offer, and the score that comes back. Pure.

Inside the window it is a list of five rows, best first. Outside of it an approved template asks, whose quick replies
stand for scores from best to worst. The ids are ours and unguessable: nobody rates by typing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

BEST: Final = 5
SCORES: Final = range(1, BEST + 1)
FEWEST: Final = 2  # answers that make a rating
_ID: Final = re.compile(r"rate:([0-9a-f]{32}):([1-5])")


def answer_id(survey: UUID, score: int) -> str:
    return f"rate:{survey.hex}:{score}"


def read(kind: str, content: Mapping[str, Any]) -> tuple[UUID, int] | None:
    """The survey and the score that an inbound message of this kind answers with; None for any other message."""
    said: object = None
    if kind == "interactive":
        said = content.get("id")  # of a row or a button, as whatsapp/webhooks gives it
    elif kind == "button":
        said = content.get("payload")
    found = _ID.fullmatch(said) if isinstance(said, str) else None
    return (UUID(found[1]), int(found[2])) if found else None


def spread(count: int) -> list[int]:
    """The scores of so many answers from best to worst: 5, 3, 1 for three. ValueError if they make no rating."""
    if not FEWEST <= count <= BEST:
        raise ValueError(f"{count} answers make no rating")
    return [round(BEST - n * (BEST - 1) / (count - 1)) for n in range(count)]


def question(survey: UUID, *, body: str, button: str, words: Mapping[int, str]) -> dict[str, Any]:
    """The interactive list, as Meta has it. `words`: the row of each score, up to 24 characters."""
    rows = [{"id": answer_id(survey, score), "title": words[score]} for score in reversed(SCORES)]
    return {
        "type": "list",
        "body": {"text": body},
        "action": {"button": button, "sections": [{"rows": rows}]},
    }


def payloads(survey: UUID, *, buttons: int) -> list[dict[str, Any]]:
    """The components of a template's send that give its quick replies their ids."""
    return [
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": str(index),
            "parameters": [{"type": "payload", "payload": answer_id(survey, score)}],
        }
        for index, score in enumerate(spread(buttons))
    ]
