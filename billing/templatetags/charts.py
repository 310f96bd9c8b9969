"""Charts as plain SVG, drawn on the server: nothing to load, and they print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import template

from billing.overview import Spend

register = template.Library()
WIDTH, HEIGHT, FOOT = 720, 160, 18


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    day: Any
    price: Decimal
    quantity: int
    is_labelled: bool


@register.inclusion_tag("billing/_bars.html")
def bars(spend: Spend) -> dict[str, Any]:
    """A bar a day; the highest fills the height. Every fifth day has its number."""
    step = WIDTH / len(spend.days)
    most = spend.highest or Decimal(1)
    found: Sequence[Bar] = [
        Bar(
            x=round(n * step + 1.5, 2),
            y=round(HEIGHT - float(day.price / most) * HEIGHT, 2),
            width=round(step - 3, 2),
            height=round(float(day.price / most) * HEIGHT, 2),
            day=day.day,
            price=day.price,
            quantity=day.quantity,
            is_labelled=day.day.day == 1 or day.day.day % 5 == 0,
        )
        for n, day in enumerate(spend.days)
    ]
    return {
        "bars": found, "width": WIDTH, "height": HEIGHT, "full": HEIGHT + FOOT, "currency": spend.currency,
        "highest": spend.highest,
    }  # fmt: skip
