"""How long things took (spans), their sums by day and month (tallies), and how much was written in each hour."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from reports import periods, spans


class ReportState(models.Model):
    """How far the journal has been read. One row a workspace; also its lock."""

    workspace = models.OneToOneField(
        "accounts.Workspace", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    seq = models.BigIntegerField(default=0)
    last_id = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"reports of {self.workspace_id} up to {self.seq}"


class SpanKind(models.TextChoices):
    FIRST_REPLY = spans.FIRST_REPLY, _("First reply")
    REPLY = spans.REPLY, _("Reply")
    RESOLUTION = spans.RESOLUTION, _("Resolution")
    REOPENED = spans.REOPENED, _("Reopened")


class Span(models.Model):
    """One row behind the figures. `seconds` are open hours of the number as they were when the span became known."""

    workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.CASCADE, related_name="spans"
    )
    conversation = models.ForeignKey(
        "conversations.Conversation", on_delete=models.CASCADE, related_name="spans"
    )
    number = models.ForeignKey(
        "accounts.PhoneNumber", on_delete=models.CASCADE, related_name="spans"
    )
    team = models.ForeignKey(
        "accounts.Team", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    kind = models.CharField(max_length=12, choices=SpanKind.choices)
    message_id = models.BigIntegerField()  # the message or line that ended it
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    day = models.DateField()  # of the end, in the workspace's zone
    seconds = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["message_id", "kind"], name="span_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "kind", "day"], name="span_of_day"),
            models.Index(fields=["number", "day"], name="span_to_tally"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.conversation_id}: {self.seconds} s"


class Tally(models.Model):
    """How many spans of one class a day or a month has, by number, team and agent. Always made anew from the spans."""

    workspace = models.ForeignKey("accounts.Workspace", on_delete=models.CASCADE, related_name="+")
    period = models.CharField(
        max_length=5, choices=[(periods.DAY, periods.DAY), (periods.MONTH, periods.MONTH)]
    )
    since = models.DateField()  # the day, or the first of the month
    number = models.ForeignKey("accounts.PhoneNumber", on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey(
        "accounts.Team", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    kind = models.CharField(max_length=12, choices=SpanKind.choices)
    bucket = models.PositiveSmallIntegerField()  # reports/buckets.py
    count = models.PositiveIntegerField()
    seconds = models.PositiveBigIntegerField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "period", "since"], name="tally_of_period"),
            models.Index(fields=["number", "period", "since"], name="tally_of_number"),
        ]

    def __str__(self) -> str:
        return f"{self.count} × {self.kind} in {self.period} {self.since}"


class Volume(models.Model):
    """How many messages came and went in one hour of one day of one number, in the workspace's zone."""

    workspace = models.ForeignKey("accounts.Workspace", on_delete=models.CASCADE, related_name="+")
    number = models.ForeignKey("accounts.PhoneNumber", on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    hour = models.PositiveSmallIntegerField()
    inbound = models.PositiveIntegerField()
    outbound = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["number", "day", "hour"], name="volume_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["workspace", "day"], name="volume_of_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.hour}: {self.inbound} in, {self.outbound} out"
