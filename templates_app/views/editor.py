"""What the editor's page and its answers show of a draft: fields, problems at their places, samples, the preview."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy

from accounts.rights import AgentRequest
from templates_app import drafting, forms, known, lengths, looks, marks, rules, sources
from templates_app.content import (
    BUTTON_KINDS,
    CAROUSEL,
    OFFER,
    ButtonContent,
    CardContent,
    Content,
    NotEditable,
    names,
)
from templates_app.models import Draft

PLACES: Final = (
    "name", "language", "category", "header", "body", "offer", "footer", "buttons", "cards", "code", "lifetime",
)  # fmt: skip
HEADERS: Final = (
    ("", pgettext_lazy("header", "None")),
    ("TEXT", pgettext_lazy("header", "Text")),
    ("IMAGE", gettext_lazy("Image")),
    ("VIDEO", gettext_lazy("Video")),
    ("DOCUMENT", gettext_lazy("Document")),
    ("LOCATION", gettext_lazy("Location")),
)
FORMS: Final = (
    ("", gettext_lazy("Text and buttons"), "message-square-text"),
    (OFFER, gettext_lazy("Offer that ends"), "timer"),
    (CAROUSEL, gettext_lazy("Carousel"), "gallery-horizontal"),
)
CODES: Final = (
    ("COPY_CODE", gettext_lazy("Copy code"), gettext_lazy("A button copies it; works everywhere")),
    ("ONE_TAP", gettext_lazy("One tap"), gettext_lazy("A tap hands it to your Android app")),
    ("ZERO_TAP", gettext_lazy("No tap"), gettext_lazy("Your Android app takes it by itself")),
)
UNITS: Final = (
    (1, gettext_lazy("seconds")),
    (60, gettext_lazy("minutes")),
    (3600, gettext_lazy("hours")),
    (86_400, gettext_lazy("days")),
)
SIZES: Final = (
    ("", gettext_lazy("Samples")),
    (lengths.SHORT, gettext_lazy("Short")),
    (lengths.LONG, gettext_lazy("Long")),
)
Words = list[tuple[str, str]]  # severity and what is said


@dataclass(frozen=True, slots=True)
class Row:
    """A variable in the editor: how it is called, its sample, and from where it is filled in later."""

    label: str
    key: str
    sample: str
    source: str
    constant: str


@dataclass(frozen=True, slots=True)
class ButtonRow:
    number: int
    button: ButtonContent
    id: str
    said: Words
    key: str  # of its variable
    has_variable: bool
    source: str
    constant: str


@dataclass(frozen=True, slots=True)
class CardRow:
    number: int
    card: CardContent
    id: str
    said: Words
    picture: str
    samples: list[Row]
    samples_id: str
    buttons: list[ButtonRow]


def context(row: Draft, *, size: str = "") -> dict[str, Any]:
    """What the page and its answers both show. `size` of the samples in the preview."""
    whole = row.whole
    content = whole.content
    found = known.problems(row, at=timezone.localtime())
    said = _by_place(found, content)
    files = looks.files(row.account_id, content)
    size = size if size in lengths.SIZES else ""
    return {
        "draft": row,
        "content": content,
        "preview": looks.with_files(looks.of_draft(whole, size=size), content, files),
        "size": size,
        "sizes": SIZES,
        "problems": said,
        "places": [(place, place.replace(" ", "-"), words) for place, words in said.items()],
        "page_places": PLACES,
        "buttons": list(button_rows(content, content.buttons, said, before="")),
        "button_kinds": BUTTON_KINDS,
        "cards": list(_card_rows(content, said, files)),
        "card_button_kinds": content.cards[0].buttons if content.cards else (),
        "apps": _apps(content, said),
        "samples": {place: sample_rows(content, place) for place in ("header", "body")},
        "sources": SimpleLazyObject(lambda: sources.choices(row.account.workspace_id)),
        "refused": sum(p.severity is rules.Severity.REFUSED for p in found),
        "warned": sum(p.severity is rules.Severity.OFTEN_REFUSED for p in found),
        "is_promotional": any(p.rule == "promotional" for p in found),
        "header_kinds": HEADERS,
        "forms": FORMS,
        "codes": CODES,
        "lifetime": _lifetime(content.lifetime),
        "may_rename": row.template_id is None,
        "marks": marks_of(row),
        "mark_places": marks.PLACES,
    }


def _lifetime(seconds: int | None) -> tuple[int | str, list[tuple[int, Any, bool]]]:
    """The number in the longest unit that holds it, and the units with the one that is chosen."""
    unit = next((unit for unit in forms.UNITS if seconds and not seconds % unit), 3600)
    rows = [(one, words, one == unit) for one, words in UNITS]
    return seconds // unit if seconds else "", rows


def _by_place(found: Sequence[rules.Problem], content: Content) -> dict[str, Words]:
    """Every place that the page has, in its order, with what is said there."""
    language = get_language() or "en"
    said: dict[str, Words] = {place: [] for place in PLACES}
    said |= {f"button {n + 1}": [] for n in range(max(len(content.buttons), forms.MOST_BUTTONS))}
    said |= {f"app {n + 1}": [] for n in range(len(content.code_apps))}
    for n, card in enumerate(content.cards, start=1):
        said[f"card {n}"] = []
        said |= {f"card {n} button {b + 1}": [] for b in range(len(card.buttons))}
    for problem in found:
        said.setdefault(problem.place, []).append((problem.severity, problem.words(language)))
    return said


def sample_rows(content: Content, place: str) -> list[Row]:
    """`place`: header, body, or `card.0.body`."""
    text = {"header": content.header, "body": content.body}.get(place, "")
    if place.startswith("card."):
        text = content.cards[int(place.split(".")[1])].body
    return [_row(content, f"{{{{{name}}}}}", f"{place}.{name}") for name in names(text)]


def _row(content: Content, label: str, key: str) -> Row:
    source = content.sources.get(key, "")
    return Row(
        label, key, content.samples.get(key, ""),
        sources.kind_of(source), sources.constant_of(source),
    )  # fmt: skip


def button_rows(
    content: Content, buttons: Sequence[ButtonContent], said: dict[str, Words], *, before: str
) -> Iterator[ButtonRow]:
    """`before`: "card 1 " for those of a card."""
    within = f"card.{int(before.split()[1]) - 1}." if before else ""
    for number, button in enumerate(buttons):
        place, key = f"{before}button {number + 1}", f"{within}button.{number}"
        source = content.sources.get(key, "")
        yield ButtonRow(
            number=number,
            button=button,
            id=place.replace(" ", "-"),
            said=said[place],
            key=key,
            has_variable=button.kind == "COPY_CODE" or "{{" in button.url,
            source=sources.kind_of(source),
            constant=sources.constant_of(source),
        )


def _card_rows(
    content: Content, said: dict[str, Words], files: dict[str, str]
) -> Iterator[CardRow]:
    for number, card in enumerate(content.cards):
        place = f"card.{number}.body"
        yield CardRow(
            number=number,
            card=card,
            id=f"card-{number + 1}",
            said=said[f"card {number + 1}"],
            picture=files.get(card.handle, "") if content.card_kind == "IMAGE" else "",
            samples=sample_rows(content, place),
            samples_id=place.replace(".", "-"),
            buttons=list(button_rows(content, card.buttons, said, before=f"card {number + 1} ")),
        )


def _apps(content: Content, said: dict[str, Words]) -> list[tuple[int, Any, str, Words]]:
    return [
        (n, app, f"app-{n + 1}", said[f"app {n + 1}"]) for n, app in enumerate(content.code_apps)
    ]


def marks_of(row: Draft) -> frozenset[str]:
    """Where the refused template, which this draft corrects, offends still."""
    template = row.template
    if not row.reason or template is None:
        return frozenset()
    try:
        refused = drafting.whole_of(template)
    except NotEditable:
        return frozenset()
    found = marks.of(refused, reason=row.reason, note=template.rejection_note)
    return marks.left(found, refused=refused, now=row.whole)


def moved(request: AgentRequest, row: Draft) -> dict[str, Any]:
    """Which rows of the page are others than it has: fields in use are left alone."""
    content, act = row.whole.content, forms.act_of(request.POST)
    posted_cards = len(request.POST.getlist("card_at"))
    posted_apps = len(request.POST.getlist("app_package"))
    cards_moved = act.moves_cards or posted_cards != len(content.cards)
    return {
        "buttons_moved": act.moves_buttons,
        "cards_moved": cards_moved,
        "apps_moved": act.moves_apps or posted_apps != len(content.code_apps),
        "sample_places": list(_changed_samples(request, content, with_cards=not cards_moved)),
    }


def _changed_samples(
    request: AgentRequest, content: Content, *, with_cards: bool
) -> Iterator[tuple[str, list[Row]]]:
    cards = [f"card.{n}.body" for n in range(len(content.cards) if with_cards else 0)]
    for place in ("header", "body", *cards):
        rows = sample_rows(content, place)
        posted = [key for key in request.POST if key.startswith(f"sample:{place}.")]
        if sorted(posted) != sorted(f"sample:{row.key}" for row in rows):
            yield place.replace(".", "-"), rows
