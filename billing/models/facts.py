"""What pricing keeps of every message: enough to price it again, and nothing of what was said or by whom.

No row here points at a contact, conversation or message with a constraint: a person can be erased and the books stay.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import BusinessAccount, PhoneNumber, Workspace
from conversations import statuses


class Party(models.Model):
    """A contact of one number, under a name of ours. `place`: the first digits of their number (`+7921`), or the
    country of a business-scoped id (`RU.`); empty if neither is known. `country`: ISO code, empty if unknown.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="parties")
    conversation_id = models.BigIntegerField(unique=True)  # the thread, while it is there
    place = models.CharField(max_length=8, blank=True, default="")
    country = models.CharField(max_length=2, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.place}…{self.pk}"

    @property
    def shown(self) -> str:
        return shown_as(self.place, self.country, self.pk)


def shown_as(place: str, country: str, pk: int) -> str:
    """“+7 921…”: all that the books know of who it was."""
    digits = place.removeprefix("+")
    if place.startswith("+"):
        code = 1 if digits[:1] in ("1", "7") else 2
        return f"+{digits[:code]} {digits[code:]}…".replace(" …", "…")
    return f"{country or '?'}…{pk}"


class StoredFact(models.Model):
    """A billing.facts.Fact as a row, made from a message whenever that changes (billing/gathering.py).

    `key`: "m<message>" for a message, "r<reaction>.<second>" for a contact's reaction; it names the ledger's entry too.
    `meta`: Meta's own `pricing` and `conversation`, as told in statuses. `team_id` as the thread stood when it was
    sent.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="facts")
    account = models.ForeignKey(BusinessAccount, on_delete=models.PROTECT, related_name="+")
    number = models.ForeignKey(PhoneNumber, on_delete=models.PROTECT, related_name="+")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="facts")
    key = models.CharField(max_length=40)
    at = models.DateTimeField()
    direction = models.CharField(max_length=3)
    kind = models.CharField(max_length=12)
    category = models.CharField(max_length=32, blank=True, default="")
    status = models.CharField(max_length=12, default=statuses.SENT)
    delivered_at = models.DateTimeField(null=True)
    referral = models.BooleanField(default=False)
    message_id = models.BigIntegerField(null=True)
    wamid = models.CharField(max_length=160, blank=True, default="")
    agent_id = models.BigIntegerField(null=True)
    team_id = models.BigIntegerField(null=True)
    template_id = models.BigIntegerField(null=True)
    template_name = models.CharField(max_length=512, blank=True, default="")
    campaign_id = models.BigIntegerField(null=True)  # Campaign.pk
    meta = models.JSONField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "key"], name="fact_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "at", "id"], name="fact_in_time"),
            models.Index(fields=["party", "direction", "-at"], name="fact_of_party"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.kind} {self.status}"


class Campaign(models.Model):
    """A template sent to many in one act: what it was called, who sent it and when, copied from the job, which goes
    after some months. Its key is the job's.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="campaigns")
    name = models.CharField(max_length=200)
    by = models.CharField(max_length=120)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class LedgerState(models.Model):
    """How far the books of a workspace have come. `seq`: the change last taken over from conversations, of which
    messages up to `last_id` (one change may be of many). `dirty_since`:
    the earliest fact that changed and is not priced yet; None when all is. `behind_since`: since when that is so.
    """

    workspace = models.OneToOneField(
        Workspace, on_delete=models.PROTECT, primary_key=True, related_name="ledger_state"
    )
    seq = models.BigIntegerField(default=0)
    last_id = models.BigIntegerField(default=0)
    dirty_since = models.DateTimeField(null=True)
    behind_since = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"ledger of {self.workspace_id} at {self.seq}"


class Checkpoint(models.Model):
    """What the engine remembers after all facts up to and including `at` (billing/states.py), to go on from there."""

    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    state = models.JSONField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "at"], name="checkpoint_once"),
        ]

    def __str__(self) -> str:
        return f"checkpoint of {self.workspace_id} at {self.at}"
