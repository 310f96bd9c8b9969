"""What a manager must hear of: a template refused, paused, moved or late."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from templates_app.models.drafts import Draft
from templates_app.models.states import word_for
from templates_app.models.templates import Template


class AlertKind(models.TextChoices):
    REJECTED = "rejected", _("Template rejected")
    PAUSED = "paused", _("Template paused")
    DISABLED = "disabled", _("Template disabled")
    CATEGORY = "category", _("Category changed")
    CATEGORY_DUE = "category_due", _("Category will change")
    QUALITY = "quality", _("Quality dropped")
    NEEDED_SOON = "needed_soon", _("Template needed soon")
    LATE = "late", _("Template late")
    MISSED = "missed", _("Template not there in time")


class TemplateAlert(models.Model):
    """What a manager must hear of. Open until somebody has seen to it."""

    workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.CASCADE, related_name="template_alerts"
    )
    kind = models.CharField(max_length=16, choices=AlertKind)
    template = models.ForeignKey(
        Template, on_delete=models.CASCADE, null=True, blank=True, related_name="desk_alerts"
    )
    draft = models.ForeignKey(
        Draft, on_delete=models.CASCADE, null=True, blank=True, related_name="desk_alerts"
    )
    before = models.CharField(max_length=64, blank=True, default="")
    after = models.CharField(max_length=64, blank=True, default="")
    at = models.DateTimeField(default=timezone.now)
    mailed_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [
            models.Index(
                fields=["workspace", "-at"],
                condition=models.Q(closed_at=None),
                name="template_alert_open",
            ),
            models.Index(
                fields=["id"], condition=models.Q(mailed_at=None), name="template_alert_unmailed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def name(self) -> str:
        row = self.template or self.draft
        return f"{row.name} ({row.language})" if row else ""

    @property
    def is_bad(self) -> bool:
        return self.kind in (AlertKind.REJECTED, AlertKind.DISABLED, AlertKind.MISSED)

    @property
    def address(self) -> str:
        if self.draft_id:
            return reverse("templates_app:draft", args=[self.draft_id])
        return reverse("templates_app:template", args=[self.template_id])

    @property
    def words(self) -> str:
        """One sentence in the reader's language: what happened and what to do."""
        said = ALERT_WORDS.get(AlertKind(self.kind))
        told = {"before": word_for(self.before), "after": word_for(self.after)}
        if self.kind == AlertKind.REJECTED and self.template and self.template.rejection:
            return f"{self.template.rejection.what} {self.template.rejection.todo}"
        return str(said).format(**told) if said else self.get_kind_display()


ALERT_WORDS = {
    AlertKind.REJECTED: _("Meta’s review said no. Read the reason, correct it and submit it again."),
    AlertKind.PAUSED: _("Customers complained or blocked: it cannot be sent until the pause is over."),
    AlertKind.DISABLED: _("It can never be sent again. Write a new one with other words."),
    AlertKind.CATEGORY: _("Meta moved it from “{before}” to “{after}”: its price is another one now."),
    AlertKind.CATEGORY_DUE: _("Meta will move it from “{before}” to “{after}” within 24 hours."),
    AlertKind.QUALITY: _("Its quality went from “{before}” to “{after}”. Send it to fewer people, better chosen."),
    AlertKind.NEEDED_SOON: _("It should be submitted within a day to be approved in time."),
    AlertKind.LATE: _("It is not submitted, and no longer safe to be approved in time."),
    AlertKind.MISSED: _("The moment for which it was needed has come, and it is not approved."),
}  # fmt: skip
