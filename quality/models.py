"""What is known of numbers and accounts, since when, and what is wrong with them now."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Source(models.TextChoices):
    WEBHOOK = "webhook", _("Meta told us")
    POLL = "poll", _("we asked Meta")
    OURS = "ours", _("we counted")
    PERSON = "person", _("by a person")


class Gauge(models.Model):
    """One aspect of a number (or, without one, of the account itself) as it is now."""

    account = models.ForeignKey(
        "accounts.BusinessAccount", on_delete=models.CASCADE, related_name="gauges"
    )
    number = models.ForeignKey(
        "accounts.PhoneNumber", on_delete=models.CASCADE, null=True, related_name="gauges"
    )
    aspect = models.CharField(max_length=24)
    value = models.CharField(max_length=120, blank=True, default="")
    since = models.DateTimeField(default=timezone.now)
    checked_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True)  # when a webhook last said this value

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "account", "number", "aspect", name="gauge_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.aspect} = {self.value}"


class Observation(models.Model):
    """A change of an aspect, or something that happened. Only ever added."""

    account = models.ForeignKey(
        "accounts.BusinessAccount", on_delete=models.CASCADE, related_name="observations"
    )
    number = models.ForeignKey(
        "accounts.PhoneNumber", on_delete=models.CASCADE, null=True, related_name="observations"
    )
    aspect = models.CharField(max_length=24)
    before = models.CharField(max_length=120, blank=True, default="")
    after = models.CharField(max_length=120, blank=True, default="")
    details = models.JSONField(default=dict)
    source = models.CharField(max_length=8, choices=Source.choices)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["account", "-at"], name="observation_of_account"),
            models.Index(fields=["number", "aspect", "-at"], name="observation_of_number"),
        ]

    def __str__(self) -> str:
        return f"{self.aspect}: {self.before} → {self.after}"


class Alert(models.Model):
    """Something is wrong, from when it was seen until it was gone. One at a time of a kind and subject."""

    workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.CASCADE, related_name="alerts"
    )
    account = models.ForeignKey(
        "accounts.BusinessAccount", on_delete=models.CASCADE, related_name="alerts"
    )
    number = models.ForeignKey(
        "accounts.PhoneNumber", on_delete=models.CASCADE, null=True, related_name="alerts"
    )
    template = models.ForeignKey(
        "templates_app.Template", on_delete=models.CASCADE, null=True, related_name="alerts"
    )
    draft = models.ForeignKey(
        "templates_app.Draft", on_delete=models.CASCADE, null=True, related_name="alerts"
    )
    kind = models.CharField(max_length=24)
    severity = models.CharField(max_length=8)
    facts = models.JSONField(default=dict)
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    snoozed_until = models.DateTimeField(null=True)
    quiet_until = models.DateTimeField(null=True)  # no mail before: it was there a moment ago
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-opened_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "account",
                "number",
                "template",
                "draft",
                "kind",
                condition=models.Q(closed_at=None),
                nulls_distinct=False,
                name="alert_open_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-opened_at"], name="alert_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} since {self.opened_at:%F %H:%M}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def is_loud(self, at: Any) -> bool:
        """Open, and neither acknowledged nor snoozed: it is shown where people work."""
        rests = self.snoozed_until is not None and self.snoozed_until > at
        return self.is_open and self.acknowledged_at is None and not rests


class AlertRule(models.Model):
    """What a workspace wants to hear of one kind; without a row: shown, and mailed if it is bad."""

    workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.CASCADE, related_name="alert_rules"
    )
    kind = models.CharField(max_length=24)
    is_shown = models.BooleanField(default=True)
    is_mailed = models.BooleanField(default=True)
    is_pushed = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "kind"], name="alert_rule_once"),
        ]

    def __str__(self) -> str:
        return self.kind


class WebhookMinute(models.Model):
    """How this site answered webhook posts in one minute, all processes together. Written by webhooks/metering.py."""

    minute = models.DateTimeField(unique=True)
    answered = models.PositiveIntegerField(default=0)  # 200: stored
    refused = models.PositiveIntegerField(default=0)  # 401, 403: no signature, or a wrong one
    failed = models.PositiveIntegerField(default=0)  # all others: Meta comes again
    slow = models.PositiveIntegerField(default=0)  # over a second
    total_ms = models.PositiveBigIntegerField(default=0)  # of those answered
    slowest_ms = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.minute:%F %H:%M}: {self.answered}"
