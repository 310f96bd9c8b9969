"""What Meta's own analytics tell of a template, day by day: to lay beside our facts."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from templates_app.models.templates import Template


class TemplateDay(models.Model):
    """One template on one UTC day. None: not told (reads and taps of more than 7 days ago)."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="meta_days")
    day = models.DateField()
    sent = models.PositiveIntegerField(default=0)
    delivered = models.PositiveIntegerField(default=0)
    read = models.PositiveIntegerField(null=True)
    clicked = models.PositiveIntegerField(null=True)
    cost = models.DecimalField(
        null=True, max_digits=18, decimal_places=6
    )  # in the account's currency

    class Meta:
        ordering: ClassVar = ["day"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["template", "day"], name="template_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.template_id} {self.day}"
