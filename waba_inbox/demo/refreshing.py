"""Moves the demo through time, so that it looks fresh when it is opened: every instant goes forward by one step."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import models, transaction
from django.db.models import F, Max

from accounts.models import Workspace
from billing.models import Campaign
from conversations.models import (
    Attempt,
    Consent,
    Contact,
    ContactNote,
    Conversation,
    Direction,
    Job,
    MediaFile,
    Message,
    Reaction,
    ReadMark,
    Scheduled,
    Survey,
    SurveyPlan,
)
from events import journal
from events.models import Event
from quality.models import Alert
from templates_app.models import (
    Draft,
    DraftNote,
    DraftVersion,
    Template,
    TemplateEvent,
)
from waba_inbox.demo import desk_use
from waba_inbox.demo.writing import show_nobody

MARKS: Final = ("demo.seeded", "demo.refreshed")
STALE_AFTER: Final = timedelta(hours=20)
WORTH_IT: Final = timedelta(minutes=1)
COLUMNS: Final[dict[type[models.Model], tuple[str, tuple[str, ...]]]] = {
    Contact: ("workspace", ("created_at", "marketing_stopped_at", "marketing_said_at")),
    Consent: ("contact__workspace", ("at",)),
    ContactNote: ("contact__workspace", ("at",)),
    Conversation: (
        "workspace",
        (
            "created_at", "resolved_at", "last_at", "waiting_since", "last_inbound_at", "billed_until",
            "window_refused_at", "pair_free_at", "woke_at",
        ),
    ),
    Message: (
        "workspace",
        (
            "at", "accepted_at", "sent_at", "delivered_at", "read_at", "failed_at", "played_at", "retry_at",
            "edited_at", "revoked_at",
        ),
    ),
    Job: ("workspace", ("created_at", "started_at", "finished_at")),
    Campaign: ("workspace", ("at",)),
    Survey: ("workspace", ("resolved_at", "asked_at", "answered_at", "thanked_at")),
    SurveyPlan: ("number__workspace", ("since",)),
    Scheduled: ("conversation__workspace", ("due_at", "created_at")),
    MediaFile: ("workspace", ("created_at", "meta_id_until")),
    Reaction: ("message__workspace", ("at",)),
    Attempt: ("message__workspace", ("started_at", "finished_at")),
    ReadMark: ("conversation__workspace", ("seen_at",)),
    TemplateEvent: ("template__account__workspace", ("at",)),
    Template: ("account__workspace", ("paused_until", "category_due_at")),
    Draft: ("account__workspace", ("created_at", "updated_at", "needed_at")),
    DraftVersion: ("draft__account__workspace", ("began_at", "at")),
    DraftNote: ("draft__account__workspace", ("at",)),
    Alert: ("workspace", ("opened_at", "closed_at")),
}  # fmt: skip


def made_at(workspace: Workspace) -> datetime:
    """When the demo was made, or last moved."""
    marks = Event.objects.filter(workspace=workspace, kind__in=MARKS)
    found: datetime | None = marks.aggregate(at=Max("at"))["at"]
    return found or workspace.created_at


def is_stale(workspace: Workspace, *, now: datetime) -> bool:
    return now - made_at(workspace) > STALE_AFTER


def is_used(workspace: Workspace) -> bool:
    """Whether somebody has answered a customer since: then the demo is theirs, and it is left alone."""
    answers = Message.objects.filter(workspace=workspace, direction=Direction.OUT)
    return answers.filter(at__gt=made_at(workspace)).exclude(author=None).exists()


@transaction.atomic
def refresh(workspace: Workspace, *, now: datetime) -> timedelta:
    """Shift everything so that the newest is as new as on the first day. Gives the step; zero if there was none."""
    newest = Message.objects.filter(workspace=workspace).aggregate(at=Max("at"))["at"]
    step: timedelta = now - max(filter(None, (made_at(workspace), newest)))
    if step < WORTH_IT:
        return timedelta()
    for model, (path, columns) in COLUMNS.items():
        rows = model._default_manager.filter(**{path: workspace})
        rows.update(**{column: F(column) + step for column in columns})
    desk_use.count(workspace, now=now)  # by days, which are no instants
    conversations = tuple(Conversation.objects.filter(workspace=workspace))
    journal.record(
        journal.Change(
            kind="demo.refreshed",
            workspace_id=workspace.pk,
            subject=f"workspace:{workspace.pk}",
            rows=conversations,
            actor=None,
            show=show_nobody,
            facts={"seconds": int(step.total_seconds())},
        )
    )
    return step
