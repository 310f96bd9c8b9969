"""How a template looks on the phone: with its samples, with its pictures, or with the words that Meta writes itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.urls import reverse

from templates_app import components, lengths, shown_samples
from templates_app.components import Layout, Preview
from templates_app.content import Content, DraftContent
from templates_app.models import SampleFile, Template


def of_draft(draft: DraftContent, *, size: str = "") -> Preview:
    """With its samples; `size`: "short" or "long" for what real values may be like."""
    layout = layout_of(draft)
    return components.preview(layout, lengths.sized(layout, size))


def of_template(template: Template, shown: shown_samples.Shown | None = None) -> Preview:
    """As Meta has it, with its samples, and with the files above it and above its cards that are here: `shown`."""
    layout = components.of(template)
    preview = components.preview(layout, components.examples(layout))
    if not layout.needs_file and not layout.cards:
        return preview
    files = (shown or shown_samples.of(template)).files
    cards = [card | {"file": address(files.get(place))} for place, card in enumerate(preview.cards)]
    header = address(files.get(shown_samples.HEADER))
    return replace(preview, header_file=header, cards=tuple(cards))


def address(sample: SampleFile | None) -> str:
    """Where pages find a file; empty for what is not here."""
    return reverse("templates_app:sample", args=[sample.key]) if sample else ""


def layout_of(draft: DraftContent) -> Layout:
    return components.read(
        draft.components, is_named=draft.content.is_named, language=draft.language
    )


def files(account_id: int, content: Content) -> dict[str, str]:
    """The address of each uploaded file, by its handle."""
    handles = {content.header_handle, *(card.handle for card in content.cards)} - {""}
    if not handles:
        return {}
    found = SampleFile.objects.filter(account=account_id, handle__in=handles)
    return {sample.handle: address(sample) for sample in found}


def with_files(preview: Preview, content: Content, shown: Mapping[str, str]) -> Preview:
    cards = [
        card | {"file": shown.get(own.handle, "")}
        for card, own in zip(preview.cards, content.cards, strict=False)
    ]
    header = shown.get(content.header_handle, "") if content.header_handle else ""
    return replace(preview, header_file=header, cards=tuple(cards))
