"""A workspace is one client company, with the rules that hold in it."""

from __future__ import annotations

from datetime import time

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.roles import Phones, Role, Sight


class Reasons(models.TextChoices):
    """Whether whoever resolves a conversation says why. Without a list of reasons nobody is asked."""

    OPTIONAL = "optional", _("May be chosen")
    REQUIRED = "required", _("Must be chosen")


class ComingBack(models.TextChoices):
    """Whose a resolved conversation is when its customer writes again (conversations/coming_back.py)."""

    PASS_ON = "pass_on", _("Is handed out again if that person is offline")
    KEEP = "keep", _("Always stays with whoever had it")


class Workspace(models.Model):
    """One client company. `last_seq` is the number of its latest change (events/journal.py)."""

    name = models.CharField(max_length=120)
    last_seq = models.BigIntegerField(default=0)
    time_zone = models.CharField(max_length=64, default="UTC")
    language = models.CharField(max_length=8, default="en")
    requires_mfa = models.BooleanField(default=False)
    notices_show_text = models.BooleanField(default=False)  # names and words in pushes and mails
    shows_read = models.BooleanField(default=True)  # customers see that their message was read
    shows_typing = models.BooleanField(default=True)  # and that an answer is being written
    agent_sight = models.CharField(max_length=4, choices=Sight.choices, default=Sight.ALL)
    manager_sight = models.CharField(max_length=4, choices=Sight.choices, default=Sight.ALL)
    capacity = models.PositiveSmallIntegerField(default=20)  # open conversations an agent is given
    away_minutes = models.PositiveSmallIntegerField(default=3)  # without a line: then offline
    coming_back = models.CharField(
        max_length=8, choices=ComingBack.choices, default=ComingBack.PASS_ON
    )
    only_assignee_replies = models.BooleanField(default=False)
    reasons = models.CharField(max_length=8, choices=Reasons.choices, default=Reasons.OPTIONAL)
    morning = models.TimeField(default=time(9, 0))  # when what is snoozed for a day comes back
    agent_phones = models.CharField(max_length=6, choices=Phones.choices, default=Phones.FULL)
    manager_phones = models.CharField(max_length=6, choices=Phones.choices, default=Phones.FULL)
    finance_phones = models.CharField(
        max_length=6, choices=Phones.choices, default=Phones.LAST_FOUR
    )
    loud_alerts = models.PositiveIntegerField(default=0)  # at the gauge: quality/showing.py
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name

    def take_numbers(self, count: int) -> int:
        """Take the next `count` numbers and return the first. Holds the workspace's row until commit: call last."""
        row = Workspace.objects.raw(
            "UPDATE accounts_workspace SET last_seq = last_seq + %s WHERE id = %s RETURNING id, last_seq",
            [count, self.pk],
        )[0]
        self.last_seq = row.last_seq
        return row.last_seq - count + 1

    def phones_for(self, role: str) -> str:
        """How somebody of this role sees customers' numbers. Administrators set it, and see them whole."""
        if role == Role.ADMINISTRATOR:
            return Phones.FULL.value
        return {
            Role.MANAGER: self.manager_phones,
            Role.FINANCE: self.finance_phones,
        }.get(Role(role), self.agent_phones)
