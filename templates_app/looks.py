"""How a template looks on the phone: Meta's fixed words for authentication, everything else as it is written."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from templates_app import components
from templates_app.components import Preview
from templates_app.content import DraftContent, from_meta
from templates_app.models import Category, Template


def of_draft(draft: DraftContent) -> Preview:
    """With its samples."""
    if draft.is_authentication:
        return _fixed(draft)
    layout = components.read(draft.components, is_named=draft.content.is_named)
    return components.preview(layout, components.examples(layout))


def of_template(template: Template) -> Preview:
    """As Meta has it, with its samples."""
    layout = components.of(template)
    if template.category == Category.AUTHENTICATION and not layout.body:
        content = from_meta(template.components, category=template.category)
        return _fixed(
            DraftContent(
                name=template.name,
                language=template.language,
                category=template.category,
                content=content,
            )
        )
    return components.preview(layout, components.examples(layout))


def _fixed(draft: DraftContent) -> Preview:
    """Meta writes these words in the template's language; ours are near, in the languages that we speak."""
    with override("ru" if draft.language.startswith("ru") else "en"):
        body = _("*123456* is your verification code.")
        if draft.content.security_line:
            body += " " + _("For your security, do not share this code.")
        minutes = draft.content.code_minutes
        footer = ""
        if minutes is not None:
            footer = ngettext(
                "This code expires in %(count)s minute.",
                "This code expires in %(count)s minutes.",
                minutes,
            ) % {"count": minutes}
        label = draft.content.code_label or _("Copy code")
    layout = components.read([])
    shown = components.preview(layout, {})
    return replace(shown, body=body, footer=footer, buttons=({"type": "OTP", "text": label},))
