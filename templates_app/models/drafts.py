"""What is being written for Meta, each sitting of it, and what colleagues say and decide."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from templates_app.content import DraftContent, from_json
from templates_app.models.states import Category
from templates_app.models.submissions import Submission, SubmissionState
from templates_app.models.templates import Template, sort_key


class DeskSettings(models.Model):
    """What a workspace chose for its desk. No row: as it comes."""

    workspace = models.OneToOneField(
        "accounts.Workspace", on_delete=models.CASCADE, primary_key=True, related_name="desk"
    )
    four_eyes = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"desk of {self.workspace_id}"


class DraftState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    REVIEW = "review", _("In review inside")
    READY = "ready", _("Approved inside")
    SUBMITTED = "submitted", _("Submitted")


class DraftQuerySet(models.QuerySet["Draft"]):
    def under_way(self) -> Self:
        """Those still being written, and those on their way that Meta has not taken yet."""
        taken = Submission.objects.filter(
            draft=models.OuterRef("pk"), state=SubmissionState.ACCEPTED
        )
        return self.exclude(models.Q(models.Exists(taken)) & models.Q(state=DraftState.SUBMITTED))


class Draft(models.Model):
    """What somebody is writing. `version` grows with every save, so that two editors never overwrite each other."""

    account = models.ForeignKey(
        "accounts.BusinessAccount", on_delete=models.CASCADE, related_name="drafts"
    )
    template = models.ForeignKey(
        Template, on_delete=models.SET_NULL, null=True, blank=True, related_name="drafts"
    )  # which it changes; none while it is new
    name = models.CharField(
        max_length=600, blank=True, default=""
    )  # longer than Meta allows, so that we can say so
    language = models.CharField(max_length=16, blank=True, default="")
    category = models.CharField(
        max_length=24, choices=Category, blank=True, default=Category.UTILITY
    )
    content = models.JSONField(default=dict)  # see content.py
    reason = models.TextField(blank=True, default="")  # why Meta refused what it corrects
    state = models.CharField(max_length=16, choices=DraftState, default=DraftState.DRAFT)
    version = models.IntegerField(default=1)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )  # who saved last
    seq = models.BigIntegerField(default=0)  # of its latest change that a board shows
    handed_in_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )  # to a colleague, for approval
    needed_at = models.DateTimeField(null=True, blank=True)  # by when it must be approved
    reminded = models.CharField(max_length=16, blank=True, default="")  # of which lateness, last
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = DraftQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-updated_at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["account", "seq"], name="draft_changes")]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"

    @property
    def sort(self) -> str:
        return sort_key(self.seq, self.pk)

    @property
    def whole(self) -> DraftContent:
        """The value that the rules judge."""
        return DraftContent(
            name=self.name,
            language=self.language,
            category=self.category,
            content=from_json(self.content),
        )


class DraftVersion(models.Model):
    """What a draft said, who wrote it and when. One sitting of one person is one row; what was handed in stays."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="versions")
    version = models.IntegerField()  # the draft's own at the end of the sitting
    name = models.CharField(max_length=600, blank=True, default="")
    language = models.CharField(max_length=16, blank=True, default="")
    category = models.CharField(max_length=24, blank=True, default="")
    content = models.JSONField(default=dict)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    is_sealed = models.BooleanField(default=False)
    began_at = models.DateTimeField(default=timezone.now)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["draft", "version"], name="draft_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.draft_id} v{self.version}"

    @property
    def whole(self) -> DraftContent:
        return DraftContent(
            name=self.name,
            language=self.language,
            category=self.category,
            content=from_json(self.content),
        )


class NoteKind(models.TextChoices):
    COMMENT = "comment", _("Comment")
    HANDED_IN = "handed_in", _("Handed in for approval")
    APPROVED = "approved", pgettext_lazy("a colleague", "Approved")
    RETURNED = "returned", _("Returned")
    TAKEN_BACK = "taken_back", _("Taken back")


class DraftNote(models.Model):
    """What colleagues say of a draft among themselves, and what they decide."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=16, choices=NoteKind)
    text = models.TextField(blank=True, default="")
    version = models.IntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.draft_id} {self.kind}"
