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
from templates_app import alerts, live
from templates_app.models import Template, TemplateEvent, TemplateState
from whatsapp.errors import Scope
from whatsapp.failures import GraphFailure

logger = structlog.get_logger(__name__)
POLL: Final = "poll"
WATCHED: Final = ("status", "quality", "category", "components")
CLOCKS: Final = {name: f"{name}_at" for name in WATCHED} | {
    "rejected_reason": "status_at", "parameter_format": "components_at"
}  # fmt: skip


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
        for template in Template.objects.of(account.pk)
        .select_related("account")
        .select_for_update(of=("self",))
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
    clocks = dict.fromkeys(CLOCKS.values(), at)
    template = Template.objects.create(account=account, synced_at=at, **clocks, **fields)
    TemplateEvent.objects.create(
        template=template, kind="status", after=template.status, source=POLL, at=at
    )
    live.publish("synced", template, workspace_id=account.workspace_id)


def _update(template: Template, fields: dict[str, Any], *, at: datetime) -> bool:
    """Whether anything differed. What a webhook said after the poll began is newer, and stays."""
    newer = {
        name
        for name, clock in CLOCKS.items()
        if (told := getattr(template, clock)) is not None and told > at
    }
    was = {name: getattr(template, name) for name in ("status", "quality", "category")}
    differing = [
        name
        for name, value in fields.items()
        if getattr(template, name) != value and name not in newer
    ]
    if "meta_id" in differing and template.meta_id and fields["meta_id"]:
        template.former_ids = [*template.former_ids, template.meta_id][-20:]
        TemplateEvent.objects.create(
            template=template,
            kind="made_anew",
            before=template.meta_id,
            after=fields["meta_id"],
            source=POLL,
            at=at,
        )
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
    clocks = [CLOCKS[name] for name in differing if name in CLOCKS]
    for clock in clocks:
        setattr(template, clock, at)
    if "status" in differing:
        template.paused_until = None
    also = ["former_ids", "paused_until", "synced_at"]
    template.save(update_fields=[*differing, *clocks, *also])
    for name in was.keys() & set(differing):
        alerts.of_change(
            template,
            name,
            before=was[name],
            after=fields[name],
            workspace_id=template.account.workspace_id,
        )
    if differing:
        live.publish(
            "synced", template, workspace_id=template.account.workspace_id, changed=differing
        )
    return bool(differing)


def _word(value: Any) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""
