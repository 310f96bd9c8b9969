"""What the demo's agents keep ready: quick replies with blanks, buttons and an owner, and a message for later."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from conversations.models import CannedReply, Conversation, ConversationStatus, Scheduled
from waba_inbox.demo.company import Company

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
