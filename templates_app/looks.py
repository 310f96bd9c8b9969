"""How a template looks on the phone: with its samples, with long ones, or with the words that Meta writes itself."""

from __future__ import annotations

from templates_app import components
from templates_app.components import Layout, Preview
from templates_app.content import DraftContent
from templates_app.models import Template


def of_draft(draft: DraftContent) -> Preview:
    """With its samples."""
    return _with_samples(layout_of(draft))


def of_template(template: Template) -> Preview:
    """As Meta has it, with its samples."""
    return _with_samples(components.of(template))


def layout_of(draft: DraftContent) -> Layout:
    return components.read(
        draft.components, is_named=draft.content.is_named, language=draft.language
    )


def _with_samples(layout: Layout) -> Preview:
    return components.preview(layout, components.examples(layout))
