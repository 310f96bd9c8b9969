"""What is needed when: reads this account's reviews, and weighs every draft with a date. Read only but for `need`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from accounts.models import Agent, Workspace
from templates_app import alerts, live, reviewing, timing, usage
from templates_app.board import GONE
from templates_app.models import Draft, DraftState, Template, TemplateEvent, TemplateState
from templates_app.timing import Forecast, Lateness, Review

REMEMBERED: Final = timedelta(days=180)
MOST: Final = 4000  # events that are read
ANSWERS: Final = (TemplateState.APPROVED, TemplateState.REJECTED)
OVER: Final = Q(state=DraftState.SUBMITTED, template__status__in=(TemplateState.APPROVED, *GONE))


@dataclass(frozen=True, slots=True)
class Plan:
    """A draft that is needed, and how it stands."""

    draft: Draft
    needed: datetime
    submit_by: datetime
    expected: Forecast
    lateness: Lateness


def reviews(account_ids: Iterable[int], *, at: datetime) -> list[Review]:
    """The reviews of these accounts, latest first in memory's bounds: from each handing in to Meta's answer."""
    events = (
        TemplateEvent.objects.filter(
            Q(kind="submitted") | Q(kind="status", after__in=(TemplateState.PENDING, *ANSWERS)),
            template__account__in=account_ids,
            at__gte=at - REMEMBERED,
            is_late=False,
        )
        .order_by("-pk")
        .values_list("template_id", "at", "after", "template__category", "template__language")
    )
    found, began = [], {}
    for template, when, after, category, language in sorted(events[:MOST], key=lambda row: row[:2]):
        if after == TemplateState.PENDING:
            began[template] = when
        elif template in began:
            took = max(when - began.pop(template), timedelta(0))
            found.append(Review(category, language, took))
    return found


def plan_of(draft: Draft, *, at: datetime, known: list[Review] | None = None) -> Plan | None:
    """None for one that nobody has said a date of."""
    if draft.needed_at is None:
        return None
    found = reviews([draft.account_id], at=at) if known is None else known
    asks = draft.state in (DraftState.DRAFT, DraftState.REVIEW) and reviewing.is_needed(
        draft.account.workspace
    )
    return _plan(draft, draft.needed_at, found, asks=asks, at=at)


def expected(draft: Draft, *, at: datetime) -> Forecast:
    found = reviews([draft.account_id], at=at)
    return timing.forecast(found, category=draft.category, language=draft.language)


def usual(workspace: Workspace, *, at: datetime) -> Forecast:
    """Of all the workspace's reviews together."""
    accounts = workspace.accounts.values_list("pk", flat=True)
    return timing.forecast(reviews(accounts, at=at), category="", language="")


def plans(workspace: Workspace, *, at: datetime) -> list[Plan]:
    """All that is needed and not there yet, the next first."""
    rows = Draft.objects.filter(account__workspace=workspace, needed_at__isnull=False)
    drafts = list(
        rows.exclude(OVER)
        .select_related("account", "template")
        .defer("content", "account__token")
        .order_by("needed_at", "pk")[:500]
    )
    by_account = {pk: reviews([pk], at=at) for pk in {draft.account_id for draft in drafts}}
    asks = reviewing.is_needed(workspace)
    return [
        _plan(
            draft,
            draft.needed_at,
            by_account[draft.account_id],
            asks=asks and draft.state in (DraftState.DRAFT, DraftState.REVIEW),
            at=at,
        )
        for draft in drafts
        if draft.needed_at
    ]


@dataclass(frozen=True, slots=True)
class PlannedUse:
    """A template that goes out later, and by when it, or a change of it, must go to Meta for that."""

    template: Template
    at: datetime
    count: int
    submit_by: datetime
    lateness: Lateness
    can_go: bool


def planned_uses(
    workspace: Workspace, *, at: datetime, template: Template | None = None
) -> list[PlannedUse]:
    """Of one template, or of all; the next first."""
    found = usage.planned(workspace.pk)
    if template:
        found = [one for one in found if one.template_id == template.pk]
    rows = Template.objects.filter(pk__in={one.template_id for one in found})
    rows = rows.select_related("account").defer("components", "ours", "account__token")
    templates = {row.pk: row for row in rows}
    by_account = {pk: reviews([pk], at=at) for pk in {t.account_id for t in templates.values()}}
    asks = reviewing.is_needed(workspace) if found else False
    return [
        _planned(one, templates[one.template_id], by_account, asks=asks, at=at)
        for one in found
        if one.template_id in templates
    ]


def next_use(workspace: Workspace, template: Template, *, at: datetime) -> PlannedUse | None:
    found = planned_uses(workspace, at=at, template=template)
    return found[0] if found else None


def _planned(
    one: usage.Planned,
    template: Template,
    known: dict[int, list[Review]],
    *,
    asks: bool,
    at: datetime,
) -> PlannedUse:
    awaited = timing.forecast(
        known[template.account_id], category=template.category, language=template.language
    )
    by = timing.submit_by(one.at, awaited, asks_colleague=asks)
    is_over = template.paused_until is not None and template.paused_until <= one.at
    can_go = template.status == TemplateState.APPROVED or (
        template.status == TemplateState.PAUSED and is_over
    )
    is_submitted = template.status in (TemplateState.PENDING, TemplateState.IN_APPEAL)
    how = timing.lateness(one.at, by, is_submitted=is_submitted, at=at)
    return PlannedUse(template, one.at, one.count, by, Lateness.IN_TIME if can_go else how, can_go)


def _plan(draft: Draft, needed: datetime, known: list[Review], *, asks: bool, at: datetime) -> Plan:
    awaited = timing.forecast(known, category=draft.category, language=draft.language)
    by = timing.submit_by(needed, awaited, asks_colleague=asks)
    # What Meta refused is to be written again: it counts as not handed in.
    is_submitted = draft.state == DraftState.SUBMITTED and not (
        draft.template and draft.template.status == TemplateState.REJECTED
    )
    how = timing.lateness(needed, by, is_submitted=is_submitted, at=at)
    return Plan(draft, needed, by, awaited, how)


@transaction.atomic
def need(draft_id: int, *, at: datetime | None, by: Agent) -> Draft:
    """By when it must be approved; None takes the date away. Reminders begin anew."""
    rows = Draft.objects.select_for_update(of=("self",)).select_related("account__workspace")
    draft = rows.get(pk=draft_id)
    draft.needed_at, draft.reminded = at, ""
    draft.save(update_fields=["needed_at", "reminded"])
    alerts.of_plan(draft, None)
    live.publish("draft_needed", draft, workspace_id=by.workspace_id, actor=by)
    return draft
