"""Work that takes longer than a page may: done by a worker, followed on a page, some of it undone again."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class JobKind(models.TextChoices):
    BULK = "bulk", _("Many conversations at once")
    EXPORT = "export", _("Export")
    ERASE = "erase", _("Erasing a person")


class JobState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("job", "Waiting")
    RUNNING = "running", pgettext_lazy("job", "Under way")
    DONE = "done", pgettext_lazy("job", "Done")
    FAILED = "failed", pgettext_lazy("job", "Failed")
    STOPPED = "stopped", pgettext_lazy("job", "Stopped")
    UNDONE = "undone", pgettext_lazy("job", "Undone")


def result_path(job: Job, filename: str) -> str:
    return f"{job.workspace_id}/jobs/{job.key.hex}"


class Job(models.Model):
    """One piece of work. `request` says what to do; `result` what came of it; `undo` what takes it back.

    `failed_count` is part of `done_count`. `beat_at`: when its worker last wrote; one that fell silent is taken over.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True)  # what the URL shows
    workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.CASCADE, related_name="jobs"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="jobs"
    )
    kind = models.CharField(max_length=12, choices=JobKind.choices)
    state = models.CharField(max_length=8, choices=JobState.choices, default=JobState.WAITING)
    title = models.CharField(max_length=200, blank=True, default="")  # in its owner's language
    request = models.JSONField(default=dict)
    total = models.PositiveIntegerField(null=True)  # None: not counted yet
    done_count = models.PositiveIntegerField(default=0)
    failed_count = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict)
    undo = models.JSONField(null=True)  # None: cannot be undone
    problem = models.TextField(blank=True, default="")  # in words, for its owner
    file = models.FileField(upload_to=result_path, blank=True, max_length=200)
    filename = models.CharField(max_length=160, blank=True, default="")
    expires_at = models.DateTimeField(null=True)  # of the file
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["owner", "-id"], name="job_of_owner"),
            models.Index(
                fields=["beat_at"],
                name="job_unfinished",
                condition=models.Q(state__in=["waiting", "running"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def is_over(self) -> bool:
        return self.state not in (JobState.WAITING, JobState.RUNNING)

    @property
    def percent(self) -> int:
        if self.state in (JobState.DONE, JobState.UNDONE):
            return 100
        return min(99, self.done_count * 100 // self.total) if self.total else 0

    def has_file(self, at: datetime) -> bool:
        return bool(self.file) and self.expires_at is not None and at < self.expires_at
