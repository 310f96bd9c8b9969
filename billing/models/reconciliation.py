"""What Meta's analytics say of a day, kept as they said it, to lay our ledger beside it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import BusinessAccount
from billing.models.ledger import DECIMALS, WHOLE


class Basis(models.TextChoices):
    """How Meta counts a charge, in all its models."""

    CHARGED = "charged", _("Charged")
    FREE = "free", _("Free")
    ENTRY = "entry", _("Free: came from an advertisement")


class MetaDay(models.Model):
    """One day of an account, in its zone, for which Meta was asked. `problem`: why it did not answer."""

    account = models.ForeignKey(BusinessAccount, on_delete=models.CASCADE, related_name="meta_days")
    day = models.DateField()
    asked_at = models.DateTimeField(default=timezone.now)
    problem = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "day"], name="meta_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day}"


class MetaFigure(models.Model):
    """A part of the day. `what`: the category, or the kind of a conversation of 2022; as billing.figures names it.

    `cost` is in the currency of the account; None where Meta hides it (a partner pays).
    """

    asked = models.ForeignKey(MetaDay, on_delete=models.CASCADE, related_name="figures")
    country = models.CharField(max_length=2, blank=True, default="")
    market = models.CharField(max_length=60, blank=True, default="")
    what = models.CharField(max_length=32)
    basis = models.CharField(max_length=8, choices=Basis.choices)
    tier = models.CharField(max_length=40, blank=True, default="")
    digits = models.CharField(max_length=20, blank=True, default="")  # of the business number
    quantity = models.PositiveIntegerField()
    cost = models.DecimalField(null=True, max_digits=WHOLE, decimal_places=DECIMALS)

    def __str__(self) -> str:
        return f"{self.market} {self.what} {self.basis} {self.quantity}"
