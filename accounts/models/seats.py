"""Where somebody works: at which number, for which team."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models.agents import Agent
from accounts.models.numbers import PhoneNumber
from accounts.models.teams import Team


class Seat(models.Model):
    """Lets an agent into a number (None: all) for a team (None: all). See accounts/seats.py."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="seats")
    number = models.ForeignKey(PhoneNumber, on_delete=models.CASCADE, null=True, blank=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "agent", "number", "team", name="seat_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent} at {self.number or 'all numbers'}, {self.team or 'all teams'}"
