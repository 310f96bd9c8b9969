"""The record of administrative acts."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from accounts.models.agents import Agent
from accounts.models.workspaces import Workspace


class AuditEntry(models.Model):
    """Who did which administrative act, when, and from where. Written by accounts/audit.py, never changed."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="audit")
    agent = models.ForeignKey(Agent, on_delete=models.SET_NULL, null=True)
    act = models.CharField(max_length=64)  # "agent.role_changed": subject.past-participle
    subject = models.CharField(max_length=200, blank=True, default="")
    details = models.JSONField(default=dict)
    address = models.GenericIPAddressField(null=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-id"], name="audit_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.subject}"
