"""Whether somebody is there: what they say of themselves, as long as a page of theirs is on the line. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

ONLINE: Final = "online"
OFFLINE: Final = "offline"


def shown(*, chosen: str, line_at: datetime | None, patience: timedelta, at: datetime) -> str:
    """What colleagues see. `line_at`: when a browser of theirs was last on the line."""
    if line_at is None or at - line_at > patience:
        return OFFLINE
    return chosen
