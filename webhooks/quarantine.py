"""What could not be processed is held back with its reason, shown to administrators, and can be replayed."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Sequence

import structlog
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.models import MetaApp, Workspace
from webhooks.models import Envelope, HeldFor, Quarantined
from webhooks.routing import Item, Places, Refusal, Refused, route_one
from whatsapp.webhooks import BadBody, parse

logger = structlog.get_logger(__name__)
WHOLE = "Envelope"  # the kind of a body that could not be taken apart
SHOWN_OF_A_BODY = 20_000


class Poison(Exception):
    """An envelope killed its worker again and again."""


def put(item: Item, problem: Exception) -> None:
    """Hold one fact back. Safe to repeat: the same item is one row, with the latest reason."""
    is_expected = isinstance(problem, Refused)
    held_for = problem.held_for if isinstance(problem, Refused) else HeldFor.FAILED
    reason = str(problem) if is_expected else f"{type(problem).__name__}: {problem}"
    told = "" if is_expected else "".join(traceback.format_exception(problem))
    Quarantined.objects.update_or_create(
        envelope_id=item.envelope_id,
        position=item.position,
        defaults={
            "workspace_id": Places([item]).workspace_id(item) or _workspace_of_app(item.app_id),
            "kind": item.kind,
            "held_for": held_for,
            "reason": reason[:2000],
            "traceback": told[-8000:],
            "raw": item.fact.raw,
            "resolved_at": None,
        },
    )
    log = logger.info if is_expected else logger.error
    log("fact held back", kind=item.kind, envelope=item.envelope_id, reason=reason[:300])


def put_refused(refusals: Sequence[Refusal]) -> None:
    """Hold these facts back, with one query whatever their number. Safe to repeat, as `put`."""
    apps = {refusal.item.app_id for refusal in refusals if refusal.workspace_id is None}
    theirs = dict(MetaApp.objects.filter(pk__in=apps).values_list("pk", "workspace_id"))
    rows = [
        Quarantined(
            envelope_id=refusal.item.envelope_id,
            position=refusal.item.position,
            workspace_id=refusal.workspace_id or theirs[refusal.item.app_id],
            kind=refusal.item.kind,
            held_for=refusal.problem.held_for,
            reason=str(refusal.problem)[:2000],
            raw=refusal.item.fact.raw,
        )
        for refusal in refusals
    ]
    Quarantined.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["envelope", "position"],
        update_fields=[
            "workspace", "kind", "held_for", "reason", "traceback", "raw", "resolved_at",
        ],
    )  # fmt: skip
    if rows:
        told = [[row.envelope_id, row.kind, row.reason[:100]] for row in rows]
        logger.info("facts held back", facts=told)


def put_whole(envelope: Envelope, *, held_for: HeldFor, reason: str) -> None:
    """Hold a whole body back."""
    text = (
        bytes(envelope.body)[:SHOWN_OF_A_BODY].decode("utf-8", "replace").replace("\x00", "\ufffd")
    )
    Quarantined.objects.update_or_create(
        envelope=envelope,
        position=0,
        defaults={
            "workspace_id": _workspace_of_app(envelope.app_id),
            "kind": WHOLE,
            "held_for": held_for,
            "reason": reason[:2000],
            "raw": {"body": text},
            "resolved_at": None,
        },
    )
    logger.error("envelope held back", envelope=envelope.pk, reason=reason)


def _workspace_of_app(app_id: int) -> int | None:
    return MetaApp.objects.values_list("workspace_id", flat=True).get(pk=app_id)


def open_for(workspace: Workspace) -> QuerySet[Quarantined]:
    """What is held back and not yet dealt with, newest first."""
    rows = Quarantined.objects.filter(workspace=workspace, resolved_at=None)
    return rows.select_related("envelope").order_by("-pk")


def replay(row: Quarantined) -> bool:
    """Try it again. True if it went through; else the row tells the new reason."""
    Quarantined.objects.filter(pk=row.pk).update(tries=F("tries") + 1)
    try:
        items = _items_of(row)
    except BadBody as problem:
        again = {"held_for": HeldFor.BODY, "reason": str(problem)}
        Quarantined.objects.filter(pk=row.pk).update(**again)
        return False
    is_done = True
    for item in items:
        try:
            with transaction.atomic():
                route_one(item)
        except Exception as problem:
            is_done = False
            put(item, problem)
    if is_done:
        resolve(row)
    return is_done


def _items_of(row: Quarantined) -> list[Item]:
    envelope = row.envelope
    facts = parse(bytes(envelope.body))
    items = [Item(envelope.pk, n, envelope.app_id, fact) for n, fact in enumerate(facts)]
    return items if row.kind == WHOLE else [item for item in items if item.position == row.position]


def replay_all(rows: Iterable[Quarantined]) -> tuple[int, int]:
    """How many went through, and how many did not."""
    outcomes = [replay(row) for row in rows]
    return outcomes.count(True), outcomes.count(False)


def forget(envelopes: Iterable[Envelope]) -> None:
    """All of these went through: what was held back of them before is dealt with."""
    rows = Quarantined.objects.filter(envelope__in=[row.pk for row in envelopes], resolved_at=None)
    rows.update(resolved_at=timezone.now())


def forget_one(item: Item) -> None:
    """This item went through, whatever held it back before."""
    rows = Quarantined.objects.filter(envelope_id=item.envelope_id, position=item.position)
    rows.filter(resolved_at=None).exclude(kind=WHOLE).update(resolved_at=timezone.now())


def resolve(row: Quarantined) -> None:
    """Somebody has dealt with it."""
    Quarantined.objects.filter(pk=row.pk).update(resolved_at=timezone.now())
