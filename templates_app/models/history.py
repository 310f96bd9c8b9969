"""What happened to a template, and who told us."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from templates_app.models.states import word_for
from templates_app.models.templates import Template


class TemplateEvent(models.Model):
    """One thing that happened to a template: from a webhook, a poll or a person."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="history")
    kind = models.CharField(max_length=32)  # "status", "quality", "category", "components"
    before = models.CharField(max_length=64, blank=True, default="")
    after = models.CharField(max_length=64, blank=True, default="")
    note = models.TextField(blank=True, default="")
    source = models.CharField(max_length=16, default="webhook")
    is_late = models.BooleanField(default=False)  # came after newer news, and moved nothing
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
        return word_for(self.before)

    @property
    def after_words(self) -> str:
        return word_for(self.after)

    @property
    def source_words(self) -> str:
        return str(SOURCE_WORDS.get(self.source, self.source))


KIND_WORDS = {
    "status": _("State"),
    "quality": _("Quality"),
    "category": _("Category"),
    "category_due": _("Category will change"),
    "components": _("Words changed"),
    "submitted": _("Submitted to Meta"),
    "deleted": _("Deleted at Meta"),
    "made_anew": _("Made anew under the same name"),
    "appeal": _("Appeal noted"),
    "theirs_taken": _("Meta’s words taken over"),
    "category_taken": _("Meta’s category taken over"),
    "unpaused": _("Pause ended by hand"),
}


SOURCE_WORDS = {
    "webhook": _("Meta told us"),
    "poll": _("we asked Meta"),
    "person": _("by a person"),
    "answer": _("Meta answered"),
}
