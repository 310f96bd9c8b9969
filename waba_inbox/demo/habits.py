"""How the demo's people work: business hours of the numbers, a rule, two macros. The clock decides nothing in it."""

from __future__ import annotations

from datetime import date
from typing import Final

from accounts.hours import Hours, Span
from conversations import macros, ruling
from conversations.macros import Steps
from conversations.models import AutoRule, Label, Macro
from waba_inbox.demo.company import ZONE, Company

DAYTIME: Final = tuple(Span(day, 9 * 60, 21 * 60) for day in range(7))
AROUND_THE_CLOCK: Final = tuple(Span(day, 0, 24 * 60) for day in range(7))
HOLIDAYS: Final = ((date(2027, 1, 1), "Новый год"), (date(2027, 1, 7), "Рождество"))


def make(company: Company) -> None:
    """Call inside a transaction, after the labels are there (filing.py)."""
    for name, number in company.numbers.items():
        spans = DAYTIME if name == "workshop" else AROUND_THE_CLOCK
        number.hours = Hours(ZONE, spans, HOLIDAYS).as_json()
        number.save(update_fields=["hours"])
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
