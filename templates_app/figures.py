"""Asks Meta's analytics for a template's last 30 days and keeps them. Run when somebody looks, at most hourly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import structlog
from django.utils.translation import get_language

from accounts.graph import graph_for
from accounts.models import BusinessAccount
from templates_app.models import Template, TemplateDay
from whatsapp.failures import GraphFailure

logger = structlog.get_logger(__name__)
DAYS: Final = 30
FRESH: Final = timedelta(hours=1)


def refresh(template: Template, *, at: datetime) -> str:
    """Bring what we keep up to date. Why it could not be, in words; empty if it is."""
    if template.figures_at and at - template.figures_at < FRESH:
        return ""
    start = (at - timedelta(days=DAYS)).astimezone(UTC).replace(hour=0, minute=0, second=0)
    try:
        points = graph_for(template.account).template_analytics(
            template.account.waba_id,
            template_ids=[template.meta_id],
            start=int(start.timestamp()),
            end=int(at.timestamp()),
        )
    except GraphFailure as failure:
        logger.warning("template figures not told", template=template.pk, reason=failure.reason)
        words = failure.words(get_language() or "en")
        return words.what if words else failure.reason
    TemplateDay.objects.bulk_create(
        [day for point in points if (day := _day(template, point))],
        update_conflicts=True,
        unique_fields=["template", "day"],
        update_fields=["sent", "delivered", "read", "clicked", "cost"],
    )
    Template.objects.filter(pk=template.pk).update(figures_at=at)
    return ""


def switch_on(account: BusinessAccount) -> None:
    """For good. GraphFailure tells why it could not be."""
    graph_for(account).switch_insights_on(account.waba_id)


def _day(template: Template, point: dict[str, Any]) -> TemplateDay | None:
    start = _number(point.get("start"))
    if str(point.get("template_id")) != template.meta_id or start is None:
        return None
    taps = point.get("clicked")
    return TemplateDay(
        template=template,
        day=datetime.fromtimestamp(start, tz=UTC).date(),
        sent=_number(point.get("sent")) or 0,
        delivered=_number(point.get("delivered")) or 0,
        read=_number(point.get("read")),
        clicked=sum(_number(one.get("count")) or 0 for one in taps if isinstance(one, dict))
        if isinstance(taps, list)
        else None,
        cost=_spent(point.get("cost")),
    )


def _number(said: Any) -> int | None:
    return said if isinstance(said, int) and 0 <= said < 2**31 else None


def _spent(said: Any) -> Decimal | None:
    for one in said if isinstance(said, list) else ():
        if isinstance(one, dict) and one.get("type") == "amount_spent":
            try:
                return Decimal(str(one.get("value"))).quantize(Decimal("0.000001"))
            except InvalidOperation:
                return None
    return None
