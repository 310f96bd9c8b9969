"""How the demo's people work: business hours of the numbers, a rule, two macros. The clock decides nothing in it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.utils import translation

from accounts.hours import Hours, Span
from accounts.models import Agent, Workspace
from coaching import reviewing, sampling
from coaching.models import Review
from conversations import macros, ruling, surveying
from conversations.macros import Steps
from conversations.models import (
    AutoRule,
    Conversation,
    ConversationStatus,
    Label,
    Macro,
    Survey,
    SurveyState,
)
from waba_inbox.demo.company import ZONE, Company

DAYTIME: Final = tuple(Span(day, 9 * 60, 21 * 60) for day in range(7))
SCORES: Final = (5, 5, None, 4, 5, None, 5, 3, None, 5, 4, None, 1, 5, 4, None)
FOUND: Final = (
    "Ответ быстрый и по делу. В следующий раз назвать срок доставки сразу.",
    "Тёплый тон, вопрос решён до конца.",
    "Верно, но клиент дважды переспросил: лучше сразу спросить номер заказа.",
)
HOLIDAYS: Final = ((date(2027, 1, 1), "Новый год"), (date(2027, 1, 7), "Рождество"))


def make(company: Company, *, now: datetime) -> None:
    """Call inside a transaction, after the labels are there (filing.py)."""
    for name, number in company.numbers.items():
        if name == "workshop":  # the shop is always open
            number.hours = Hours(ZONE, DAYTIME, HOLIDAYS).as_json()
            number.save(update_fields=["hours"])
        surveying.keep(
            number,
            is_on=name == "shop",
            at=now,
            question="Как мы справились? Достаточно одного нажатия.",
            button="Оценить",
            thanks="Спасибо! Мы читаем каждый ответ.",
        )
    _rate(company)
    with translation.override("ru"):
        coaching = reviewing.plan_of(company.workspace)
    coaching.is_on = True
    coaching.save()
    workshop = company.teams["workshop"]
    labels = tuple(
        Label.objects.filter(workspace=company.workspace, name="Возврат").values_list(
            "pk", flat=True
        )
    )
    AutoRule.objects.create(
        workspace=company.workspace,
        name="Ремонт — в мастерскую",
        position=1,
        conditions=ruling.as_json(ruling.Conditions(keywords=("ремонт*", "почин*", "repair*"))),
        actions=ruling.as_json(ruling.Actions(team=workshop.pk, priority=2)),
    )
    for name, steps in (
        ("Заказ отправлен", Steps(
            reply="{{contact.first_name}}, ваш заказ уже в пути!", assignee=macros.ME, finish="resolve",
        )),
        ("Возврат: ждём посылку", Steps(
            note="Ждём посылку с возвратом", labels=labels, priority=3, finish="snooze", snooze="2 d",
        )),
    ):  # fmt: skip
        Macro.objects.create(workspace=company.workspace, name=name, steps=macros.as_json(steps))


def _rate(company: Company) -> None:
    """What customers of the shop have answered so far: most are content, some say nothing."""
    rows = Conversation.objects.filter(
        number=company.numbers["shop"],
        status=ConversationStatus.RESOLVED,
        resolved_at__isnull=False,
    )
    for n, thread in enumerate(rows.order_by("resolved_at")):
        at = thread.resolved_at
        assert at is not None
        score = SCORES[n % len(SCORES)]
        answered_at = at + timedelta(minutes=9 + n % 40) if score else None
        Survey.objects.create(
            workspace=company.workspace,
            number_id=thread.number_id,
            conversation=thread,
            agent_id=thread.assignee_id,
            team_id=thread.team_id,
            resolved_at=at,
            state=SurveyState.ANSWERED if score else SurveyState.ASKED,
            asked_at=at + timedelta(minutes=5),
            score=score,
            answered_at=answered_at,
            thanked_at=answered_at,
        )


def review(workspace: Workspace, *, now: datetime) -> None:
    """This week's and last week's sample; some of it has been looked at. Again after a refresh, it changes nothing."""
    plan = reviewing.plan_of(workspace)
    week = sampling.week_of(now.astimezone(ZoneInfo(workspace.time_zone)).date())
    if plan.pk is None or Review.objects.filter(workspace=workspace).exists():
        return
    for one in (week - timedelta(days=7), week):
        reviewing.draw(plan, week=one, at=now)
    elena = Agent.objects.get(email="elena@demo.waba-inbox.test")
    rows = Review.objects.filter(workspace=workspace).exclude(agent=elena).order_by("pk")
    for n, row in enumerate(rows[::2]):
        card = sampling.card_of(row.card)
        answers = {c.key: c.most - ((n + k) % 4 == 0) for k, c in enumerate(card)}
        reviewing.finish(row, by=elena, answers=answers, summary=FOUND[n % len(FOUND)], at=now)
