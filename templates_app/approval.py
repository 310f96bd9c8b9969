"""What Meta says of our templates: approved, rejected, paused, rated, moved. Called by webhooks/routing.py."""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction

from accounts.models import BusinessAccount
from events import journal
from templates_app.models import Template, TemplateEvent, TemplateState
from whatsapp.facts import (
    TemplateCategory,
    TemplateComponents,
    TemplateFact,
    TemplateQuality,
    TemplateStatus,
)

# Some of Meta's events are no states of their own.
STATES: Final = {
    "REINSTATED": TemplateState.APPROVED,
    "UNARCHIVED": TemplateState.APPROVED,
    "LOCKED": TemplateState.DISABLED,
}
NO_STATE: Final = frozenset({"FLAGGED"})  # a warning: it may still be sent
NO_REASON: Final = frozenset({"", "NONE"})


@transaction.atomic
def record(fact: TemplateFact, *, account: BusinessAccount) -> None:
    """Write it on the template and into its history. Safe to repeat; a template that we do not know yet is made."""
    template = _template(fact, account)
    match fact:
        case TemplateStatus():
            kind, before, after, note = _status(fact, template)
        case TemplateQuality():
            kind, before, after, note = "quality", template.quality, fact.current, ""
            template.quality = fact.current[:16]
        case TemplateCategory():
            kind, before, after, note = _category(fact, template)
        case TemplateComponents():
            kind, before, after, note = "components", "", "", fact.body
            template.components = _components(fact, template.components)
        case _:
            raise ValueError(f"nobody takes {type(fact).__name__}")
    template.save(
        update_fields=[
            "status", "quality", "category", "components", "rejected_reason", "rejection_note", "meta_id",
        ]
    )  # fmt: skip
    latest = template.history.filter(kind=kind).first()
    if latest and (latest.after, latest.note) == (after[:64], note):
        return  # told before
    TemplateEvent.objects.create(
        template=template, kind=kind, before=before[:64], after=after[:64], note=note
    )
    journal.record(
        journal.Change(
            kind=f"template.{kind}_changed",
            workspace_id=account.workspace_id,
            subject=f"template:{template.pk}",
            rows=(),
            actor=None,
            show=_nobody_watches,
            facts={"before": before, "after": after, "note": note},
        )
    )


def _nobody_watches(changes: list[journal.Change]) -> None:
    """The pages of the templates read the rows when they are opened."""


def _template(fact: TemplateFact, account: BusinessAccount) -> Template:
    """By Meta's id, else by name and language. The row is locked."""
    rows = Template.objects.select_for_update().filter(account=account)
    found = rows.filter(meta_id=fact.template_id).first() if fact.template_id else None
    found = found or rows.filter(name=fact.name, language=fact.language).first()
    if found is None:
        Template.objects.bulk_create(
            [Template(account=account, name=fact.name, language=fact.language)],
            ignore_conflicts=True,
        )
        found = rows.get(name=fact.name, language=fact.language)
    found.meta_id = fact.template_id or found.meta_id
    return found


def _status(fact: TemplateStatus, template: Template) -> tuple[str, str, str, str]:
    before = template.status
    if fact.event not in NO_STATE:
        template.status = STATES.get(fact.event, fact.event)[:24]
    note = "\n".join(filter(None, [fact.note_title, fact.note, fact.recommendation]))
    if fact.category:
        template.category = fact.category[:24]
    if template.status == TemplateState.REJECTED:
        template.rejected_reason = "" if fact.reason in NO_REASON else fact.reason[:64]
        template.rejection_note = note
    elif template.status == TemplateState.APPROVED:
        template.rejected_reason = template.rejection_note = ""
    reason = "" if fact.reason in NO_REASON else fact.reason
    return "status", before, fact.event, "\n".join(filter(None, [reason, note, fact.disable_date]))


def _category(fact: TemplateCategory, template: Template) -> tuple[str, str, str, str]:
    before = fact.previous or template.category
    if fact.upcoming:
        at = fact.changes_at.isoformat() if fact.changes_at else ""
        return "category_due", template.category, fact.upcoming, at
    template.category = fact.current[:24]
    return "category", before, fact.current, ""


def _components(fact: TemplateComponents, known: list[Any]) -> list[Any]:
    """The words as they are now. Samples and media, of which this webhook says nothing, stay until the next sync."""
    by_type = {str(part.get("type", "")).upper(): part for part in known if isinstance(part, dict)}
    told: dict[str, dict[str, Any]] = {"BODY": {"text": fact.body}}
    if fact.title:
        told["HEADER"] = {"format": "TEXT", "text": fact.title}
    if fact.footer:
        told["FOOTER"] = {"text": fact.footer}
    for kind, words in told.items():
        by_type[kind] = {"type": kind, **by_type.get(kind, {}), **words}
    order = ("HEADER", "BODY", "FOOTER", "BUTTONS")
    return [by_type[kind] for kind in order if kind in by_type] + [
        part for kind, part in by_type.items() if kind not in order
    ]
