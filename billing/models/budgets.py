"""How much may be spent in a month, and who was told when."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import BusinessAccount, Workspace
from billing.models.ledger import Category


class Budget(models.Model):
    """At our prices, for a month in the zone of the workspace; of one account, or of all. `category` empty: of
    everything.

    `stops_marketing`: once it is spent, no marketing template goes out until the month ends or the budget is raised.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="budgets")
    account = models.ForeignKey(
        BusinessAccount, on_delete=models.CASCADE, null=True, blank=True, related_name="budgets"
    )
    category = models.CharField(max_length=32, blank=True, default="", choices=Category.choices)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    is_of_campaigns = models.BooleanField(default=False, db_default=False)
    stops_marketing = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="budget_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} a month"


class BudgetAlert(models.Model):
    """`percent` of a budget was reached in `month`. Told once."""

    budget = models.ForeignKey(Budget, on_delete=models.CASCADE, related_name="alerts")
    month = models.DateField()
    percent = models.PositiveSmallIntegerField()
    spent = models.DecimalField(max_digits=38, decimal_places=18)
    at = models.DateTimeField(default=timezone.now)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["budget", "month", "percent"], name="budget_alert_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.percent} % of {self.budget_id} in {self.month:%Y-%m}"
