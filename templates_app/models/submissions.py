"""What was handed in to Meta, and what came back."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from templates_app.models.templates import Template


class SubmissionState(models.TextChoices):
    SENDING = "sending", _("Being sent to Meta")
    ACCEPTED = "accepted", _("Taken by Meta")
    REFUSED = "refused", _("Refused at once")
    UNKNOWN = "unknown", _("No answer")


class Submission(models.Model):
    """One handing in to Meta: exactly what was sent, by whom, and what came back. Never edited but by the answer."""

    draft = models.ForeignKey(
        "templates_app.Draft", on_delete=models.SET_NULL, null=True, related_name="submissions"
    )
    template = models.ForeignKey(
        Template, on_delete=models.SET_NULL, null=True, related_name="submissions"
    )
    account = models.ForeignKey(
        "accounts.BusinessAccount", on_delete=models.CASCADE, related_name="submissions"
    )
    version = models.IntegerField()
    body = models.JSONField()  # as Meta was told
    status_before = models.CharField(max_length=24, blank=True, default="")  # empty for a new one
    meta_id = models.CharField(max_length=32, blank=True, default="")
    state = models.CharField(
        max_length=16, choices=SubmissionState, default=SubmissionState.SENDING
    )
    answer = models.JSONField(default=dict)  # of Meta, or its error
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)  # when a worker began to send it
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["draft"],
                condition=models.Q(state="sending"),
                name="one_submission_of_a_draft_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.body.get('name')} v{self.version} {self.state}"
