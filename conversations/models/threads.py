"""A conversation: the thread that agents handle, one per contact and number."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import PricingPlan
from accounts.seats import Place
from conversations.models.contacts import Contact
from conversations.window import ServiceWindow
from conversations.words import kind_label


class ConversationStatus(models.TextChoices):
    OPEN = "open", _("Open")
    PENDING = "pending", _("Pending")
    SNOOZED = "snoozed", _("Snoozed")
    RESOLVED = "resolved", _("Resolved")


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def after(self, seq: int) -> Self:
        return self.filter(seq__gt=seq)

    def unassigned(self) -> Self:
        return self.filter(assignee=None)

    def for_list(self) -> Self:
        """With all that a row of the list shows, and no more queries."""
        return self.select_related("contact", "number__account", "assignee", "team")


class Conversation(models.Model):
    """`seq` is the version that screens hold; the `last_…` columns are what the list shows without a join."""

    workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.CASCADE, related_name="conversations"
    )
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="conversations")
    number = models.ForeignKey(
        "accounts.PhoneNumber", on_delete=models.PROTECT, related_name="conversations"
    )
    team = models.ForeignKey("accounts.Team", on_delete=models.SET_NULL, null=True, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="assigned",
    )
    status = models.CharField(
        max_length=12, choices=ConversationStatus.choices, default=ConversationStatus.OPEN
    )
    seq = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(
        null=True, blank=True
    )  # with status snoozed; null: until the contact writes

    last_at = models.DateTimeField(default=timezone.now)  # WhatsApp's time of the latest message
    last_kind = models.CharField(max_length=24, blank=True, default="")
    last_text = models.CharField(max_length=160, blank=True, default="")
    last_direction = models.CharField(max_length=6, blank=True, default="")
    last_status = models.CharField(max_length=12, blank=True, default="")
    last_error = models.IntegerField(null=True, blank=True)
    last_arrival = models.BigIntegerField(default=0)  # breaks ties of one second, as in Message
    inbound_count = models.PositiveIntegerField(
        default=0
    )  # unread for an agent = this - ReadMark.seen_count
    waiting_since = models.DateTimeField(
        null=True, blank=True
    )  # the first message that nobody has answered

    last_inbound_at = models.DateTimeField(null=True, blank=True)
    last_inbound_wamid = models.CharField(max_length=160, blank=True, default="")
    window_refused_at = models.DateTimeField(
        null=True, blank=True
    )  # Meta said "closed" (131047): beats our clock until the contact writes again
    billed_until = models.DateTimeField(null=True, blank=True)
    billed_origin = models.CharField(max_length=24, blank=True, default="")
    pair_free_at = models.DateTimeField(
        null=True, blank=True
    )  # pair rate meter: see conversations/rates.py

    objects = ConversationQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contact", "number"], name="conversation_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["workspace", "status", "-last_at", "-id"], name="conversation_list"
            ),
            models.Index(
                fields=["assignee", "status", "-last_at", "-id"], name="conversation_mine"
            ),
            models.Index(fields=["workspace", "-last_at", "-id"], name="conversation_any_state"),
            models.Index(fields=["workspace", "seq"], name="conversation_changes"),
            models.Index(fields=["number", "status", "-last_at"], name="conversation_by_number"),
            models.Index(
                fields=["snoozed_until"],
                name="conversation_snoozed",
                condition=models.Q(status="snoozed"),
            ),
        ]

    def __str__(self) -> str:
        return f"conversation {self.pk}"

    @property
    def place(self) -> Place:
        return Place(self.workspace_id, self.number_id, self.team_id, self.assignee_id)

    @property
    def window(self) -> ServiceWindow:
        return ServiceWindow(
            inbound_at=self.last_inbound_at,
            conversation_plan=self.number.account.pricing_plan == PricingPlan.CONVERSATION_2022,
            billed_until=self.billed_until,
            billed_origin=self.billed_origin,
            refused_at=self.window_refused_at,
        )

    @property
    def window_closes_at(self) -> datetime | None:
        return self.window.closes_at

    @property
    def window_is_open(self) -> bool:
        return self.window.is_open(timezone.now())

    @property
    def list_position(self) -> str:
        """Sorts as text in the order of the list: latest first."""
        return f"{10**17 - round(self.last_at.timestamp() * 1_000_000):017d}.{10**12 - (self.pk or 0):012d}"

    @property
    def last_kind_label(self) -> str:
        return kind_label(self.last_kind)

    @property
    def needs_reply(self) -> bool:
        return self.waiting_since is not None

    @property
    def is_resolved(self) -> bool:
        return self.status == ConversationStatus.RESOLVED


class ReadMark(models.Model):
    """How far one agent has read one conversation. Never changes what colleagues see."""

    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="read_marks"
    )
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="read_marks"
    )
    seen_count = models.PositiveIntegerField(default=0)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agent", "conversation"], name="read_mark_once"),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} read {self.seen_count} of {self.conversation_id}"
