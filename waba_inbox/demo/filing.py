"""How the demo's company keeps its queue: labels, custom fields, reasons, views, and what stands in them."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final

from conversations.models import (
    Conversation,
    ConversationStatus,
    CustomField,
    FieldValue,
    Label,
    Priority,
    ResolveReason,
    SavedView,
)
from waba_inbox.demo.company import Company

LABELS: Final = (
    ("Опт", "violet"), ("Возврат", "red"), ("Доставка", "blue"), ("Размер", "teal"), ("VIP", "amber"),
    ("Ремонт", "green"),
)  # fmt: skip
FIELDS: Final[tuple[tuple[str, str, str, str, list[str]], ...]] = (
    ("contact", "client_no", "Номер клиента", "text", []),
    ("contact", "size", "Размер", "choice", ["XS", "S", "M", "L", "XL", "XXL"]),
    ("contact", "birthday", "День рождения", "date", []),
    ("conversation", "order_no", "Номер заказа", "number", []),
    ("conversation", "warranty", "По гарантии", "flag", []),
    ("conversation", "tracking", "Отслеживание", "link", []),
)
REASONS: Final = ("Продано", "Вопрос решён", "Не дозвонились", "Спам")


def file(company: Company, *, now: datetime) -> None:
    """Make the lists, and file a part of the conversations by them. Call inside a transaction."""
    rng = Random(7)  # noqa: S311  the same demo every time
    workspace = company.workspace
    labels = Label.objects.bulk_create(
        Label(workspace=workspace, name=name, colour=colour) for name, colour in LABELS
    )
    fields = CustomField.objects.bulk_create(
        CustomField(
            workspace=workspace, of=of, key=key, name=name, kind=kind, choices=choices, position=n
        )
        for n, (of, key, name, kind, choices) in enumerate(FIELDS, 1)
    )
    reasons = ResolveReason.objects.bulk_create(
        ResolveReason(workspace=workspace, name=name, position=n)
        for n, name in enumerate(REASONS, 1)
    )
    rows = list(Conversation.objects.filter(workspace=workspace).order_by("-last_at"))
    through = Conversation.labels.through
    through.objects.bulk_create(
        through(conversation_id=row.pk, label_id=label.pk)
        for row in rows
        for label in rng.sample(labels, rng.choice((0, 0, 1, 1, 2)))
    )
    for row in rows:
        if row.status == ConversationStatus.RESOLVED:
            row.reason = rng.choice(reasons)
        elif rng.random() < 0.2:
            row.priority = rng.choice(
                (Priority.LOW, Priority.MEDIUM, Priority.HIGH, Priority.URGENT)
            )
    Conversation.objects.bulk_update(rows, ["priority", "reason"], batch_size=500)
    SavedView.objects.bulk_create(
        SavedView(workspace=workspace, name=name, emoji=emoji, rules=rules, sort=sort, position=n)
        for n, (name, emoji, rules, sort) in enumerate(_views(labels), 1)
    )
    FieldValue.objects.bulk_create(_values(rows, fields, rng, now=now))


def _views(labels: list[Label]) -> list[tuple[str, str, dict[str, Any], str]]:
    """What everybody in the company looks at: name, emoji, rules, order."""
    is_open = ["status", "is", ["open"]]
    refund = str(next(label.pk for label in labels if label.name == "Возврат"))
    return [
        ("Срочные", "🔥", {"all": [is_open, ["priority", "is", ["4", "3"]]]}, "priority"),
        ("Окно закрывается", "⏳", {"all": [is_open, ["window", "is", ["soon"]]]}, "window"),
        ("Возвраты", "↩️", {"all": [is_open, ["label", "is", [refund]]]}, "waiting"),
    ]


def _values(
    rows: list[Conversation], fields: list[CustomField], rng: Random, *, now: datetime
) -> list[FieldValue]:
    """A third of the contacts and conversations, one value each way."""
    client, size, birthday, order, warranty, _tracking = fields
    found = {}
    for row in rows:
        if rng.random() < 0.35 and row.contact_id not in found:
            person = {"contact_id": row.contact_id}
            born = now.date() - timedelta(days=rng.randrange(20 * 365, 60 * 365))
            found[row.contact_id] = [
                FieldValue(field=client, text=f"СН-{row.contact_id:05d}", **person),
                FieldValue(field=size, text=rng.choice(size.choices), **person),
                FieldValue(field=birthday, day=born, **person),
                FieldValue(
                    field=order, number=Decimal(rng.randrange(10000, 99999)), conversation=row
                ),
                FieldValue(field=warranty, flag=rng.random() < 0.3, conversation=row),
            ]
    return [value for values in found.values() for value in values]
