"""Reads the editor's page: its fields as a value, and what was pressed. Nothing is refused: a draft may be wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Final

from django.http import QueryDict

from templates_app.content import BUTTON_KINDS, ButtonContent, Content
from templates_app.drafting import Written

SAMPLE: Final = "sample:"
SAMPLE_KEY: Final = re.compile(r"sample:(?:header|body)\.\w{1,100}")
MUCH: Final = 40_000  # characters of a field; Meta takes far fewer
BUTTON_FIELDS: Final = ("kind", "text", "url", "phone", "sample")
MOST_BUTTONS: Final = 20


@dataclass(frozen=True, slots=True)
class Act:
    """What was pressed: "add", "remove", "up" or "down" a button, "submit", or nothing ("save")."""

    kind: str = "save"
    which: str = ""

    @property
    def moves_buttons(self) -> bool:
        return self.kind in ("add", "remove", "up", "down")


def act_of(data: QueryDict) -> Act:
    kind, _colon, which = data.get("act", "save").partition(":")
    return Act(kind, which)


def written(data: QueryDict, *, before: Content) -> Written:
    """The page's fields. A sample file's handle stays as it was while its kind stays."""
    kind = _field(data, "header_kind")
    same_file = kind == before.header_kind
    minutes = _field(data, "code_minutes").strip()
    content = Content(
        header_kind=kind,
        header=_field(data, "header"),
        header_handle=before.header_handle if same_file else "",
        header_filename=before.header_filename if same_file else "",
        body=_field(data, "body"),
        footer=_field(data, "footer"),
        buttons=_moved(_buttons(data), act_of(data)),
        samples=_samples(data),
        security_line="security_line" in data,
        code_minutes=number(minutes),
        code_label=_field(data, "code_label"),
    )
    return Written(
        name=_field(data, "name"),
        language=_field(data, "language"),
        category=_field(data, "category"),
        content=content,
    )


def number(text: str) -> int | None:
    """A whole number, if it is one of a size that there is."""
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _field(data: QueryDict, name: str) -> str:
    return _clean(data.get(name, ""))


def _clean(text: str) -> str:
    return text[:MUCH].replace("\r\n", "\n").replace("\x00", "")


def _samples(data: QueryDict) -> dict[str, str]:
    return {
        key.removeprefix(SAMPLE): _clean(data.get(key, ""))[:1024]
        for key in data
        if SAMPLE_KEY.fullmatch(key)
    }


def _buttons(data: QueryDict) -> list[ButtonContent]:
    columns = [data.getlist(f"button_{name}") for name in BUTTON_FIELDS]
    rows = zip_longest(*columns, fillvalue="")
    found = [
        ButtonContent(**{k: _clean(v)[:4000] for k, v in zip(BUTTON_FIELDS, row, strict=True)})
        for row in rows
    ]
    return [button for button in found if button.kind in BUTTON_KINDS][:MOST_BUTTONS]


def _moved(buttons: list[ButtonContent], act: Act) -> tuple[ButtonContent, ...]:
    """After what was pressed."""
    if act.kind == "add" and act.which in BUTTON_KINDS:
        return (*buttons[: MOST_BUTTONS - 1], ButtonContent(kind=act.which))
    at = number(act.which)
    if act.moves_buttons and at is not None and at < len(buttons):
        chosen = buttons.pop(at)
        if act.kind != "remove":
            buttons.insert(max(0, at - 1) if act.kind == "up" else at + 1, chosen)
    return tuple(buttons)


def with_sample(content: Content, *, handle: str, filename: str) -> Content:
    return replace(content, header_handle=handle, header_filename=filename[:200])
