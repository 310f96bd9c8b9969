"""Which pricing model holds from which day, in the zone of the account. Pure.

`BY_DATE` is what Meta charged; a plan of one model is what finance chose, or asks about: it prices any day, with
the cards of the model's own time (before its first day the first card, after its last day the last).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from billing.pricing import conversation_by_initiator_2022
from billing.pricing.model import PricingModel

MODELS: Final = (conversation_by_initiator_2022.MODEL,)


@dataclass(frozen=True, slots=True)
class Stage:
    """From this day on, this model."""

    begins: date
    model: PricingModel


@dataclass(frozen=True, slots=True)
class Plan:
    name: str
    stages: tuple[Stage, ...]

    def model_on(self, day: date) -> PricingModel:
        """The model in force; before the first stage, the first."""
        in_force = self.stages[0]
        for stage in self.stages:
            if stage.begins <= day:
                in_force = stage
        return in_force.model


def card_day(model: PricingModel, day: date) -> date:
    """The day whose card prices `day` under this model."""
    return min(max(day, model.begins), model.ends)


BY_DATE: Final = Plan("by-date", tuple(Stage(model.begins, model) for model in MODELS))
PLANS: Final = {
    BY_DATE.name: BY_DATE,
    **{model.name: Plan(model.name, (Stage(model.begins, model),)) for model in MODELS},
}
