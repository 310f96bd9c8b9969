"""Which pricing model holds from which day, in the zone of the account. Pure.

`BY_DATE` is what Meta charged; a plan of one model is what finance chose, or asks about: it prices any day, with the
cards of the model's own time (before its first day the first card, after its last day the last).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import zip_longest
from typing import Final

from billing.pricing import (
    conversation_by_category_2023,
    conversation_by_initiator_2022,
    notification,
    per_message_2025,
    per_message_paid_service_2026,
)
from billing.pricing.model import PricingModel

MODELS: Final = (
    notification.MODEL,
    conversation_by_initiator_2022.MODEL,
    conversation_by_category_2023.MODEL,
    per_message_2025.MODEL,
    per_message_paid_service_2026.MODEL,
)


@dataclass(frozen=True, slots=True)
class Stage:
    """From this day on, this model; with the cards of a private `price_list`, if one is named."""

    begins: date
    model: PricingModel
    price_list: str = ""

    @property
    def cards(self) -> str:
        """The word by which the cards of this stage are asked for."""
        return list_word(self.model.cards, self.price_list)


@dataclass(frozen=True, slots=True)
class Plan:
    """Stages, oldest first."""

    name: str
    stages: tuple[Stage, ...]

    def stage_on(self, day: date) -> Stage:
        """The stage in force; before the first, the first."""
        in_force = self.stages[0]
        for stage in self.stages:
            if stage.begins <= day:
                in_force = stage
        return in_force

    def model_on(self, day: date) -> PricingModel:
        return self.stage_on(day).model

    @property
    def needs_category(self) -> bool:
        """Whether no template can be priced without its category."""
        return all(stage.model.needs_category for stage in self.stages)


@dataclass(frozen=True, slots=True)
class International:
    """Since when Meta charges authentication-international, as AUTH_INTL_PRICE_ELIGIBILITY_UPDATE tells it.

    `home` is the market of the primary business location, where it is never charged; `exceptions` are the markets
    with a time of their own. Only markets with such a rate on the card in force are concerned.
    """

    home: str
    starts_at: datetime
    exceptions: Mapping[str, datetime] = field(default_factory=dict)

    def holds(self, market: str, at: datetime) -> bool:
        return market != self.home and at >= self.exceptions.get(market, self.starts_at)


def list_word(cards: str, price_list: str) -> str:
    """Cards of a private list are kept apart from Meta's own under a word of their own."""
    return f"{cards}@{price_list}" if price_list else cards


def card_day(model: PricingModel, day: date) -> date:
    """The day whose card prices `day` under this model."""
    return min(max(day, model.begins), model.ends)


BY_DATE: Final = Plan("by-date", tuple(Stage(model.begins, model) for model in MODELS))
PLANS: Final = {
    BY_DATE.name: BY_DATE,
    **{model.name: Plan(model.name, (Stage(model.begins, model),)) for model in MODELS},
}


@dataclass(frozen=True, slots=True)
class Term:
    """From this day on, one of PLANS, with the cards of `price_list`."""

    begins: date
    plan: str
    price_list: str = ""


def timeline(name: str, terms: Sequence[Term]) -> Plan:
    """One plan out of several that follow each other. A plan whose model changes by date goes on changing in its
    turn.
    """
    stages: list[Stage] = []
    ordered = sorted(terms, key=lambda term: term.begins)
    for term, after in zip_longest(ordered, ordered[1:]):
        plan = PLANS[term.plan]
        opening = plan.stage_on(term.begins)
        stages.append(Stage(term.begins, opening.model, term.price_list))
        stages += [
            Stage(stage.begins, stage.model, term.price_list)
            for stage in plan.stages
            if stage.begins > term.begins and (after is None or stage.begins < after.begins)
        ]
    return Plan(name, tuple(stages))
