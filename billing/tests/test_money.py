"""Exact sums, one rounding place, and no two currencies in one sum."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.money import CurrencyMismatch, Money, zero


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("0.005", "USD", "0.01"),
        ("0.0049", "USD", "0.00"),
        ("2.665", "RUB", "2.67"),
        ("-2.665", "RUB", "-2.67"),
        ("95.5", "JPY", "96"),
        ("95.7271", "COP", "95.73"),
        ("0.00051", "KWD", "0.001"),
    ],
)
def test_rounding_is_half_up_to_the_minor_unit_of_the_currency(amount, currency, rounded):
    assert Money(Decimal(amount), currency).rounded == Money(Decimal(rounded), currency)


def test_unit_prices_keep_all_their_decimals_in_a_sum():
    assert sum([usd("0.0663"), usd("0.0398"), usd("0.0663")], zero("USD")).text == "0.1724"
    assert (usd("0.0014") * 1001).text == "1.4014"
    assert usd("0.10") - usd("0.0001") == usd("0.0999")
    assert -usd("0.1") < zero("USD")


def test_small_amounts_are_written_in_plain_digits():
    assert str(usd("8.0E-4")) == "0.00080 USD"


@pytest.mark.parametrize("act", [Money.__add__, Money.__sub__, Money.__lt__])
def test_two_currencies_do_not_mix(act):
    with pytest.raises(CurrencyMismatch, match="USD and RUB"):
        act(usd("1"), Money(Decimal(1), "RUB"))


@given(st.lists(st.decimals("0", "10", places=6)), st.randoms())
def test_a_sum_does_not_depend_on_its_order(amounts, chance):
    prices = [Money(amount, "USD") for amount in amounts]
    shuffled = chance.sample(prices, len(prices))
    assert sum(prices, zero("USD")) == sum(shuffled, zero("USD"))
