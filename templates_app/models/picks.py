"""What people keep at hand of the templates, and from whom a name is hidden where templates are chosen."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from accounts.models import Role
from templates_app.models.templates import Template

HIDEABLE = (Role.AGENT, Role.MANAGER)  # an administrator always sees all


class Pick(models.Model):
    """One person and one template: a favourite, or used lately."""

    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="template_picks"
    )
    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="picks")
    is_favourite = models.BooleanField(default=False)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agent", "template"], name="pick_once"),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.template_id}"


class HiddenName(models.Model):
    """A template's name, in all languages, that a role does not choose from."""

    account = models.ForeignKey(
        "accounts.BusinessAccount", on_delete=models.CASCADE, related_name="hidden_templates"
    )
    name = models.CharField(max_length=512)
    role = models.CharField(max_length=16, choices=Role.choices)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "name", "role"], name="hidden_name_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} from {self.role}"
