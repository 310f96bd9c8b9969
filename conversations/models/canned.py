"""Replies that are kept ready: everybody's, a team's, or one agent's own."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone


class CannedReply(models.Model):
    """Found by `/shortcode`. With an owner it is theirs alone, with a team its members', with neither everybody's."""

    workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.CASCADE, related_name="canned_replies"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="canned_replies"
    )
    team = models.ForeignKey(
        "accounts.Team", on_delete=models.CASCADE, null=True, related_name="canned_replies"
    )
    shortcode = models.CharField(max_length=32)
    text = models.TextField()
    used_count = models.PositiveIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["shortcode", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "workspace",
                "owner",
                "team",
                Lower("shortcode"),
                name="canned_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(owner=None) | models.Q(team=None), name="canned_one_audience"
            ),
        ]

    def __str__(self) -> str:
        return f"/{self.shortcode}"
