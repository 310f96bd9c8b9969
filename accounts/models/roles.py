"""What somebody may do here, and how much they are shown."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import masking
from accounts.seats import ALL, OWN, TEAM


class Role(models.TextChoices):
    AGENT = "agent", _("Agent")
    MANAGER = "manager", _("Manager")
    FINANCE = "finance", _("Finance")
    ADMINISTRATOR = "administrator", _("Administrator")


SEES_EVERY_CONVERSATION = frozenset({Role.MANAGER, Role.ADMINISTRATOR})
WORKS_CONVERSATIONS = frozenset({Role.AGENT, Role.MANAGER, Role.ADMINISTRATOR})


class Sight(models.TextChoices):
    """How much of what their seats open somebody sees (accounts/seats.py)."""

    ALL = ALL, _("All conversations")
    TEAM = TEAM, _("Those of their teams, and their own")
    OWN = OWN, _("Only those assigned to them")


class Phones(models.TextChoices):
    """How much of a customer's number a role is shown (accounts/masking.py)."""

    FULL = masking.FULL, _("The whole number")
    LAST_FOUR = masking.LAST_FOUR, _("The last four digits")
    HIDDEN = masking.HIDDEN, _("Nothing of it")
