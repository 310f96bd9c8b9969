"""What the demo's agents keep ready: quick replies with blanks, buttons and an owner, and messages for later."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from django.db.models import QuerySet

from conversations import scheduling
from conversations.models import CannedReply, Conversation, ConversationStatus, Scheduled
from templates_app.models import Template
from waba_inbox.demo.company import Company

IN_DAYS: Final = timedelta(days=3)
LATER: Final = timedelta(hours=3)
SHARED: Final[tuple[tuple[str, str, list[str], int], ...]] = (
    ("часы", "Мы на связи каждый день с 9:00 до 21:00 по Москве.", [], 34),
    ("доставка", "{{contact.first_name}}, заказ {{номер}} доставим {{день}}. Удобно?", ["Да", "Другой день"], 21),
    ("возврат", "Вернуть вещь можно за 14 дней: сохраните бирку и чек. Помочь?", ["Да", "Нет, спасибо"], 12),
    ("hours", "We are here every day from 9:00 to 21:00, Moscow time.", [], 9),
    ("delivery", "{{contact.first_name}}, order {{order}} comes on {{day}}. Is it fine?", ["Yes", "Another day"], 6),
)  # fmt: skip
OWN: Final = ("подпись", "С теплом, {{agent.first_name}} из «Северной нити»", 5)
WORDS: Final = "Добрый день! Проверила: ваш размер снова в наличии. Отложить для вас?"
CHOICES: Final = ("Да, отложите", "Спасибо, не надо")
CONTENT: Final[dict[str, Any]] = {
    "type": "button",
    "body": {"text": WORDS},
    "action": {
        "buttons": [
            {"type": "reply", "reply": {"id": str(n), "title": title}}
            for n, title in enumerate(CHOICES, 1)
        ]
    },
}


def make(company: Company, *, now: datetime) -> None:
    for shortcode, text, buttons, used in SHARED:
        CannedReply.objects.create(
            workspace=company.workspace,
            shortcode=shortcode,
            text=text,
            buttons=buttons,
            used_count=used,
            used_at=now - timedelta(days=1),
        )
    anna = company.agents["anna"]
    shortcode, text, used = OWN
    CannedReply.objects.create(
        workspace=company.workspace, owner=anna, shortcode=shortcode, text=text, used_count=used
    )
    mine = Conversation.objects.filter(assignee=anna, status=ConversationStatus.OPEN)
    rows = mine.filter(last_inbound_at__gt=now - timedelta(hours=12), waiting_since=None)
    if (thread := rows.order_by("-last_at").first()) is not None:
        Scheduled.objects.create(
            conversation=thread,
            author=anna,
            kind="interactive",
            text=WORDS,
            content=CONTENT,
            special={"type": "buttons", "body": WORDS, "choices": list(CHOICES)},
            due_at=now + LATER,
            inbound_seen=thread.inbound_count,
            created_at=now,
        )
        Conversation.objects.filter(pk=thread.pk).update(scheduled_count=1)
        _template_later(rows.exclude(pk=thread.pk), now=now)


def _template_later(rows: QuerySet[Conversation], *, now: datetime) -> None:
    """A template that goes out in some days: the desk's calendar says by when a change of it must go to Meta."""
    thread = rows.select_related("number", "assignee", "contact").order_by("-last_at").first()
    if thread is None or thread.assignee is None:
        return
    ready = Template.objects.filter(name="order_ready", account=thread.number.account_id)
    template = ready.filter(language=thread.assignee.language).first()
    if template is None:
        return
    values = {"body.1": thread.contact.shown_name, "body.2": "№ 20931"}
    scheduling.schedule(
        thread.pk,
        agent=thread.assignee,
        token=uuid4(),
        plan=scheduling.Plan(due_at=now + IN_DAYS, template_id=template.pk, values=values),
        at=now,
    )
