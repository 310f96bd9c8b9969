"""Asking customers how it was, after a conversation is resolved: on which terms, and what they said."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.messages import Message
from conversations.models.threads import Conversation

DAY_MINUTES = 24 * 60


class SurveyPlan(models.Model):
    """Of one number. What was resolved before `since` is not asked about."""

    number = models.OneToOneField(
        "accounts.PhoneNumber", on_delete=models.CASCADE, related_name="survey_plan"
    )
    since = models.DateTimeField(null=True, blank=True)  # switched on then; None is off
    question = models.CharField(_("Question"), max_length=1024)
    button = models.CharField(_("Label of the list"), max_length=20)
    thanks = models.CharField(_("Thanks"), max_length=1024, blank=True, default="")
    wait_minutes = models.PositiveIntegerField(
        _("Ask after, minutes"), default=5, validators=[MaxValueValidator(DAY_MINUTES)]
    )
    pause_days = models.PositiveSmallIntegerField(
        _("The same customer at most once in, days"),
        default=7,
        validators=[MaxValueValidator(365)],
    )
    template = models.ForeignKey(
        "templates_app.Template",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Template outside of the window"),
    )

    def __str__(self) -> str:
        return f"survey of {self.number_id}"


class SurveyState(models.TextChoices):
    ASKED = "asked", _("Asked")
    ANSWERED = "answered", _("Answered")
    SKIPPED = "skipped", _("Not asked")


class Survey(models.Model):
    """One resolving that was asked about, or why it was not. `agent` and `team`: whose it was when it was resolved."""

    token = models.UUIDField(default=uuid.uuid4, unique=True)
    workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.CASCADE, related_name="surveys"
    )
    number = models.ForeignKey(
        "accounts.PhoneNumber", on_delete=models.CASCADE, related_name="surveys"
    )
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="surveys")
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    team = models.ForeignKey(
        "accounts.Team", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    message = models.OneToOneField(
        Message, on_delete=models.SET_NULL, null=True, related_name="survey"
    )
    resolved_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=SurveyState.choices)
    reason = models.CharField(max_length=12, blank=True, default="")  # why it was skipped
    asked_at = models.DateTimeField()
    score = models.PositiveSmallIntegerField(null=True)
    answered_at = models.DateTimeField(null=True)
    thanked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["conversation", "resolved_at"], name="survey_once_a_resolving"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["workspace", "answered_at"],
                name="survey_answered",
                condition=models.Q(score__isnull=False),
            ),
            models.Index(fields=["workspace", "asked_at"], name="survey_asked"),
            models.Index(
                fields=["answered_at"],
                name="survey_to_thank",
                condition=models.Q(score__isnull=False, thanked_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"survey {self.token}: {self.score or self.state}"
