"""Reads the editor's page: its fields as a value, and what was pressed. Nothing is refused: a draft may be wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Final, TypeVar

from django.http import QueryDict

from templates_app import sources
from templates_app.content import (
    BUTTON_KINDS,
    CARD_BUTTON_KINDS,
    CAROUSEL,
    App,
    ButtonContent,
    CardContent,
    Content,
)
from templates_app.drafting import Written

SAMPLE: Final = "sample:"
SOURCE: Final = "source:"
CONSTANT: Final = "constant:"
KEY: Final = re.compile(
    r"(?:header|body|card\.\d{1,2}\.body)\.\w{1,100}|(?:card\.\d{1,2}\.)?button\.\d{1,2}"
)
CARD_KEY: Final = re.compile(r"card\.(\d+)\.(.+)")
UNITS: Final = (86_400, 3600, 60, 1)  # seconds of a lifetime's unit, the longest first
MUCH: Final = 40_000  # characters of a field; Meta takes far fewer
BUTTON_FIELDS: Final = ("kind", "text", "url", "phone", "sample", "flow", "screen")
MOST_BUTTONS: Final = 20
MOST_CARDS: Final = 12  # one may be over Meta's limit, so that we can say so
FEWEST_CARDS: Final = 2
MOST_APPS: Final = 6
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Act:
    """What was pressed. "add", "remove", "up" or "down" a button; the same of a "card-" or an "app-"; "cards-button"
    and "cards-unbutton" for all cards; "submit"; or nothing ("save")."""

    kind: str = "save"
    which: str = ""

    @property
    def moves_buttons(self) -> bool:
        return self.kind in ("add", "remove", "up", "down")

    @property
    def moves_cards(self) -> bool:
        return self.kind.startswith(("card-", "cards-"))

    @property
    def moves_apps(self) -> bool:
        return self.kind.startswith("app-")

    def of(self, prefix: str) -> Act:
        """The same without what it is done to: "card-up" is "up"."""
        return Act(self.kind.removeprefix(prefix), self.which)


def act_of(data: QueryDict) -> Act:
    kind, _colon, which = data.get("act", "save").partition(":")
    return Act(kind, which)


def written(data: QueryDict, *, before: Content) -> Written:
    """The page's fields. A sample file's handle stays as it was while its kind stays."""
    act, form = act_of(data), _field(data, "kind")
    kind, code_kind = _field(data, "header_kind"), _field(data, "code_kind") or "COPY_CODE"
    same_file = kind == before.header_kind
    cards, samples, filled = _cards(data, before=before, act=act, form=form)
    content = Content(
        form=form,
        header_kind=kind,
        header=_field(data, "header"),
        header_handle=before.header_handle if same_file else "",
        header_filename=before.header_filename if same_file else "",
        body=_field(data, "body"),
        footer=_field(data, "footer"),
        buttons=_moved_buttons(_buttons(data, "button", BUTTON_KINDS), act),
        samples=samples,
        sources=filled,
        offer=_field(data, "offer"),
        offer_ends="offer_ends" in data,
        card_kind=_field(data, "card_kind") or "IMAGE",
        cards=cards,
        security_line="security_line" in data,
        code_minutes=number(_field(data, "code_minutes").strip()),
        code_label=_field(data, "code_label"),
        code_kind=code_kind,
        code_autofill=_field(data, "code_autofill"),
        code_apps=_apps(data, act=act, code_kind=code_kind),
        code_terms="code_terms" in data,
        lifetime=_lifetime(data),
    )
    return Written(
        name=_field(data, "name"),
        language=_field(data, "language"),
        category=_field(data, "category"),
        content=content,
    )


def _lifetime(data: QueryDict) -> int | None:
    """Of how many it says, and of what; nothing where either makes no sense."""
    count, unit = (number(_field(data, name).strip()) for name in ("lifetime", "lifetime_unit"))
    return count * unit if count and unit in UNITS else None


def number(text: str) -> int | None:
    """A whole number, if it is one of a size that there is."""
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _field(data: QueryDict, name: str) -> str:
    return _clean(data.get(name, ""))


def _clean(text: str) -> str:
    return text[:MUCH].replace("\r\n", "\n").replace("\x00", "")


# --- variables ---------------------------------------------------------------------------------------


def _keyed(data: QueryDict, prefix: str) -> dict[str, str]:
    found = {k.removeprefix(prefix): k for k in data if k.startswith(prefix)}
    return {
        key: _clean(data.get(name, ""))[:1024] for key, name in found.items() if KEY.fullmatch(key)
    }


def drawn(data: QueryDict) -> dict[str, str]:
    """From where each variable is filled in; a constant with its words."""
    constants = _keyed(data, CONSTANT)
    chosen = {key: source[:100] for key, source in _keyed(data, SOURCE).items() if source}
    return {
        key: sources.constant(constants.get(key, "")) if source == sources.CONSTANT else source
        for key, source in chosen.items()
    }


# --- buttons and apps --------------------------------------------------------------------------------


def _buttons(data: QueryDict, before: str, kinds: Sequence[str]) -> list[ButtonContent]:
    columns = [data.getlist(f"{before}_{name}") for name in BUTTON_FIELDS]
    rows = zip_longest(*columns, fillvalue="")
    found = [
        ButtonContent(**{k: _clean(v)[:4000] for k, v in zip(BUTTON_FIELDS, row, strict=True)})
        for row in rows
    ]
    return [button for button in found if button.kind in kinds][: MOST_BUTTONS * MOST_CARDS]


def _moved_buttons(buttons: list[ButtonContent], act: Act) -> tuple[ButtonContent, ...]:
    """After what was pressed."""
    kept = buttons[:MOST_BUTTONS]
    if act.kind == "add" and act.which in BUTTON_KINDS:
        return (*kept[: MOST_BUTTONS - 1], ButtonContent(kind=act.which))
    return tuple(_moved(kept, act)) if act.moves_buttons else tuple(kept)


def _moved(rows: list[T], act: Act) -> list[T]:
    """One of them moved up or down, or gone."""
    at = number(act.which)
    if act.kind not in ("remove", "up", "down") or at is None or at >= len(rows):
        return rows
    chosen = rows.pop(at)
    if act.kind != "remove":
        rows.insert(max(0, at - 1) if act.kind == "up" else at + 1, chosen)
    return rows


def _apps(data: QueryDict, *, act: Act, code_kind: str) -> tuple[App, ...]:
    packages, signatures = data.getlist("app_package"), data.getlist("app_signature")
    rows = zip_longest(packages, signatures, fillvalue="")
    found = [
        App(package=_clean(p).strip()[:300], signature=_clean(s).strip()[:40]) for p, s in rows
    ]
    found = _moved(found[:MOST_APPS], act.of("app-")) if act.moves_apps else found[:MOST_APPS]
    wants_one = code_kind != "COPY_CODE" and not found
    if act.kind == "app-add" or wants_one:
        found.append(App())
    return tuple(found[:MOST_APPS])


# --- cards -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A card with what is keyed by its place, so that it keeps that when it moves."""

    card: CardContent
    samples: Mapping[str, str]
    sources: Mapping[str, str]


