"""Looking at colleagues' conversations: on which terms, what was found, and what was said of single messages."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Plan(models.Model):
    """Of one workspace: how much is looked at, and by which card. `seed` makes a sample repeatable."""

    workspace = models.OneToOneField(
        "accounts.Workspace", on_delete=models.CASCADE, related_name="coaching_plan"
    )
    is_on = models.BooleanField(_("Choose conversations every Monday"), default=False)
    percent = models.PositiveSmallIntegerField(
        _("Share of each agent’s resolved conversations, %"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    least = models.PositiveSmallIntegerField(
        _("At least, a week and agent"), default=2, validators=[MaxValueValidator(50)]
    )
    seed = models.PositiveIntegerField(
        _("Seed"), default=1, validators=[MaxValueValidator(2**31 - 1)]
    )
    card = models.JSONField(default=list)  # sampling.as_json

    def __str__(self) -> str:
        return f"coaching of {self.workspace_id}"


class Review(models.Model):
    """One reviewer's look at one conversation of one agent's week; without a reviewer it waits for one.

    `card` is the card as it was when the conversation was drawn: later changes do not rewrite what was judged.
    """

    workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.CASCADE, related_name="reviews"
    )
    conversation = models.ForeignKey(
        "conversations.Conversation", on_delete=models.CASCADE, related_name="reviews"
    )
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reviews_of"
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="reviews_by"
    )
    week = models.DateField()  # its Monday, in the workspace's zone
    card = models.JSONField(default=list)
    answers = models.JSONField(default=dict)  # {key: points or None}
    score = models.PositiveSmallIntegerField(null=True)  # 0 to 100
    summary = models.TextField(blank=True, default="")
    drawn_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)  # by the agent

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["conversation", "agent", "week", "reviewer"],
                name="review_once_a_reviewer",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=~models.Q(agent=models.F("reviewer")), name="review_never_ones_own"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "done_at"], name="review_waiting"),
            models.Index(fields=["agent", "-week"], name="review_of_agent"),
        ]

    def __str__(self) -> str:
        return f"review of {self.conversation_id} by {self.reviewer_id}"


class Remark(models.Model):
    """Words about one message, for its author to learn from. The customer never sees them."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="remarks")
    message = models.ForeignKey("conversations.Message", on_delete=models.CASCADE, related_name="+")
    text = models.TextField(max_length=2000)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return f"remark on {self.message_id}"
