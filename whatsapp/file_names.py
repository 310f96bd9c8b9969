"""Names of files as they are shown and given to a download: no hidden mark makes an .exe look like a .txt."""

from __future__ import annotations

import re

# Line breaks would end a header, marks of direction turn letters round, separators lead into other folders.
UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff/\\]"
)
LONGEST = 255


def plain(name: str) -> str:
    """The name with `_` in place of every sign that is not seen."""
    return UNSEEN.sub("_", name)


def taken(name: str | None) -> str:
    """What is kept of a name that came with a file: the last piece of a path, and of a long one its end, the type."""
    return plain(re.split(r"[/\\]", name or "")[-1])[-LONGEST:]
