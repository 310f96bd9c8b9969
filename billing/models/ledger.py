"""The ledger: lines that are only ever added. PostgreSQL itself refuses UPDATE, DELETE and TRUNCATE (a trigger).

A line counts `quantity` 1; the line that takes it back counts -1 with the opposite amounts and names it in `reverses`.
Only a difference with Meta that was accepted is a line for several charges at once (billing/accepting.py).
So every figure of the product is a plain sum over lines: how many, what they cost, what they are sold for.
"""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import BusinessAccount, PhoneNumber, Workspace
from billing.models.facts import Party

WHOLE, DECIMALS = 38, 18  # unit prices keep all their decimals


class Cause(models.TextChoices):
    """Why a line was written."""

    ESTIMATED = "estimated", _("Sent: estimated until it arrives")
    CONFIRMED = "confirmed", _("Delivered: confirmed")
    VOID = "void", _("Not delivered: taken back")
    CORRECTED = "corrected", _("Corrected")
    ACCEPTED = "accepted", _("Adjusted to what Meta counts")
    MOVED = "moved", _("Not confirmed when its month was closed: moved on")


class Kind(models.TextChoices):
    """What is charged; as billing.pricing names it."""

    BUSINESS_INITIATED = "business_initiated", _("Business-initiated conversation")
    USER_INITIATED = "user_initiated", _("User-initiated conversation")
    REFERRAL = "referral_conversion", _("Conversation from an advertisement")
    MARKETING = "marketing", _("Marketing conversation")
    UTILITY = "utility", _("Utility conversation")
    AUTHENTICATION = "authentication", _("Authentication conversation")
    AUTHENTICATION_INTERNATIONAL = (
        "authentication_international",
        _("International authentication conversation"),
    )
    SERVICE = "service", _("Service conversation")
    NOTIFICATION = "notification", _("Notification")
    MESSAGE = "message", pgettext_lazy("charge", "Message")


class Category(models.TextChoices):
    MARKETING = "marketing", pgettext_lazy("charge", "Marketing")
    UTILITY = "utility", pgettext_lazy("charge", "Utility")
    AUTHENTICATION = "authentication", pgettext_lazy("charge", "Authentication")
    AUTHENTICATION_INTERNATIONAL = (
        "authentication_international",
        pgettext_lazy("charge", "Authentication, international"),
    )
    SERVICE = "service", pgettext_lazy("charge", "Service")
    NONE = "", _("Without a category")


class Reason(models.TextChoices):
    """Why a line costs what it does. Those of PROBLEMS have no amount until finance settles them."""

    CHARGED = "charged", _("Charged")
    FREE_TIER = "free_tier", _("Free: within the free tier")
    FREE_ENTRY_POINT = "free_entry_point", _("Free: came from an advertisement")
    FREE_SERVICE = "free_customer_service", _("Free: inside the customer’s 24 hours")
    FREE_ON_CARD = "free_on_card", _("Free by the rate card")
    NO_RATE = "no_rate", _("No rate on the card")
    NO_MARKET = "no_market", _("Country unknown")
    NO_WINDOW = "no_open_window", _("Delivered, though the window seemed closed")
    NO_EXCHANGE_RATE = "no_exchange_rate", _("No exchange rate")


PROBLEMS = (Reason.NO_RATE, Reason.NO_MARKET, Reason.NO_WINDOW, Reason.NO_EXCHANGE_RATE)


class LedgerQuerySet(models.QuerySet["LedgerEntry"]):
    def standing(self) -> Self:
        """Lines that count and that no later line has taken back: what is true now."""
        return self.filter(reverses=None).exclude(Exists(_reversals()))

    def billed(self) -> Self:
        """Without the estimates that still stand: what an invoice may charge."""
        return self.exclude(Q(is_estimated=True, reverses=None) & ~Q(Exists(_reversals())))

    def uncancelled(self) -> Self:
        """Without the pairs that cancel out inside one month: what an accountant reads. The sums are the same."""
        inside = _reversals().filter(month=OuterRef("month"))
        first = LedgerEntry.objects.filter(pk=OuterRef("reverses"), month=OuterRef("month"))
        return self.exclude(Exists(inside)).exclude(Exists(first))


