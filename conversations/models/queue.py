"""How a workspace keeps its queue: saved views of the list, and the reasons for which conversations are resolved."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone


class SavedView(models.Model):
    """A question to the list with a name. With an owner it is theirs alone, without one everybody's.

    `rules` is the tree of conversations/filters.py as JSON, `sort` a name of conversations/sorting.py.
    """

    workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.CASCADE, related_name="saved_views"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="saved_views"
    )
    name = models.CharField(max_length=40)
    emoji = models.CharField(max_length=16, blank=True, default="")
    rules = models.JSONField(default=dict)
    sort = models.CharField(max_length=12, default="newest")
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["position", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "owner", "position"], name="view_order"),
        ]

    def __str__(self) -> str:
        return self.name


class ResolveReason(models.Model):
    """Why a conversation was done: “Sold”, “Spam”. The thread keeps the words as they were."""

    workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.CASCADE, related_name="resolve_reasons"
    )
    name = models.CharField(max_length=60)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["position", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint("workspace", Lower("name"), name="reason_name_once"),
        ]

    def __str__(self) -> str:
        return self.name
