"""Meta’s states, categories and quality ratings, in words."""

from __future__ import annotations

from django.db import models
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


QUALITY_WORDS = {
    "GREEN": _("green"),
    "YELLOW": _("yellow"),
    "RED": _("red"),
    "UNKNOWN": _("not rated yet"),
}


def word_for(value: str) -> str:
    """A state, category or quality in words; what Meta invents tomorrow stands as it is."""
    known = dict(TemplateState.choices) | dict(Category.choices) | QUALITY_WORDS
    return str(known.get(value, value))
