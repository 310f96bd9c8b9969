"""Message templates as Meta knows them, and what happened to each."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class TemplateState(models.TextChoices):
    APPROVED = "APPROVED", _("Approved")
    PENDING = "PENDING", _("In review")
    REJECTED = "REJECTED", _("Rejected")
    PAUSED = "PAUSED", _("Paused")
    DISABLED = "DISABLED", _("Disabled")
    IN_APPEAL = "IN_APPEAL", _("In appeal")
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED", _("Limit exceeded")
    PENDING_DELETION = "PENDING_DELETION", _("Being deleted")
    DELETED = "DELETED", _("Deleted")
    ARCHIVED = "ARCHIVED", _("Archived")


class Category(models.TextChoices):
    MARKETING = "MARKETING", pgettext_lazy("category", "Marketing")
    UTILITY = "UTILITY", _("Utility")
    AUTHENTICATION = "AUTHENTICATION", _("Authentication")


class TemplateQuerySet(models.QuerySet["Template"]):
    def sendable(self) -> Self:
        return self.filter(status=TemplateState.APPROVED)

    def of(self, account_id: int) -> Self:
        return self.filter(account_id=account_id)


class Template(models.Model):
    """One language of one template. Name and language are the key; Meta's id changes when it is made anew."""

    account = models.ForeignKey(
        "accounts.BusinessAccount", on_delete=models.CASCADE, related_name="templates"
    )
    meta_id = models.CharField(max_length=32, blank=True, default="", db_index=True)
    name = models.CharField(max_length=512)
    language = models.CharField(max_length=16)
    category = models.CharField(max_length=24, blank=True, default="")
    status = models.CharField(max_length=24, default=TemplateState.PENDING)
    quality = models.CharField(max_length=16, default="UNKNOWN")
    parameter_format = models.CharField(max_length=16, default="POSITIONAL")
    components = models.JSONField(default=list)  # as Meta has them: see components.py
    rejected_reason = models.CharField(max_length=64, blank=True, default="")
    rejection_note = models.TextField(blank=True, default="")
    synced_at = models.DateTimeField(null=True)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "language"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "name", "language"], name="template_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"

    @property
    def status_words(self) -> str:
        return _word_for(self.status)

    @property
    def category_words(self) -> str:
        return _word_for(self.category)


class TemplateEvent(models.Model):
    """One thing that happened to a template: from a webhook, a poll or a person."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="history")
    kind = models.CharField(max_length=32)  # "status", "quality", "category", "components"
    before = models.CharField(max_length=64, blank=True, default="")
    after = models.CharField(max_length=64, blank=True, default="")
    note = models.TextField(blank=True, default="")
    source = models.CharField(max_length=16, default="webhook")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.template_id} {self.kind} {self.before} → {self.after}"

    @property
    def kind_words(self) -> str:
        return str(KIND_WORDS.get(self.kind, self.kind))

    @property
    def before_words(self) -> str:
        return _word_for(self.before)

    @property
    def after_words(self) -> str:
        return _word_for(self.after)

    @property
    def source_words(self) -> str:
        return str(SOURCE_WORDS.get(self.source, self.source))


KIND_WORDS = {
    "status": _("State"),
    "quality": _("Quality"),
    "category": _("Category"),
    "components": _("Words changed"),
}
SOURCE_WORDS = {
    "webhook": _("Meta told us"),
    "poll": _("we asked Meta"),
    "person": _("by a person"),
}
QUALITY_WORDS = {
    "GREEN": _("green"),
    "YELLOW": _("yellow"),
    "RED": _("red"),
    "UNKNOWN": _("not rated yet"),
}


def _word_for(value: str) -> str:
    """A state, category or quality in words; what Meta invents tomorrow stands as it is."""
    known = dict(TemplateState.choices) | dict(Category.choices) | QUALITY_WORDS
    return str(known.get(value, value))
