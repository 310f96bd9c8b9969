"""Who invoices whom, and the invoices. Numbers are given under the seller's row lock, so none is missing or double."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import BusinessAccount, Workspace
from billing.invoices.paper import Paper, PaperKind, Side, from_json


class Parties(models.Model):
    """The seller and the buyer of a workspace's invoices, and how they are numbered. `*_sequence`: the last number."""

    workspace = models.OneToOneField(
        Workspace, on_delete=models.CASCADE, primary_key=True, related_name="invoice_parties"
    )
    seller = models.JSONField(default=dict)
    buyer = models.JSONField(default=dict)
    language = models.CharField(max_length=8, default="ru")
    prefix = models.CharField(max_length=16, blank=True, default="")
    invoice_sequence = models.PositiveIntegerField(default=0)
    credit_sequence = models.PositiveIntegerField(default=0)
    proforma_sequence = models.PositiveIntegerField(default=0)
    payment_days = models.PositiveSmallIntegerField(default=10)
    markup_apart = models.BooleanField(default=False)  # conversations at cost, the mark-up below

    def __str__(self) -> str:
        return f"invoices of {self.workspace_id}"

    @property
    def sides(self) -> tuple[Side, Side]:
        return Side(**({"name": ""} | self.seller)), Side(**({"name": ""} | self.buyer))

    @property
    def is_complete(self) -> bool:
        """Both have a name and an address: less makes no invoice."""
        return all(side.name and side.address for side in self.sides)


class InvoiceState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    REVIEWED = "reviewed", _("Reviewed")
    ISSUED = "issued", _("Issued")
    PAID = "paid", _("Paid")
    CREDITED = "credited", _("Credited")


FROZEN = frozenset({InvoiceState.ISSUED, InvoiceState.PAID, InvoiceState.CREDITED})


class Invoice(models.Model):
    """One paper. `paper` is billing.invoices.paper as JSON: made anew while it is a draft, frozen once issued.

    `account`: of one WhatsApp account; None: of all that the workspace pays in this currency.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="invoices")
    account = models.ForeignKey(
        BusinessAccount, on_delete=models.PROTECT, null=True, related_name="invoices"
    )
    kind = models.CharField(max_length=12, choices=[(one.value, one.value) for one in PaperKind])
    state = models.CharField(
        max_length=10, choices=InvoiceState.choices, default=InvoiceState.DRAFT
    )
    month = models.DateField()
    currency = models.CharField(max_length=3)
    number = models.CharField(max_length=40, blank=True, default="")
    sequence = models.PositiveIntegerField(null=True)
    paper = models.JSONField()
    total = models.DecimalField(max_digits=20, decimal_places=3)
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="credit_note"
    )
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    issued_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)
    paid_on = models.DateField(null=True)
    mailed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-month", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "kind", "sequence"], name="invoice_number_once"
            ),
            models.UniqueConstraint(
                "workspace",
                "account",
                "month",
                "currency",
                "kind",
                condition=models.Q(state__in=["draft", "reviewed"]) & ~models.Q(kind="credit_note"),
                nulls_distinct=False,
                name="invoice_draft_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "reviewed"], sequence=None)
                | (~models.Q(state__in=["draft", "reviewed"]) & models.Q(sequence__isnull=False)),
                name="invoice_numbered_when_issued",
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"draft {self.pk}"

    @property
    def as_paper(self) -> Paper:
        return from_json(self.paper)

    @property
    def is_frozen(self) -> bool:
        return self.state in FROZEN

    @property
    def is_overdue(self) -> bool:
        due = self.state == InvoiceState.ISSUED and self.due_on is not None
        return due and self.due_on < timezone.localdate()  # type: ignore[operator]
