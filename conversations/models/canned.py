"""Replies that are kept ready: everybody's, a team's, or one agent's own."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone


def canned_path(reply: CannedReply, _filename: str) -> str:
    """By a random key: the person's own file name never reaches the disk."""
    key = uuid.uuid4().hex
    return f"{reply.workspace_id}/replies/{key[:2]}/{key}"


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
    buttons = models.JSONField(default=list, blank=True)  # up to three titles under the words
    file = models.FileField(upload_to=canned_path, blank=True, max_length=200)
    file_name = models.CharField(max_length=255, blank=True, default="")
    file_type = models.CharField(max_length=120, blank=True, default="")
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
