"""What happened in a workspace, in order. Everything that a screen shows can be brought up to date from here."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone


class Event(models.Model):
    """One change. `seq` is its number in the workspace: order, version and cursor in one, without gaps."""

    workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.CASCADE, related_name="events", db_index=False
    )
    seq = models.BigIntegerField()
    kind = models.CharField(max_length=48)  # "message.received": subject.past-participle
    subject = models.CharField(max_length=48)  # "conversation:42"
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    facts = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "seq"], name="event_seq_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "subject", "seq"], name="event_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind} {self.subject}"
