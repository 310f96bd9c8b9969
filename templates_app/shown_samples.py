"""Which file stands above a template and above each of its cards: ours of what was handed in, or Meta's, fetched.

Meta shows a sample by an address of its own, signed for some weeks, and never hands the handle out again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from templates_app import card_samples, components, parts
from templates_app.models import MetaSample, MetaSampleState, SampleFile, SubmissionState, Template

HEADER: Final = -1  # the place above the text; the cards' are from 0


@dataclass(frozen=True, slots=True)
class Addressed:
    """A sample that Meta shows by an address. `kind`: IMAGE, VIDEO or DOCUMENT."""

    place: int
    kind: str
    address: str

    @property
    def path(self) -> str:
        """What stays of the address when it is signed anew."""
        return urlsplit(self.address).path


@dataclass(frozen=True, slots=True)
class Shown:
    """The files by place, and in which state those are that are missing."""

    files: Mapping[int, SampleFile]
    state: MetaSampleState | None = None


def of(template: Template) -> Shown:
    """What is here of its samples."""
    files = _ours(template)
    theirs = [one for one in addressed(template.components) if one.place not in files]
    if not theirs:
        return Shown(files)
    rows = {row.place: row for row in template.meta_samples.select_related("sample")}
    states = []
    for one in theirs:
        row = rows.get(one.place)
        if row and row.sample:
            files[one.place] = row.sample
        elif row:
            states.append(MetaSampleState(row.state))
        else:
            states.append(MetaSampleState.WANTED)
    return Shown(files, states[0] if states else None)


def missing(template: Template) -> list[Addressed]:
    """Those that were never fetched, or are others by now."""
    ours = _ours(template)
    theirs = [one for one in addressed(template.components) if one.place not in ours]
    if not theirs:
        return []
    here = {
        (row.place, row.path)
        for row in MetaSample.objects.filter(template=template, state=MetaSampleState.HERE)
    }
    return [one for one in theirs if (one.place, one.path) not in here]


def addressed(said: Any) -> Iterator[Addressed]:
    """Those of Meta's components that hold an address. A malformed one is left out."""
    layout = components.read(said or [])
    if layout.needs_file:
        yield from _addressed(HEADER, layout.header_kind, _handle(said))
    for place, card in enumerate(layout.cards):
        yield from _addressed(place, card.header_kind, card.header_handle)


def _addressed(place: int, kind: str, handle: str) -> Iterator[Addressed]:
    if not handle.startswith(("http://", "https://")):
        return
    one = Addressed(place, kind, handle)
    try:
        is_address = bool(one.path)
    except ValueError:
        return
    if is_address:
        yield one


def _ours(template: Template) -> dict[int, SampleFile]:
    """What somebody uploaded here."""
    layout = components.of(template)
    found = {}
    if layout.needs_file and (sample := _header(template, layout.header_kind)):
        found[HEADER] = sample
    if layout.cards:
        files = card_samples.of(template)
        for place, card in enumerate(layout.cards):
            if sample := files.get(card.file_key):
                found[place] = sample
    return found


def _header(template: Template, kind: str) -> SampleFile | None:
    """By the handle in Meta's words, or by the one that was handed in last, where that is of the same kind."""
    handles = [_handle(template.components)]
    last = template.submissions.filter(state=SubmissionState.ACCEPTED).first()
    given = last.body.get("components", []) if last else []
    if components.read(given).header_kind == kind:
        handles.append(_handle(given))
    known = SampleFile.objects.filter(account=template.account_id)
    return known.filter(handle__in=[one for one in handles if one]).first()


def _handle(said: Any) -> str:
    return parts.handle(parts.by_type(said or []).get("HEADER", {}))
