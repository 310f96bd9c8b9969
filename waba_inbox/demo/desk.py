"""The demo's template desk: drafts at every step inside the company, a date that comes near, and what rang."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from accounts.models import Agent
from templates_app import library
from templates_app.models import (
    AlertKind,
    Draft,
    DraftNote,
    DraftState,
    DraftVersion,
    NoteKind,
    Template,
    TemplateAlert,
    TemplateState,
)
from waba_inbox.demo.company import Company

MANAGER, ADMINISTRATOR = "elena", "dmitry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`needed_in`: hours. `notes`: who, what kind, what words, hours ago."""

    scenario: str
    state: DraftState
    author: str
    written_ago: float
    language: str = "ru"
    needed_in: float | None = None
    notes: tuple[tuple[str, NoteKind, str, float], ...] = ()


PLANS: Final = (
    Plan(scenario="price_drop", state=DraftState.DRAFT, author=MANAGER, written_ago=1, needed_in=28),
    Plan(scenario="survey", state=DraftState.DRAFT, author=ADMINISTRATOR, written_ago=50),
    Plan(
        scenario="abandoned_basket",
        state=DraftState.REVIEW,
        author=ADMINISTRATOR,
        written_ago=3,
        needed_in=76,
        notes=(
            (ADMINISTRATOR, NoteKind.HANDED_IN, "Для всех, кто бросил корзину за неделю. Запуск в пятницу.", 2.9),
            (MANAGER, NoteKind.COMMENT, "Проверю после обеда: хочу сверить с текстом на сайте.", 1.2),
        ),
    ),
    Plan(
        scenario="feedback",
        state=DraftState.READY,
        author=MANAGER,
        written_ago=26,
        needed_in=150,
        notes=(
            (MANAGER, NoteKind.HANDED_IN, "", 25),
            (ADMINISTRATOR, NoteKind.RETURNED, "Добавьте номер заказа: клиенты спрашивают, о чём речь.", 24),
            (MANAGER, NoteKind.HANDED_IN, "Добавила.", 23),
            (ADMINISTRATOR, NoteKind.APPROVED, "Теперь хорошо", 22),
        ),
    ),
)  # fmt: skip


def make(company: Company, *, now: datetime) -> None:
    for plan in PLANS:
        _draft(company, plan, now=now)
    mine = Template.objects.filter(account__in=company.accounts)
    mine.filter(status=TemplateState.PAUSED).update(paused_until=now + timedelta(hours=1.9))
    due = mine.filter(status=TemplateState.APPROVED, name="appointment_reminder", language="en")
    due.update(category_due="MARKETING", category_due_at=now + timedelta(hours=19))
    for kind, state in (
        (AlertKind.PAUSED, TemplateState.PAUSED),
        (AlertKind.REJECTED, TemplateState.REJECTED),
    ):
        if template := mine.filter(status=state).first():
            TemplateAlert.objects.create(
                workspace=company.workspace,
                kind=kind,
                template=template,
                after=state,
                at=now - timedelta(hours=1),
                mailed_at=now,
            )


def _draft(company: Company, plan: Plan, *, now: datetime) -> None:
    whole = library.BY_KEY[plan.scenario].draft(plan.language)
    author: Agent = company.agents[plan.author]
    at = now - timedelta(hours=plan.written_ago)
    draft = Draft.objects.create(
        account=company.numbers["shop"].account,
        name=whole.name,
        language=whole.language,
        category=whole.category,
        content=whole.content.as_json(),
        state=plan.state,
        author=author,
        handed_in_by=author if plan.notes else None,
        needed_at=now + timedelta(hours=plan.needed_in) if plan.needed_in else None,
        version=len(plan.notes) + 1,
        created_at=at,
        updated_at=at,
    )
    DraftVersion.objects.create(
        draft=draft,
        version=draft.version,
        name=draft.name,
        language=draft.language,
        category=draft.category,
        content=draft.content,
        author=author,
        is_sealed=bool(plan.notes),
        began_at=at,
        at=at,
    )
    DraftNote.objects.bulk_create(
        DraftNote(
            draft=draft,
            kind=kind,
            text=text,
            version=draft.version,
            by=company.agents[who],
            at=now - timedelta(hours=ago),
        )
        for who, kind, text, ago in plan.notes
    )
