"""What a contact said about being written to, kept as history: the last word counts, none is ever changed."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models.contacts import Contact


class ConsentSource(models.TextChoices):
    WHATSAPP = "whatsapp", _("said in WhatsApp")
    AGENT = "agent", _("noted by a colleague")


class Consent(models.Model):
    """One word on marketing messages. `Contact.marketing_stopped_at` repeats the latest."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="consents")
    allows = models.BooleanField()
    source = models.CharField(max_length=12, choices=ConsentSource.choices)
    note = models.CharField(
        max_length=200, blank=True, default=""
    )  # where it was given: “form, 3 May”
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contact", "at", "source"], name="consent_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["contact", "-at"], name="consent_latest")]

    def __str__(self) -> str:
        return f"{self.contact_id} {'allows' if self.allows else 'stops'} marketing"


class ContactNote(models.Model):
    """What colleagues should know of a person, whatever the conversation."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    text = models.TextField(max_length=4000)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"note on {self.contact_id}"


class BlockState(models.TextChoices):
    BLOCKING = "blocking", _("Being blocked")
    BLOCKED = "blocked", _("Blocked")
    UNBLOCKING = "unblocking", _("Being unblocked")
    REFUSED = "refused", _("Not blocked")


class Block(models.Model):
    """A contact who cannot write to one of our numbers: Meta keeps the list, a worker tells it (blocking.py)."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="blocks")
    number = models.ForeignKey("accounts.PhoneNumber", on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=12, choices=BlockState.choices, default=BlockState.BLOCKING)
    problem = models.CharField(
        max_length=300, blank=True, default=""
    )  # Meta's words, while refused
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    asked_at = models.DateTimeField(default=timezone.now)
    next_try_at = models.DateTimeField(null=True, default=timezone.now)  # None: nothing to do
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contact", "number"], name="block_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_try_at"],
                name="block_due",
                condition=models.Q(next_try_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} at {self.number_id}: {self.state}"
