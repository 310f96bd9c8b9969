"""Brings our templates to what Meta has: a poll, beside the webhooks, so that a lost one heals within minutes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog
from django.db import transaction
from django.utils import timezone

from accounts.graph import graph_for
from accounts.models import BusinessAccount
from templates_app.models import Template, TemplateEvent, TemplateState
from whatsapp.errors import Scope
from whatsapp.failures import GraphFailure

logger = structlog.get_logger(__name__)
POLL: Final = "poll"
WATCHED: Final = ("status", "quality", "category", "components")


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """What a poll found. `problem`: Meta's words if it could not be made."""

    seen: int = 0
    created: int = 0
    changed: int = 0
    deleted: int = 0
    problem: str = ""


def sync(account: BusinessAccount, *, at: datetime | None = None) -> Synced:
    """Read all templates of the account, then write what differs. Nothing is written if a page of them fails."""
    at = at or timezone.now()
    try:
        found = list(graph_for(account).templates(account.waba_id))
    except GraphFailure as failure:
        rule = failure.rule
        if rule and rule.scope == Scope.TOKEN:
            BusinessAccount.objects.filter(pk=account.pk).update(token_problem=failure.reason)
        logger.warning("templates not synced", account=str(account), reason=failure.reason)
        return Synced(problem=failure.reason)
    return _store(account, found, at=at)


@transaction.atomic
def _store(account: BusinessAccount, found: Iterable[dict[str, Any]], *, at: datetime) -> Synced:
    """One poll at a time for an account: two would write the same history twice."""
    BusinessAccount.objects.select_for_update().get(pk=account.pk)
    known = {
        (template.name, template.language): template
        for template in Template.objects.of(account.pk).select_for_update()
    }
    seen: set[tuple[str, str]] = set()
    created = changed = 0
    for raw in found:
        fields = fields_of(raw)
        key = fields["name"], fields["language"]
        if not all(key):
            continue
        seen.add(key)
        template = known.get(key)
        if template is None:
            _create(account, fields, at=at)
            created += 1
        elif _update(template, fields, at=at):
            changed += 1
    fresh = TemplateEvent.objects.filter(template__account=account, at__gte=at)
    newer = set(fresh.values_list("template_id", flat=True))  # made while the pages were read
    gone = [row for key, row in known.items() if key not in seen and row.pk not in newer]
    deleted = sum(_update(template, {"status": TemplateState.DELETED}, at=at) for template in gone)
    BusinessAccount.objects.filter(pk=account.pk).update(templates_synced_at=at)
    return Synced(seen=len(seen), created=created, changed=changed, deleted=deleted)


def fields_of(raw: dict[str, Any]) -> dict[str, Any]:
    """Meta's template as our columns."""
    quality = raw.get("quality_score")
    reason = _word(raw.get("rejected_reason"))
    return {
        "meta_id": _word(raw.get("id")),
        "name": _word(raw.get("name")),
        "language": _word(raw.get("language")).replace("-", "_"),
        "category": _word(raw.get("category")),
        "status": _word(raw.get("status")) or TemplateState.PENDING,
        "quality": _word(quality.get("score") if isinstance(quality, dict) else quality)
        or "UNKNOWN",
        "parameter_format": _word(raw.get("parameter_format")) or "POSITIONAL",
        "components": raw["components"] if isinstance(raw.get("components"), list) else [],
        "rejected_reason": "" if reason == "NONE" else reason,
    }


def _create(account: BusinessAccount, fields: dict[str, Any], *, at: datetime) -> None:
    template = Template.objects.create(account=account, synced_at=at, **fields)
    TemplateEvent.objects.create(
        template=template, kind="status", after=template.status, source=POLL, at=at
    )


def _update(template: Template, fields: dict[str, Any], *, at: datetime) -> bool:
    """Whether anything differed."""
    differing = [name for name, value in fields.items() if getattr(template, name) != value]
    TemplateEvent.objects.bulk_create(
        TemplateEvent(
            template=template,
            kind=name,
            before="" if name == "components" else getattr(template, name),
            after="" if name == "components" else fields[name],
            source=POLL,
            at=at,
        )
        for name in differing
        if name in WATCHED
    )
    for name in differing:
        setattr(template, name, fields[name])
    template.synced_at = at
    template.save(update_fields=[*differing, "synced_at"])
    return bool(differing)


def _word(value: Any) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""
