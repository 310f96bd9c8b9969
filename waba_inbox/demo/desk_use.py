"""The demo's templates in use: favourites, one that is hidden, two that are other at Meta, and what Meta counts."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from accounts.models import Role, Workspace
from conversations.models import Direction, Message
from templates_app import drifting
from templates_app.models import (
    Category,
    HiddenName,
    Pick,
    Template,
    TemplateDay,
    TemplateEvent,
)
from waba_inbox.demo.company import Company

FAVOURITES: Final = {"anna": "order_ready", "elena": "delivery_tomorrow", "dmitry": "order_ready"}
HIDDEN: Final = "warranty_extended"
CHANGED: Final = "back_in_stock"
OURS: Final = {"ru": " Отложим до вечера!", "en": " We keep it until tonight!"}
READS_KEPT: Final = timedelta(days=7)  # Meta tells reads and clicks of a week only


def make(company: Company, *, now: datetime) -> None:
    """Call when the messages are written."""
    mine = Template.objects.filter(account__in=company.accounts)
    for key, name in FAVOURITES.items():
        template = mine.filter(name=name, status="APPROVED").order_by("-language").first()
        if template and key in company.agents:
            Pick.objects.create(agent=company.agents[key], template=template, is_favourite=True)
    for account in mine.filter(name=HIDDEN).values_list("account", flat=True).distinct():
        HiddenName.objects.create(account_id=account, name=HIDDEN, role=Role.AGENT)
    changed = list(mine.filter(name=CHANGED, language__in=OURS).order_by("-language"))
    for template in changed[:1]:
        _recategorise(template, at=now - timedelta(days=39))
    for template in changed[1:]:
        _change(template, at=now - timedelta(hours=5))
    count(company.workspace, now=now)


def _change(template: Template, *, at: datetime) -> None:
    """Somebody took our last sentence out in WhatsApp Manager."""
    ours = deepcopy(template.components)
    for part in ours:
        if part.get("type") == "BODY":
            part["text"] += OURS[template.language]
    template.ours = drifting.snapshot(ours, template.parameter_format)
    template.note_drift(at)
    template.save(update_fields=["ours", "drifted_at"])


def _recategorise(template: Template, *, at: datetime) -> None:
    """It was handed in as utility, and Meta's review made it marketing."""
    template.asked_category = Category.UTILITY
    template.save(update_fields=["asked_category"])
    TemplateEvent.objects.create(
        template=template,
        kind="category",
        before=Category.UTILITY,
        after=template.category,
        source="answer",
        at=at,
    )


def count(workspace: Workspace, *, now: datetime) -> None:
    """What Meta's analytics say of each UTC day: nearly what we know ourselves. Safe to repeat."""
    TemplateDay.objects.filter(template__account__workspace=workspace).delete()
    rows = (
        Message.objects.filter(
            workspace=workspace, direction=Direction.OUT, template__isnull=False,
            accepted_at__isnull=False, at__gte=now - timedelta(days=30),
        )
        .annotate(day=TruncDate("at", tzinfo=UTC))
        .values("template", "day")
        .annotate(
            sent=Count("pk"),
            delivered=Count("pk", filter=Q(delivered_at__isnull=False) | Q(read_at__isnull=False)),
            read=Count("pk", filter=Q(read_at__isnull=False)),
        )
        .order_by()
    )  # fmt: skip
    week = (now - READS_KEPT).date()
    days = [
        TemplateDay(
            template_id=row["template"], day=row["day"], sent=row["sent"], delivered=row["delivered"],
            read=row["read"] if row["day"] >= week else None, clicked=0 if row["day"] >= week else None,
        )
        for row in rows
    ]  # fmt: skip
    TemplateDay.objects.bulk_create(days)
    counted = {day.template_id for day in days}
    Template.objects.filter(pk__in=counted).update(figures_at=now)
