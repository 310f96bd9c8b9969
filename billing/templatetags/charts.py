"""Charts as plain SVG, drawn on the server: nothing to load, and they print."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
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
    is_coming: bool


@register.inclusion_tag("billing/_bars.html")
def bars(spend: Spend, today: date) -> dict[str, Any]:
    """A bar a day; the highest fills the height. Every fifth day has its number. Days to come are pale, at the pace
    that the forecast takes.
    """
    step = WIDTH / len(spend.days)
    most = spend.highest or Decimal(1)
    found = []
    for n, day in enumerate(spend.days):
        is_coming = spend.pace is not None and day.day > today
        price = spend.pace or Decimal(0) if is_coming else day.price
        height = float(price / most) * HEIGHT
        found.append(
            Bar(
                x=round(n * step + 1.5, 2),
                y=round(HEIGHT - height, 2),
                width=round(step - 3, 2),
                height=round(height, 2),
                day=day.day,
                price=price,
                quantity=day.quantity,
                is_labelled=day.day.day == 1 or day.day.day % 5 == 0,
                is_coming=is_coming,
            )
        )
    return {
        "bars": found, "width": WIDTH, "height": HEIGHT, "full": HEIGHT + FOOT, "currency": spend.currency,
        "highest": spend.highest,
    }  # fmt: skip
