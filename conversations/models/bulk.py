"""The rows of a job that acts on many conversations: what is to be done, what came of it, how each one stood before."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import pgettext_lazy

from conversations.models.jobs import Job
from conversations.models.threads import Conversation


class RowState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("row of a job", "Waiting")
    DONE = "done", pgettext_lazy("row of a job", "Done")
    SKIPPED = "skipped", pgettext_lazy("row of a job", "Skipped")
    FAILED = "failed", pgettext_lazy("row of a job", "Failed")


class BulkRow(models.Model):
    """`token` names the message it may send, so that no crash sends it twice. `words`: why not, for the owner.

    `before` and `after`: what the act changes, as it stood and as it left it; undo compares and restores them.
    """

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="rows", db_index=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    token = models.UUIDField(default=uuid.uuid4)
    state = models.CharField(max_length=8, choices=RowState.choices, default=RowState.WAITING)
    words = models.CharField(max_length=400, blank=True, default="")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job", "conversation"], name="bulk_row_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["job", "conversation"],
                name="bulk_row_waiting",
                condition=models.Q(state="waiting"),
            ),
        ]

    def __str__(self) -> str:
        return f"conversation {self.conversation_id} in job {self.job_id}"
