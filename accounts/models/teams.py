"""Teams, and how they hand out what waits."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models.agents import Agent
from accounts.models.workspaces import Workspace


class Handing(models.TextChoices):
    """How a team's waiting conversations find somebody (conversations/choosing.py)."""

    OFF = "off", _("People take them themselves")
    ROUND_ROBIN = "round_robin", _("In turn")
    LEAST_BUSY = "least_busy", _("To whoever has the fewest open")


class Team(models.Model):
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="teams")
    name = models.CharField(max_length=80)
    members = models.ManyToManyField(Agent, related_name="teams", blank=True)
    handing = models.CharField(max_length=12, choices=Handing.choices, default=Handing.OFF)
    is_sticky = models.BooleanField(default=True)  # first whoever last handled this customer
    last_given_to = models.BigIntegerField(null=True, blank=True)  # whose turn it was

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint("workspace", Lower("name"), name="team_name_once"),
        ]

    def __str__(self) -> str:
        return self.name
