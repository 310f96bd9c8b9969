"""Whole numbers as strangers write them: in addresses, forms and headers. Pure."""

from __future__ import annotations

from typing import Final

MOST_DIGITS: Final = 18  # so many fit into every bigint


def whole(text: str) -> int | None:
    """The number; None for anything else, and for what no column can hold.

    `int` takes the digits of every alphabet, and raises at more than 4,300 of them; `str.isdigit` takes ², which `int`
    does not.
    """
    is_one = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    return int(text) if is_one else None
