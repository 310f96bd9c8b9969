"""How a template looks on the phone: with its samples, with its pictures, or with the words that Meta writes itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.urls import reverse

from templates_app import card_samples, components, lengths
from templates_app.components import Layout, Preview
from templates_app.content import Content, DraftContent
from templates_app.models import SampleFile, Template


def of_draft(draft: DraftContent, *, size: str = "") -> Preview:
    """With its samples; `size`: "short" or "long" for what real values may be like."""
    layout = layout_of(draft)
    return components.preview(layout, lengths.sized(layout, size))


def of_template(template: Template) -> Preview:
    """As Meta has it, with its samples, and with the pictures of its cards that are here."""
    layout = components.of(template)
    preview = components.preview(layout, components.examples(layout))
    if not layout.cards:
        return preview
    files = card_samples.of(template)
    cards = [
        shown | {"file": address(files.get(card.file_key))}
        for shown, card in zip(preview.cards, layout.cards, strict=True)
    ]
    return replace(preview, cards=tuple(cards))


def address(sample: SampleFile | None) -> str:
    """Where pages find a picture; empty for what is none."""
    if sample is None or not sample.is_picture:
        return ""
    return reverse("templates_app:sample", args=[sample.key])


def layout_of(draft: DraftContent) -> Layout:
    return components.read(
        draft.components, is_named=draft.content.is_named, language=draft.language
    )


def pictures(account_id: int, content: Content) -> dict[str, str]:
    """The address of each uploaded picture, by its handle."""
    handles = {content.header_handle, *(card.handle for card in content.cards)} - {""}
    if not handles:
        return {}
    found = SampleFile.objects.filter(account=account_id, handle__in=handles)
    return {sample.handle: address(sample) for sample in found if sample.is_picture}


def with_pictures(preview: Preview, content: Content, shown: Mapping[str, str]) -> Preview:
    cards = [
        card | {"file": shown.get(own.handle, "")}
        for card, own in zip(preview.cards, content.cards, strict=False)
    ]
    header = shown.get(content.header_handle, "") if content.header_kind == "IMAGE" else ""
    return replace(preview, header_file=header, cards=tuple(cards))
