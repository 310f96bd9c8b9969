"""A fact on its way into the conversations: with the number it came to and its place in the order of arrival."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from accounts.models import PhoneNumber
from whatsapp.facts import NumberFact

F = TypeVar("F", bound=NumberFact, covariant=True)
ITEMS_OF_AN_ENVELOPE = 4096


@dataclass(frozen=True)  # no slots: a generic with slots cannot be made as Arrival[…](…)
class Arrival(Generic[F]):
    fact: F
    number: PhoneNumber  # with its account
    order: int = 0


def order_of(envelope_id: int, position: int) -> int:
    """WhatsApp's times are whole seconds: what was said in the same one keeps the order of arrival."""
    return envelope_id * ITEMS_OF_AN_ENVELOPE + min(position, ITEMS_OF_AN_ENVELOPE - 1)