def _cards(
    data: QueryDict, *, before: Content, act: Act, form: str
) -> tuple[tuple[CardContent, ...], dict[str, str], dict[str, str]]:
    """The cards, and all samples and sources with those of the cards at their new places."""
    samples, filled = _keyed(data, SAMPLE), drawn(data)
    rows = [
        _Drawn(card, _within(samples, place), _within(filled, place))
        for place, card in enumerate(_posted_cards(data, before))
    ]
    if act.moves_cards:
        rows = _moved(rows, act.of("card-"))
        if act.kind == "card-add":
            like = rows[-1].card.buttons if rows else ()
            rows.append(_blank(tuple(replace(b, url="", sample="") for b in like)))
        rows = [replace(row, card=_with_buttons(row.card, act)) for row in rows]
    if form == CAROUSEL and not rows:
        rows = [_blank(()) for _n in range(FEWEST_CARDS)]
    rows = rows[:MOST_CARDS]
    for keyed, of in ((samples, "samples"), (filled, "sources")):
        for key in [key for key in keyed if CARD_KEY.fullmatch(key)]:
            del keyed[key]
        for place, row in enumerate(rows):
            keyed.update({f"card.{place}.{k}": v for k, v in getattr(row, of).items()})
    return tuple(row.card for row in rows), samples, filled


def _blank(buttons: tuple[ButtonContent, ...]) -> _Drawn:
    return _Drawn(CardContent(buttons=buttons), {}, {})


def _within(keyed: Mapping[str, str], place: int) -> dict[str, str]:
    matches = ((CARD_KEY.fullmatch(key), value) for key, value in keyed.items())
    return {m[2]: value for m, value in matches if m and int(m[1]) == place}


def _posted_cards(data: QueryDict, before: Content) -> list[CardContent]:
    """A file stays with its card: `card_at` is where the card stood when the page was made."""
    same_kind = (_field(data, "card_kind") or "IMAGE") == before.card_kind
    buttons = _buttons(data, "card_button", CARD_BUTTON_KINDS)
    owners = [number(at) for at in data.getlist("card_button_at")]
    found = []
    for at, body in zip(data.getlist("card_at"), data.getlist("card_body"), strict=False):
        place = number(at)
        was = before.cards[place] if place is not None and place < len(before.cards) else None
        own = [b for b, owner in zip(buttons, owners, strict=False) if owner == place]
        kept = was if was and same_kind else CardContent()
        found.append(
            CardContent(
                handle=kept.handle,
                filename=kept.filename,
                body=_clean(body)[:4000],
                buttons=tuple(own),
            )
        )
    return found[:MOST_CARDS]


def _with_buttons(card: CardContent, act: Act) -> CardContent:
    """Buttons come to all cards and go from all: they must be alike."""
    if act.kind == "cards-button" and act.which in CARD_BUTTON_KINDS:
        return replace(card, buttons=(*card.buttons, ButtonContent(kind=act.which)))
    if act.kind == "cards-unbutton":
        return replace(card, buttons=tuple(_moved(list(card.buttons), Act("remove", act.which))))
    return card


# --- samples -----------------------------------------------------------------------------------------


def with_sample(content: Content, *, place: str, handle: str, filename: str) -> Content:
    """`place`: "header", or the number of a card."""
    name, at = filename[:200], number(place)
    if at is None:
        return replace(content, header_handle=handle, header_filename=name)
    cards = list(content.cards)
    cards[at] = replace(cards[at], handle=handle, filename=name)
    return replace(content, cards=tuple(cards))
