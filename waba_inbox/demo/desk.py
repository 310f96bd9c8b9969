"""The demo's template desk: drafts at every step inside the company, a date that comes near, and what rang."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.core.files.base import ContentFile

from accounts.models import Agent, BusinessAccount
from quality.alarms import Alarm, Kind
from quality.models import Alert
from templates_app import library
from templates_app.content import CAROUSEL, ButtonContent, CardContent, Content, DraftContent
from templates_app.models import (
    Draft,
    DraftNote,
    DraftState,
    DraftVersion,
    NoteKind,
    SampleFile,
    Template,
    TemplateState,
)
from waba_inbox.demo import files
from waba_inbox.demo.company import Company
from waba_inbox.demo.templates import WINTER

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


CARDS: Final = (
    ("wool_coat", "Пальто «Нева», цена {{1}} до пятницы", "12 400 ₽", "neva"),
    ("winter", "Парка «Ладога», цена {{1}} до пятницы", "15 900 ₽", "ladoga"),
    ("boots", "Ботинки «Кижи», цена {{1}} до пятницы", "9 800 ₽", "kizhi"),
)  # fmt: skip


def make(company: Company, *, now: datetime) -> None:
    for plan in PLANS:
        _draft(company, plan, library.BY_KEY[plan.scenario].draft(plan.language), now=now)
    account = company.numbers["shop"].account
    _sample(account, WINTER, "winter", nth=0, filename="winter.jpg")
    cards = Plan(scenario="", state=DraftState.DRAFT, author=MANAGER, written_ago=5)
    _draft(company, cards, _new_arrivals(company), now=now)
    mine = Template.objects.filter(account__in=company.accounts)
    mine.filter(status=TemplateState.PAUSED).update(paused_until=now + timedelta(hours=1.9))
    due = mine.filter(status=TemplateState.APPROVED, name="appointment_reminder", language="en")
    due.update(category_due="MARKETING", category_due_at=now + timedelta(hours=19))
    for kind, state in (
        (Kind.TEMPLATE_PAUSED, TemplateState.PAUSED),
        (Kind.TEMPLATE_REJECTED, TemplateState.REJECTED),
    ):
        if template := mine.filter(status=state).first():
            Alert.objects.create(
                workspace=company.workspace,
                account=template.account,
                template=template,
                kind=kind.value,
                severity=Alarm(kind).severity.value,
                facts={"before": "", "after": state},
                opened_at=now - timedelta(hours=1),
                mailed_at=now,
            )


def _new_arrivals(company: Company) -> DraftContent:
    """A carousel, with the pictures that its reviewers will see."""
    account = company.numbers["shop"].account
    cards, samples = [], {"body.1": "Мария"}
    for n, (picture, words, price, end) in enumerate(CARDS):
        sample = _sample(account, f"4::demo-{end}", picture, nth=n, filename=f"{end}.jpg")
        link = ButtonContent(kind="URL", text="Купить", url=f"https://shop.example/{end}")
        reply = ButtonContent(kind="QUICK_REPLY", text="Отложите для меня")
        cards.append(
            CardContent(
                handle=sample.handle, filename=sample.filename, body=words, buttons=(link, reply)
            )
        )
        samples[f"card.{n}.body.1"] = price
    content = Content(
        form=CAROUSEL,
        body="Здравствуйте, {{1}}! Новинки недели, которые подойдут к вашим прошлым покупкам. Листайте.",
        cards=tuple(cards),
        samples=samples,
        sources={"body.1": "contact.first_name"},
    )
    return DraftContent(name="new_arrivals", language="ru", category="MARKETING", content=content)


def _sample(
    account: BusinessAccount, handle: str, picture: str, *, nth: int, filename: str
) -> SampleFile:
    made = files.made("image", picture, nth=nth)
    return SampleFile.objects.create(
        account=account,
        handle=handle,
        mime_type=made.mime_type,
        filename=filename,
        size=len(made.data),
        file=ContentFile(made.data, name=filename),
    )


def _draft(company: Company, plan: Plan, whole: DraftContent, *, now: datetime) -> None:
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
