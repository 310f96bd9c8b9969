"""What happens by itself (rules), and several acts in one (macros). Both are data; ruling.py and macros.py read it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from conversations import ruling


class AutoRule(models.Model):
    """For conversations that begin or come back. `conditions` and `actions`: as ruling.py keeps them."""

    workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.CASCADE, related_name="rules"
    )
    name = models.CharField(max_length=80)
    position = models.PositiveIntegerField(default=0)
    is_on = models.BooleanField(default=True)
    stops = models.BooleanField(default=False)
    conditions = models.JSONField(default=dict)
    actions = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["position", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def rule(self) -> ruling.Rule:
        return ruling.Rule(
            id=self.pk,
            name=self.name,
            conditions=ruling.conditions_of(self.conditions),
            actions=ruling.actions_of(self.actions),
            stops=self.stops,
        )


class RuleRun(models.Model):
    """The rules are to be asked about this message: written with it, so that it is not forgotten."""

    message = models.OneToOneField(
        "conversations.Message", on_delete=models.CASCADE, related_name="rule_run"
    )
    is_new = models.BooleanField()
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["created_at"],
                name="rule_run_waiting",
                condition=models.Q(done_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"rules for message {self.message_id}"


class Macro(models.Model):
    """`owner`: whose own it is; None: everybody's. `steps`: as macros.py keeps them."""

    workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.CASCADE, related_name="macros"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True
    )
    name = models.CharField(max_length=80)
    steps = models.JSONField(default=dict)
    used_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["name", "pk"]

    def __str__(self) -> str:
        return self.name
