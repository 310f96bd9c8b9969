"""Who was named in a private note. The note itself is a message of direction "system" and kind "note"."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from conversations.models.messages import Message


class Mention(models.Model):
    """Waits until the named agent opens the conversation."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="mentions")
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mentions"
    )
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)  # digest.py has told of it

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["message", "agent"], name="mention_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["agent"], name="mention_unread", condition=models.Q(read_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} named in {self.message_id}"
