"""Brings our templates to what Meta has: a poll, beside the webhooks, so that a lost one heals within minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.db import transaction
from django.utils import timezone

from accounts.graph import graph_for
from accounts.models import BusinessAccount
from events import journal
from templates_app import alerts, live, parts
from templates_app.content import LIFETIME
from templates_app.models import Template, TemplateEvent, TemplateState, TemplateSync
from whatsapp.errors import Scope
from whatsapp.failures import GraphFailure, GraphRefusal

logger = structlog.get_logger(__name__)
POLL: Final = "poll"
STALLED: Final = timedelta(minutes=2)  # a worker that takes longer for a page has died
CURSOR_GOOD: Final = timedelta(minutes=20)
WATCHED: Final = ("status", "quality", "category", "components")
CLOCKS: Final = {name: f"{name}_at" for name in WATCHED} | {
    "rejected_reason": "status_at", "parameter_format": "components_at"
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """What a poll found. `problem`: Meta's words if it could not be made; `is_running`: another is at it."""

    seen: int = 0
    created: int = 0
    changed: int = 0
    deleted: int = 0
    problem: str = ""
    is_running: bool = False


def sync(account: BusinessAccount, *, at: datetime | None = None) -> Synced:
    """Read all templates of the account, page by page, each written as it comes.

    One that stopped in the middle goes on there. Only a whole poll tells what is gone at Meta.
    """
    run = _begin(account, at=at or timezone.now())
    if run is None:
        return Synced(is_running=True)
    client = graph_for(account)
    try:
        while True:
            found, after = client.template_page(account.waba_id, after=run.after)
            _store(account, run, found, after=after)
            if not after:
                return _finish(account, run)
    except GraphFailure as failure:
        rule = failure.rule
        if rule and rule.scope == Scope.TOKEN:
            BusinessAccount.objects.filter(pk=account.pk).update(token_problem=failure.reason)
        run.problem = failure.reason
        if isinstance(failure, GraphRefusal):
            run.after = ""  # it may be the cursor that Meta refuses
        run.save(update_fields=["problem", "after"])
        logger.warning("templates not synced", account=str(account), reason=failure.reason)
        return Synced(seen=run.seen, problem=failure.reason)


@transaction.atomic
def _begin(account: BusinessAccount, *, at: datetime) -> TemplateSync | None:
    """A new poll, or the one that stopped; None while another worker is at it."""
    TemplateSync.objects.get_or_create(
        account=account, defaults={"started_at": at, "page_at": at, "finished_at": at}
    )
    run = TemplateSync.objects.select_for_update().get(account=account)
    stopped = run.finished_at is None
    if stopped and not run.problem and run.page_at > at - STALLED:
        return None
    if not (stopped and run.after and run.page_at > at - CURSOR_GOOD):
        run.started_at, run.after = at, ""
        run.seen = run.created = run.changed = 0
    run.page_at, run.finished_at, run.problem = at, None, ""
    run.save(
        update_fields=[
            "started_at", "page_at", "after", "seen", "created", "changed", "finished_at", "problem",
        ]
    )  # fmt: skip
    return run


@transaction.atomic
def _store(
    account: BusinessAccount, run: TemplateSync, found: list[dict[str, Any]], *, after: str
) -> None:
    """One page, and how far we are, in one transaction."""
    rows = [fields_of(raw) for raw in found]
    rows = [row for row in rows if row["name"] and row["language"]]
    known = {
        (template.name, template.language): template
        for template in Template.objects.of(account.pk)
        .filter(name__in={row["name"] for row in rows})
        .select_related("account")
        .select_for_update(of=("self",))
    }
    with journal.together():
        for row in rows:
            template = known.get((row["name"], row["language"]))
            if template is None:
                _create(account, row, at=run.started_at)
                run.created += 1
            elif _update(template, row, at=run.started_at):
                run.changed += 1
    seen = {(row["name"], row["language"]) for row in rows}
    same = [t.pk for key, t in known.items() if key in seen]
    Template.objects.filter(pk__in=same).update(synced_at=run.started_at)
    run.seen, run.after, run.page_at = run.seen + len(rows), after, timezone.now()
    run.save(update_fields=["seen", "created", "changed", "after", "page_at"])


@transaction.atomic
def _finish(account: BusinessAccount, run: TemplateSync) -> Synced:
    """What no page held is gone at Meta, but for what was made while the pages were read. It stays for its history."""
    fresh = TemplateEvent.objects.filter(template__account=account, at__gte=run.started_at)
    left = (
        Template.objects.of(account.pk)
        .exclude(status=TemplateState.DELETED)
        .exclude(synced_at=run.started_at)
        .exclude(pk__in=fresh.values("template"))
    )
    gone = left.select_related("account").select_for_update(of=("self",))
    with journal.together():
        deleted = sum(
            _update(row, {"status": TemplateState.DELETED}, at=run.started_at) for row in gone
        )
    run.finished_at = timezone.now()
    run.save(update_fields=["finished_at"])
    BusinessAccount.objects.filter(pk=account.pk).update(templates_synced_at=run.started_at)
    return Synced(seen=run.seen, created=run.created, changed=run.changed, deleted=deleted)


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
        "lifetime": lifetime if isinstance(lifetime := raw.get(LIFETIME), int) else None,
        "rejected_reason": "" if reason == "NONE" else reason,
    }


def _create(account: BusinessAccount, fields: dict[str, Any], *, at: datetime) -> None:
    clocks = dict.fromkeys(CLOCKS.values(), at)
    template = Template.objects.create(account=account, synced_at=at, **clocks, **fields)
    TemplateEvent.objects.create(
        template=template, kind="status", after=template.status, source=POLL, at=at
    )
    alerts.of_change(template, "status", before="", after=template.status)
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
    if "components" in differing and _says_the_same(template, fields["components"]):
        differing.remove("components")
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
    if not differing:
        return False
    clocks = [CLOCKS[name] for name in differing if name in CLOCKS]
    for clock in clocks:
        setattr(template, clock, at)
    if "status" in differing:
        template.paused_until = None
    if "components" in differing:
        template.note_drift(at)
    also = ["former_ids", "paused_until", "drifted_at"]
    template.save(update_fields=[*differing, *clocks, *also])
    for name in was.keys() & set(differing):
        alerts.of_change(
            template,
            name,
            before=was[name],
            after=fields[name],
        )
    live.publish("synced", template, workspace_id=template.account.workspace_id, changed=differing)
    return True


def _says_the_same(template: Template, theirs: list[Any]) -> bool:
    """Apart from its samples, which Meta shows by addresses that it signs anew; a new one is kept, and is no news."""
    known = template.components
    if parts.steady(known) == parts.steady(theirs):
        return True
    if parts.steady(known, with_handles=False) != parts.steady(theirs, with_handles=False):
        return False
    Template.objects.filter(pk=template.pk).update(components=theirs)
    template.components = theirs
    return True


def _word(value: Any) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""