class LedgerEntry(models.Model):
    """One line. `key` names the message it hangs on, as in StoredFact; the lines of a key together are its history.

    `month`: the first day of the month it is booked in; for an adjustment of a closed month, the next open one.
    `day`: when it was opened, in the zone of the account. `cost` in `currency` is Meta's, `price` in
    `price_currency` ours (BillingPlan); both exact and signed, None where a rate is missing (`reason` is one of
    PROBLEMS). `terms` says how the price came from the cost: {"percent", "fixed", "rate", "rate_day"} as text.
    `free` lines are zero, not None. Positions in the free tier and the volume band are those of the moment of
    writing. `meta_*`: Meta's own words. Names of people and templates are copied in. WhatsApp's id of the message holds
    the customer's number, so it stays in the stored fact of the same key, where erasing a person takes it away. Written
    by billing/booking.py; an accepted difference, which has neither customer nor message, by billing/accepting.py.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="ledger")
    account = models.ForeignKey(BusinessAccount, on_delete=models.PROTECT, related_name="ledger")
    number = models.ForeignKey(
        PhoneNumber, on_delete=models.PROTECT, null=True, related_name="ledger"
    )
    party = models.ForeignKey(Party, on_delete=models.PROTECT, null=True, related_name="ledger")
    key = models.CharField(max_length=40)
    quantity = models.IntegerField(default=1)
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="reversal"
    )
    cause = models.CharField(max_length=12, choices=Cause.choices)
    month = models.DateField()
    day = models.DateField()
    is_adjustment = models.BooleanField(default=False)
    written_at = models.DateTimeField(default=timezone.now)

    sent_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)  # None for a single message
    entry_until = models.DateTimeField(null=True)  # the free entry window that a message opened
    answers_at = models.DateTimeField(null=True)
    kind = models.CharField(max_length=32, choices=Kind.choices)
    category = models.CharField(max_length=32, blank=True, choices=Category.choices)
    reason = models.CharField(max_length=32, choices=Reason.choices)
    is_estimated = models.BooleanField()
    is_free = models.BooleanField()
    model = models.CharField(max_length=24)
    rule = models.CharField(max_length=40)
    market = models.CharField(max_length=60, blank=True, default="")
    market_is_estimated = models.BooleanField(default=False)
    country = models.CharField(max_length=2, blank=True, default="")
    card = models.CharField(max_length=80, blank=True, default="")
    tier = models.CharField(max_length=40, blank=True, default="")
    tier_position = models.PositiveIntegerField(null=True)
    quota_position = models.PositiveIntegerField(null=True)

    cost = models.DecimalField(null=True, max_digits=WHOLE, decimal_places=DECIMALS)
    currency = models.CharField(max_length=3)
    price = models.DecimalField(null=True, max_digits=WHOLE, decimal_places=DECIMALS)
    price_currency = models.CharField(max_length=3)
    terms = models.JSONField(default=dict)

    meta_pricing = models.JSONField(null=True)
    meta_conversation = models.JSONField(null=True)
    message_id = models.BigIntegerField(null=True)
    agent_id = models.BigIntegerField(null=True)
    agent_name = models.CharField(max_length=120, blank=True, default="")
    team_id = models.BigIntegerField(null=True)
    team_name = models.CharField(max_length=80, blank=True, default="")
    template_id = models.BigIntegerField(null=True)
    template_name = models.CharField(max_length=512, blank=True, default="")
    campaign_id = models.BigIntegerField(null=True)  # billing.models.Campaign
    note = models.CharField(max_length=300, blank=True, default="")  # the reason of an adjustment

    objects = LedgerQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(quantity=1, reverses=None)
                | models.Q(quantity=-1, reverses__isnull=False)
                | models.Q(cause="accepted"),
                name="ledger_line_or_reversal",
            ),
            models.CheckConstraint(
                condition=models.Q(cause="accepted")
                | models.Q(party__isnull=False, number__isnull=False),
                name="ledger_line_of_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(is_free=False) | models.Q(cost=0),
                name="ledger_free_is_zero",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "month", "-opened_at", "-id"], name="ledger_month"),
            models.Index(fields=["workspace", "key", "id"], name="ledger_key"),
            models.Index(fields=["workspace", "opened_at"], name="ledger_opened"),
            models.Index(fields=["party", "-opened_at"], name="ledger_party"),
            models.Index(
                fields=["workspace", "day"],
                name="ledger_campaigns",
                condition=models.Q(campaign_id__isnull=False),
            ),
            models.Index(
                fields=["workspace", "-opened_at", "-id"],
                name="ledger_problems",
                condition=models.Q(reason__in=[*PROBLEMS]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity:+} {self.key} {self.kind} {self.reason}"


def _reversals() -> models.QuerySet[LedgerEntry]:
    return LedgerEntry.objects.filter(reverses=OuterRef("pk"))


class DayTotal(models.Model):
    """Sums of ledger lines that are alike in all these columns, so that a page over a month need not read every line.

    Written by billing/totals.py in the transaction that writes the lines; always equal to them. Who and which template
    is in ShareTotal: together they would make nearly a row for each line.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="+")
    month = models.DateField()
    day = models.DateField()
    account_id = models.BigIntegerField()
    number_id = models.BigIntegerField()
    kind = models.CharField(max_length=32)
    category = models.CharField(max_length=32, blank=True)
    reason = models.CharField(max_length=32)
    is_free = models.BooleanField()
    is_estimated = models.BooleanField()
    is_adjustment = models.BooleanField()
    draws_quota = models.BooleanField()
    is_tiered = models.BooleanField()
    market = models.CharField(max_length=60, blank=True)
    country = models.CharField(max_length=2, blank=True)
    currency = models.CharField(max_length=3)
    price_currency = models.CharField(max_length=3)

    quantity = models.BigIntegerField(default=0)
    cost = models.DecimalField(default=0, max_digits=WHOLE, decimal_places=DECIMALS)
    price = models.DecimalField(default=0, max_digits=WHOLE, decimal_places=DECIMALS)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=[
                    "workspace", "month", "day", "account_id", "number_id", "kind", "category", "reason", "is_free",
                    "is_estimated", "is_adjustment", "draws_quota", "is_tiered", "market", "country", "currency",
                    "price_currency",
                ],
                name="day_total_once",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.day} {self.kind} {self.quantity}"


class ShareTotal(models.Model):
    """Sums of a month by agent, team, template or campaign (`by`); `key` is an id or a name, empty for none. Without a
    campaign there is no row of one.

    `month` is that of the day on which something was opened, whenever it was booked. Kept as DayTotal is.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="+")
    month = models.DateField()
    by = models.CharField(max_length=8)
    key = models.CharField(max_length=512, blank=True)
    currency = models.CharField(max_length=3)
    price_currency = models.CharField(max_length=3)
    quantity = models.BigIntegerField(default=0)
    cost = models.DecimalField(default=0, max_digits=WHOLE, decimal_places=DECIMALS)
    price = models.DecimalField(default=0, max_digits=WHOLE, decimal_places=DECIMALS)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "month", "by", "key", "currency", "price_currency"],
                name="share_total_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.by} {self.key} {self.quantity}"


class ClosedMonth(models.Model):
    """A month of an account that takes no more lines: what comes late is booked in the next open one."""

    account = models.ForeignKey(
        BusinessAccount, on_delete=models.PROTECT, related_name="closed_months"
    )
    month = models.DateField()
    closed_by = models.ForeignKey(
        "accounts.Agent", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    closed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "month"], name="month_closed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.month:%Y-%m}"
