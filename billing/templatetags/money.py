"""Amounts as people read them: exact, with the currency, digits grouped as the language wants."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from django import template
from django.utils.formats import number_format

from billing.money import MINOR_UNITS, Money

register = template.Library()


@register.filter
def money(value: Money | None) -> str:
    """“0.0663 USD”: all decimals there are, and no fewer than the currency's own. A dash where there is no amount."""
    if value is None:
        return "—"
    return f"{exact(value.amount, value.currency)} {value.currency}"


@register.filter
def exact(amount: Decimal | None, currency: str = "") -> str:
    if amount is None:
        return "—"
    least = MINOR_UNITS.get(currency, 2)
    plain = format(amount.normalize(), "f")
    decimals = max(least, len(plain.partition(".")[2]))
    return str(number_format(amount, decimal_pos=decimals, use_l10n=True, force_grouping=True))


@register.filter
def rounded(amount: Decimal | None, currency: str = "") -> str:
    """To the currency's minor unit, for figures that only give an idea; the exact one stands beside or behind it."""
    if amount is None:
        return "—"
    least = MINOR_UNITS.get(currency, 2)
    shown = amount.quantize(Decimal(1).scaleb(-least), rounding=ROUND_HALF_UP)
    return str(number_format(shown, decimal_pos=least, use_l10n=True, force_grouping=True))


@register.filter
def percent(value: Decimal | None) -> str:
    """“20”, “12.5”: no more decimals than it has."""
    plain = format((value or Decimal(0)).normalize(), "f")
    return str(number_format(plain, decimal_pos=len(plain.partition(".")[2]), use_l10n=True))


@register.filter
def sum_of(amount: Decimal, currency: str) -> str:
    """“1,234.50 USD”: an amount that was rounded already."""
    return f"{rounded(amount, currency)} {currency}"
