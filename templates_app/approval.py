"""What Meta says of our templates: approved, rejected, paused, rated, moved. Called by webhooks/routing.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from accounts.models import BusinessAccount
from templates_app import alerts, live, reasons
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
ENDS: Final = frozenset({"DELETED", "PENDING_DELETION"})
NO_REASON: Final = frozenset({"", "NONE"})


@transaction.atomic
def record(fact: TemplateFact, *, account: BusinessAccount) -> None:
    """Write it on the template and into its history; a template that we do not know yet is made.

    It may come twice: then nothing happens. It may come late, after newer news: then it is kept in the history, and
    moves nothing. What is said of one that is gone, and whose name was taken again, is not said of its heir.
    """
    at = min(fact.told_at or timezone.now(), timezone.now())
    template = _template(fact, account, at=at)
    said = _said(fact, template)
    if _is_known(template, said, fact):
        return
    is_late = _is_late(template, said.clock, at=at) or fact.template_id in template.former_ids
    if "category" in said.values and _is_late(template, "category_at", at=at):
        said.values.pop("category")
    if not is_late:
        for name, value in said.values.items():
            setattr(template, name, value)
        setattr(template, said.clock, at)
        if "components" in said.values:
            template.note_drift(at)
    template.save(update_fields=SAVED)
    TemplateEvent.objects.create(
        template=template,
        kind=said.kind,
        before=said.before[:64],
        after=said.after[:64],
        note=said.note,
        is_late=is_late,
        at=at,
    )
    if not is_late:
        alerts.of_change(
            template,
            said.kind,
            before=said.before,
            after=said.after,
        )
    live.publish(
        f"{said.kind}_changed",
        template,
        workspace_id=account.workspace_id,
        before=said.before,
        after=said.after,
        note=said.note,
        is_late=is_late,
    )


SAVED: Final = (
    "status", "quality", "category", "components", "rejected_reason", "rejection_note", "meta_id", "former_ids",
    "status_at", "quality_at", "category_at", "components_at", "paused_until", "category_due", "category_due_at",
    "appealed_at", "drifted_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a fact says of a template. `clock`: the column that keeps when Meta last spoke of this."""

    kind: str
    clock: str
    before: str = ""
    after: str = ""
    note: str = ""
    values: dict[str, Any]


def _said(fact: TemplateFact, template: Template) -> Said:
    match fact:
        case TemplateStatus():
            return _status(fact, template)
        case TemplateQuality():
            return Said(
                kind="quality",
                clock="quality_at",
                before=template.quality,
                after=fact.current,
                values={"quality": fact.current[:16]},
            )
        case TemplateCategory():
            return _category(fact, template)
        case TemplateComponents():
            words = _components(fact, template.components)
            return Said(
                kind="components",
                clock="components_at",
                note=fact.body,
                values={"components": words},
            )
    raise ValueError(f"nobody takes {type(fact).__name__}")


def _is_known(template: Template, said: Said, fact: TemplateFact) -> bool:
    """Told before: by its own second where Meta gives one, else because it is what was said last."""
    told = template.history.filter(kind=said.kind, source="webhook")
    if fact.told_at:
        told = told.filter(at=fact.told_at)
        return told.filter(after=said.after[:64], note=said.note).exists()
    latest = told.first()
    return latest is not None and (latest.after, latest.note) == (said.after[:64], said.note)


def _is_late(template: Template, clock: str, *, at: datetime) -> bool:
    newest = getattr(template, clock)
    return newest is not None and at < newest


def _template(fact: TemplateFact, account: BusinessAccount, *, at: datetime) -> Template:
    """By Meta's id, now or formerly, else by name and language. The row is locked.

    A new id is taken only from what is newer than all that we know: an unknown id in old news is of one that was
    there before we were, or is gone.
    """
    rows = Template.objects.select_for_update().filter(account=account)
    found = rows.filter(meta_id=fact.template_id).first() if fact.template_id else None
    found = found or rows.filter(name=fact.name, language=fact.language).first()
    if found is None:
        Template.objects.bulk_create(
            [Template(account=account, name=fact.name, language=fact.language)],
            ignore_conflicts=True,
        )
        found = rows.get(name=fact.name, language=fact.language)
    if fact.template_id in (found.meta_id, "") or fact.template_id in found.former_ids:
        return found
    is_end = isinstance(fact, TemplateStatus) and fact.event in ENDS
    if found.meta_id and (is_end or (found.status_at is not None and at < found.status_at)):
        found.former_ids = [*found.former_ids, fact.template_id][-20:]
    else:
        if found.meta_id:
            TemplateEvent.objects.create(
                template=found,
                kind="made_anew",
                before=found.meta_id,
                after=fact.template_id,
                at=at,
            )
        found.take_id(fact.template_id)
    return found


def _status(fact: TemplateStatus, template: Template) -> Said:
    note = "\n".join(filter(None, [fact.note_title, fact.note, fact.recommendation]))
    reason = "" if fact.reason in NO_REASON else fact.reason
    values: dict[str, Any] = {"category": fact.category[:24]} if fact.category else {}
    if fact.event not in NO_STATE:
        status = STATES.get(fact.event, fact.event)[:24]
        values |= {"status": status, "paused_until": None}
        if status == TemplateState.REJECTED:
            values |= {"rejected_reason": reason[:64], "rejection_note": note, "appealed_at": None}
        elif status == TemplateState.APPROVED:
            values |= {"rejected_reason": "", "rejection_note": ""}
        elif status == TemplateState.PAUSED:
            begun = min(fact.told_at or timezone.now(), timezone.now())
            values["paused_until"] = reasons.pause_ends(note, begun)
    return Said(
        kind="status",
        clock="status_at",
        before=template.status,
        after=fact.event,
        note="\n".join(filter(None, [reason, note, fact.disable_date])),
        values=values,
    )


def _category(fact: TemplateCategory, template: Template) -> Said:
    if fact.upcoming:
        at = fact.changes_at.isoformat() if fact.changes_at else ""
        values = {"category_due": fact.upcoming[:24], "category_due_at": fact.changes_at}
        return Said(
            kind="category_due",
            clock="category_at",
            before=template.category,
            after=fact.upcoming,
            note=at,
            values=values,
        )
    return Said(
        kind="category",
        clock="category_at",
        before=fact.previous or template.category,
        after=fact.current,
        values={"category": fact.current[:24], "category_due": "", "category_due_at": None},
    )


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
