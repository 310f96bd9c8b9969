"""Translations without system tools: words are collected, checked and compiled by Babel.

Django's own commands call GNU gettext, which a machine with nothing but Python does not have.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import template as django_template

KEYWORDS: dict[str, Any] = {
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "_": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
LEFT_OUT = {"tests", "migrations", "simulator", "local", "node_modules", "staticfiles", "bin"}


def catalogues() -> Iterator[Path]:
    for folder in settings.LOCALE_PATHS:
        yield from sorted(Path(folder).glob("*/LC_MESSAGES/*.po"))


def read(path: Path) -> Any:
    from babel.messages.pofile import read_po

    with path.open("rb") as stream:
        return read_po(stream, locale=path.parent.parent.name)


def compile_all() -> list[Path]:
    """Write the *.mo that are older than their *.po; gives what was written."""
    from babel.messages.mofile import write_mo

    written = []
    for source in catalogues():
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        fresh = target.with_suffix(f".{os.getpid()}")  # two commands may compile at once
        with fresh.open("wb") as stream:
            write_mo(stream, read(source))
        fresh.replace(target)
        written.append(target)
    return written


def collect(root: Path) -> Any:
    """Every word for people in the project's Python and templates, as a Babel catalogue."""
    from babel.messages.catalog import Catalog
    from babel.messages.extract import extract_python

    found = Catalog(project="WABA Inbox", charset="utf-8")
    for path in _sources(root):
        text = path.read_text()
        if path.suffix != ".py":
            text = _as_python(text, name=str(path))
        place = path.relative_to(root).as_posix()
        calls: Any = extract_python(io.BytesIO(text.encode()), KEYWORDS, ["Translators:"], {})
        for line, function, words, notes in calls:
            message, context = _message(function, words)
            if message:
                found.add(message, locations=[(place, line)], auto_comments=notes, context=context)
    return found


def _sources(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(one for one in folders if one not in LEFT_OUT and one[0] != ".")
        has_templates = (
            "templates" in Path(folder).relative_to(root).parts
        )  # other texts are no templates
        endings = (".py", ".html", ".txt") if has_templates else (".py", ".html")
        yield from (Path(folder, name) for name in sorted(files) if name.endswith(endings))


def _as_python(text: str, *, name: str) -> str:
    """A template as Django rewrites it for gettext; in brackets, since its lines are indented at random."""
    return f"({django_template.templatize(text, origin=name)}\n)"


def _message(function: str, words: Any) -> tuple[Any, str | None]:
    """The words of one call: plain, or singular and plural, with their context."""
    parts = words if isinstance(words, tuple) else (words,)
    spec = KEYWORDS[function] or (1,)
    picked: list[str] = []
    context = None
    for one in spec:
        place = one[0] if isinstance(one, tuple) else one
        word = parts[place - 1] if len(parts) >= place else None
        if not isinstance(word, str):
            return None, None
        if isinstance(one, tuple):
            context = word
        else:
            picked.append(word)
    return (picked[0] if len(picked) == 1 else tuple(picked)), context


def untranslated(path: Path, wanted: Any) -> list[str]:
    """The words that a catalogue does not say yet, or is not sure of."""
    have = read(path)
    missing = []
    for message in wanted:
        if not message.id:
            continue
        words = message.id if isinstance(message.id, str) else message.id[0]
        found = have.get(words, message.context)
        said = found.string if found else ""
        texts = said if isinstance(said, list | tuple) else [said]
        if found is None or found.fuzzy or not all(texts):
            missing.append(words)
    return missing


def update(path: Path, wanted: Any) -> None:
    """Bring new words into a catalogue and drop those that nobody says any more. Nothing is guessed."""
    from babel.messages.pofile import write_po

    catalogue = read(path)
    catalogue.update(wanted, no_fuzzy_matching=True)
    with path.open("wb") as stream:
        write_po(stream, catalogue, width=100, ignore_obsolete=True, include_lineno=False)
