"""Messages that are to go out at a moment to come. They live apart from the thread until they are sent."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from conversations.models.files import MediaFile
from conversations.models.threads import Conversation


class Scheduled(models.Model):
    """`token` becomes the message's. Words with a file or without, or a template; `fallback` is the template that goes
    out if the reply window is closed by then. It waits while the contact has written more than `inbound_seen`.
    """

    token = models.UUIDField(default=uuid.uuid4, unique=True)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="scheduled"
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    text = models.TextField(blank=True, default="")
    media = models.ForeignKey(MediaFile, on_delete=models.SET_NULL, null=True)
    template = models.ForeignKey(
        "templates_app.Template", on_delete=models.CASCADE, null=True, related_name="+"
    )
    values = models.JSONField(default=dict)  # of the template's variables
    fallback = models.ForeignKey(
        "templates_app.Template", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    fallback_values = models.JSONField(default=dict)
    due_at = models.DateTimeField()
    inbound_seen = models.PositiveIntegerField(default=0)
    problem = models.TextField(blank=True, default="")  # why it did not go, in the author's words
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="scheduled_due", condition=models.Q(problem="")),
        ]

    def __str__(self) -> str:
        return f"scheduled {self.token}"

    @property
    def is_answered(self) -> bool:
        """The contact wrote after it was planned: perhaps it does not fit any more."""
        return self.conversation.inbound_count > self.inbound_seen

    @property
    def is_paused(self) -> bool:
        return bool(self.problem) or self.is_answered
