"""The WhatsApp accounts and numbers that a workspace has at Meta."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.teams import Team
from accounts.models.workspaces import ComingBack, Workspace
from accounts.secrets import SecretField


class MetaApp(models.Model):
    """The app at developers.facebook.com whose webhooks we receive: its secret signs them."""

    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, null=True, blank=True, related_name="apps"
    )
    app_id = models.CharField(max_length=32, unique=True)
    secret = SecretField()
    verify_token = SecretField()
    webhook_tested_at = models.DateTimeField(null=True, blank=True)  # webhooks/self_testing.py
    webhook_problem = models.CharField(max_length=24, blank=True, default="")  # empty: all well
    webhook_ms = models.PositiveIntegerField(null=True, blank=True)  # there, stored and processed

    def __str__(self) -> str:
        return self.app_id


class PricingPlan(models.TextChoices):
    """Which of Meta's rules hold for an account; the free-form window depends on it (conversations/window.py)."""

    CONVERSATION_2022 = "cbp_initiator", _("Conversations by initiator (2022)")
    CURRENT = "current", _("Per message (Meta’s current model)")


class BusinessAccount(models.Model):
    """A WhatsApp Business Account (WABA)."""

    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="accounts")
    app = models.ForeignKey(MetaApp, on_delete=models.PROTECT, related_name="accounts")
    waba_id = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=120)
    currency = models.CharField(max_length=3, default="USD")
    time_zone = models.CharField(max_length=64, default="UTC")
    pricing_plan = models.CharField(
        max_length=16, choices=PricingPlan.choices, default=PricingPlan.CURRENT
    )
    token = SecretField()
    token_problem = models.TextField(
        blank=True, default=""
    )  # Meta's words while the token does not work
    checked_at = models.DateTimeField(null=True, blank=True)  # when Meta last confirmed the token
    subscribed_at = models.DateTimeField(null=True, blank=True)  # since when it sends us webhooks
    is_limit_full = models.BooleanField(
        default=False
    )  # as many people as Meta's limit allows were written to first in 24 h
    restriction = models.CharField(max_length=120, blank=True, default="")  # Meta's types of it
    marketing_budget_spent_at = models.DateTimeField(
        null=True, blank=True
    )  # no marketing until the month ends: billing writes it, conversations/admission.py asks
    templates_synced_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class PhoneNumberQuerySet(models.QuerySet["PhoneNumber"]):
    def known_as(self, *, waba_id: str, phone_number_id: str, display: str) -> Self:
        """The number a webhook means: by id, or, where Meta sends none, by how it is displayed in that account."""
        if phone_number_id:
            return self.filter(phone_number_id=phone_number_id)
        digits = "".join(filter(str.isdigit, display))
        return self.filter(account__waba_id=waba_id, digits=digits)


class PhoneNumber(models.Model):
    """One business number."""

    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="numbers")
    account = models.ForeignKey(BusinessAccount, on_delete=models.PROTECT, related_name="numbers")
    phone_number_id = models.CharField(max_length=32, unique=True)
    display_phone_number = models.CharField(max_length=32)
    digits = models.CharField(max_length=20, db_index=True)
    verified_name = models.CharField(max_length=160, blank=True, default="")
    label = models.CharField(max_length=40)  # what the team calls it: “Shop”
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True)
    quality_rating = models.CharField(max_length=16, default="UNKNOWN")
    messaging_limit = models.CharField(max_length=24, blank=True, default="")
    messages_per_second = models.PositiveIntegerField(default=80)
    status = models.CharField(max_length=24, default="CONNECTED")
    is_active = models.BooleanField(default=True)
    held_reason = models.CharField(
        max_length=32, blank=True, default=""
    )  # an error code that stops all sends
    coming_back = models.CharField(
        max_length=8, choices=ComingBack.choices, blank=True, default=""
    )  # empty: as the workspace says
    hours = models.JSONField(null=True, blank=True)  # business hours: accounts/hours.py
    gates_lifted_until = models.DateTimeField(
        null=True, blank=True
    )  # an administrator lets marketing pass (conversations/gates.py)
    spam_until = models.DateTimeField(
        null=True, blank=True
    )  # Meta's spam limit (131048) was hit: no marketing until then
    created_at = models.DateTimeField(default=timezone.now)

    objects = PhoneNumberQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["label", "pk"]

    def __str__(self) -> str:
        return f"{self.label} ({self.display_phone_number})"
