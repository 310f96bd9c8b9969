"""Labels: the workspace's own words for what a conversation is about."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Colour(models.TextChoices):
    """The palette: names, so that each theme can give its own tone (static/css/label.css)."""

    GREY = "grey", _("Grey")
    RED = "red", _("Red")
    ORANGE = "orange", pgettext_lazy("colour", "Orange")
    AMBER = "amber", _("Amber")
    GREEN = "green", _("Green")
    TEAL = "teal", _("Teal")
    BLUE = "blue", _("Blue")
    VIOLET = "violet", _("Violet")
    PINK = "pink", _("Pink")


class Label(models.Model):
    workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.CASCADE, related_name="labels"
    )
    name = models.CharField(max_length=40)
    colour = models.CharField(max_length=8, choices=Colour.choices, default=Colour.GREY)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = [Lower("name"), "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint("workspace", Lower("name"), name="label_name_once"),
        ]

    def __str__(self) -> str:
        return self.name
