"""On which terms an account is billed, by date: plans, the company's own rate cards, exchange rates."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import BusinessAccount, Workspace

NOT_BELOW_ZERO = MinValueValidator(Decimal(0))


class Pricing(models.TextChoices):
    """A key of billing.plans.PLANS each."""

    BY_DATE = "by-date", _("What Meta charged on each day")
    NOTIFICATION = "notification", _("Notifications (before 2022)")
    CONVERSATION_2022 = "conversation-2022", _("Conversations by initiator (2022)")
    CONVERSATION_2023 = "conversation-2023", _("Conversations by category (2023)")
    PER_MESSAGE_2025 = "per-message-2025", _("Messages (2025)")
    PER_MESSAGE_2026 = "per-message-2026", _("Messages, replies charged too (2026)")


class BillingSettings(models.Model):
    """What a workspace has decided about billing as a whole. No row: the defaults."""

    workspace = models.OneToOneField(
        Workspace, on_delete=models.CASCADE, primary_key=True, related_name="billing"
    )
    agents_see_prices = models.BooleanField(default=True)  # resale prices; never cost or margin

    def __str__(self) -> str:
        return f"billing of {self.workspace_id}"


class BillingPlan(models.Model):
    """The terms of one WhatsApp account from `begins` (a day in the zone of the account) until its next plan begins.

    Meta's cost: `pricing` decides what is charged, with the cards in `currency`; those of `price_list` if one is named.
    The resale price, in `billing_currency`: the cost at the day's exchange rate, plus `markup_percent`, plus
    `markup_fixed` for each charged entry. `markups` may say otherwise for a kind or category:
    {"marketing": {"percent": "10.00", "fixed": "0.005"}}. What Meta gives free stays free.
    On the invoice besides: `licence_fee` a month (each seat, if `licence_per_seat`), `subscription_fee` a month for the
    WABA, both in `billing_currency`, and `tax_percent` on top. `free_used`: of the free tier, before our first message
    in its month.
    """

    account = models.ForeignKey(
        BusinessAccount, on_delete=models.PROTECT, related_name="billing_plans"
    )
    begins = models.DateField()
    pricing = models.CharField(max_length=24, choices=Pricing.choices, default=Pricing.BY_DATE)
    price_list = models.CharField(max_length=40, blank=True, default="")
    currency = models.CharField(max_length=3, default="USD")
    billing_currency = models.CharField(max_length=3, default="USD")
    markup_percent = models.DecimalField(
        max_digits=7, decimal_places=2, default=Decimal(0), validators=[NOT_BELOW_ZERO]
    )
    markup_fixed = models.DecimalField(
        max_digits=12, decimal_places=6, default=Decimal(0), validators=[NOT_BELOW_ZERO]
    )
    markups = models.JSONField(default=dict, blank=True)
    licence_fee = models.DecimalField(
        max_digits=12, decimal_places=2, default=Decimal(0), validators=[NOT_BELOW_ZERO]
    )
    licence_per_seat = models.BooleanField(default=False)
    subscription_fee = models.DecimalField(
        max_digits=12, decimal_places=2, default=Decimal(0), validators=[NOT_BELOW_ZERO]
    )
    tax_percent = models.DecimalField(
        max_digits=5, decimal_places=2, default=Decimal(0), validators=[NOT_BELOW_ZERO]
    )
    free_used = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["account_id", "begins"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "begins"], name="plan_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} from {self.begins}: {self.pricing}"


class InternationalNotice(models.Model):
    """What Meta told of the same (billing/international.py): it holds unless InternationalRates says otherwise.

    `country`: of the primary business location, ISO; empty while Meta has not found one, and then nowhere is home.
    `starts_at` is None until the account is eligible. `exceptions`: {"ID": "2026-02-01T00:00:00+00:00"} by country.
    `dirty_since`: from when on it changes prices that the books do not have yet (billing/booking.py); None when they
    do.
    """

    account = models.OneToOneField(
        BusinessAccount,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="international_notice",
    )
    country = models.CharField(max_length=2, blank=True, default="")
    starts_at = models.DateTimeField(null=True)
    exceptions = models.JSONField(default=dict, blank=True)
    told_at = models.DateTimeField(default=timezone.now)
    dirty_since = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.account_id} from {self.starts_at}"

    @property
    def dated(self) -> list[tuple[str, datetime]]:
        """The exceptions as values, the earliest first."""
        found = ((code, datetime.fromisoformat(at)) for code, at in self.exceptions.items())
        return sorted(found, key=lambda one: one[1])


class InternationalRates(models.Model):
    """Since when Meta charges an account the international rate of authentication, as finance entered it: this stands
    before what Meta told.

    `home` is the market of its primary business location, where it never holds. `exceptions`: {market: "2026-02-01"}
    for markets with a day of their own. Days begin at midnight in the zone of the account.
    """

    account = models.OneToOneField(
        BusinessAccount,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="international_rates",
    )
    home = models.CharField(max_length=60)
    begins = models.DateField()
    exceptions = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return f"{self.account_id} from {self.begins}"


class StoredCard(models.Model):
    """A rate card of the company's own, in force from a day on; it stands before the shipped card of the same day.

    `model` is the word of billing.pricing (`cards`). `price_list`: empty for a correction of Meta's own prices, else
    the name of a private list that plans may choose. The market map stays that of the shipped cards.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="rate_cards")
    model = models.CharField(max_length=24)
    price_list = models.CharField(max_length=40, blank=True, default="")
    currency = models.CharField(max_length=3)
    effective_from = models.DateField()
    is_complete = models.BooleanField(default=False)
    source = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "model", "price_list", "currency", "effective_from"],
                name="stored_card_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.currency} {self.effective_from}"


class StoredRate(models.Model):
    """One price of a card. Bands as in billing.cards.Band: `first` to `last`, without an end if None."""

    card = models.ForeignKey(StoredCard, on_delete=models.CASCADE, related_name="rates")
    market = models.CharField(max_length=60)
    category = models.CharField(max_length=32)
    first = models.PositiveIntegerField(default=0)
    last = models.PositiveIntegerField(null=True, blank=True)
    rate = models.DecimalField(max_digits=16, decimal_places=6, validators=[NOT_BELOW_ZERO])

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["card", "market", "category", "first"], name="stored_rate_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.market} {self.category} {self.rate}"


class ExchangeRate(models.Model):
    """One `base` costs `rate` of `quote` from a day on, until a newer one. Never inverted: that would not be exact."""

    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="exchange_rates"
    )
    base = models.CharField(max_length=3)
    quote = models.CharField(max_length=3)
    begins = models.DateField()
    rate = models.DecimalField(max_digits=18, decimal_places=8)
    source = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        ordering: ClassVar = ["base", "quote", "-begins"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "base", "quote", "begins"], name="exchange_rate_once_a_day"
            ),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="exchange_rate_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.begins}: 1 {self.base} = {self.rate} {self.quote}"
