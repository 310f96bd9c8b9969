"""Which hosts may be called where somebody else names the address. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

PLAIN: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


def is_within(host: str, known: Iterable[str]) -> bool:
    """One of these hosts, or one below it, by the plainest reading: what could be read in two ways is none."""
    is_named = any(host == one or host.endswith(f".{one}") for one in known)
    return is_named and PLAIN.fullmatch(host) is not None
