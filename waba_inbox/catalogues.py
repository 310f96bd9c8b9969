"""Translations without system tools: *.po are compiled by Babel, at set-up."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings


def catalogues() -> Iterator[Path]:
    for folder in settings.LOCALE_PATHS:
        yield from sorted(Path(folder).glob("*/LC_MESSAGES/*.po"))


def compile_all() -> list[Path]:
    """Write the *.mo that are older than their *.po; gives what was written."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    written = []
    for source in catalogues():
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as stream:
            catalogue = read_po(stream, locale=source.parent.parent.name)
        fresh = target.with_suffix(f".{os.getpid()}")  # two commands may compile at once
        with fresh.open("wb") as stream:
            write_mo(stream, catalogue)
        fresh.replace(target)
        written.append(target)
    return written
