"""What Meta posted to us: the raw body, durable before we answer 200, and the items that could not be processed."""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# PostgreSQL's own, so that all hosts agree: the first day of the month in which a post is stored, by UTC.
THIS_MONTH: Final = models.Func(
    template="date_trunc('month', now() AT TIME ZONE 'UTC')::date", output_field=models.DateField()
)


class Envelope(models.Model):
    """One webhook POST. The table is the queue: `processed_at` is null while it waits.

    It is partitioned by `month` (`webhooks/partitions.py`). Meta's retries are the same bytes and are stored once a
    month; one that comes over the end of a month is stored twice and changes nothing. `id` is unique by its sequence.
    """

    app = models.ForeignKey("accounts.MetaApp", on_delete=models.PROTECT, related_name="envelopes")
    digest = models.BinaryField()  # sha-256 of the app and the body
    body = models.BinaryField()
    received_at = models.DateTimeField(default=timezone.now)
    processed_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(
        null=True
    )  # by a drain; a worker that dies lets it run out
    month = models.DateField(db_default=THIS_MONTH)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["digest", "month"], name="envelope_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["id"], name="envelope_waiting", condition=models.Q(processed_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"envelope {self.pk}"


class HeldFor(models.TextChoices):
    """Why something is held back, for the administrator; `Quarantined.reason` has the details."""

    NO_NUMBER = "no_number", _("It is for a number that is not connected here.")
    NO_ACCOUNT = "no_account", _("It is for an account that is not connected here.")
    OTHER_APP = "other_app", _("It was signed by an app that is not this account’s.")
    GROUP = "group", _("It is about a group; groups are not shown yet.")
    UNKNOWN = "unknown", _("It is of a kind that this version does not know.")
    UNREADABLE = "unreadable", _("It does not have the shape that Meta documents.")
    BODY = "body", _("The post is not what Meta sends.")
    POISON = "poison", _("Processing it never ended, so it is left alone.")
    FAILED = "failed", _("Processing it failed.")


class Quarantined(models.Model):
    """One item of an envelope that could not be processed, with the reason; an administrator can replay it."""

    # Not held by PostgreSQL, which would ask for the month: webhooks/retiring.py never takes a post before its items.
    envelope = models.ForeignKey(
        Envelope, on_delete=models.CASCADE, related_name="quarantined", db_constraint=False
    )
    workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.CASCADE, null=True, related_name="quarantined"
    )
    position = models.PositiveIntegerField()  # which fact of the envelope
    kind = models.CharField(max_length=48)
    held_for = models.CharField(max_length=16, choices=HeldFor.choices, default=HeldFor.FAILED)
    reason = models.TextField()  # the details, in English: an id, the part that does not fit
    traceback = models.TextField(blank=True, default="")
    raw = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=1)
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["envelope", "position"], name="quarantined_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["workspace", "-id"],
                name="quarantined_open",
                condition=models.Q(resolved_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of envelope {self.envelope_id}: {self.reason[:80]}"
