"""A conversation: the thread that agents handle, one per contact and number."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Agent, PhoneNumber, PricingPlan
from accounts.seats import Place
from conversations.models.contacts import Contact
from conversations.models.labels import Label
from conversations.window import ServiceWindow
from conversations.words import kind_label


class ConversationStatus(models.TextChoices):
    OPEN = "open", _("Open")
    PENDING = "pending", _("Pending")
    SNOOZED = "snoozed", _("Snoozed")
    RESOLVED = "resolved", _("Resolved")


class Priority(models.IntegerChoices):
    NONE = 0, pgettext_lazy("priority", "None")
    LOW = 1, pgettext_lazy("priority", "Low")
    MEDIUM = 2, pgettext_lazy("priority", "Medium")
    HIGH = 3, pgettext_lazy("priority", "High")
    URGENT = 4, pgettext_lazy("priority", "Urgent")


class Source(models.TextChoices):
    """Who began the conversation."""

    CUSTOMER = "customer", _("The customer")
    US = "us", _("We")
    AD = "ad", _("The customer, from an ad")


class WindowEnds(models.Func):
    """conversations/window.py in SQL. Only the 2022 plan has billed conversations of origin `user_initiated`.

    Through UTC's wall clock, because PostgreSQL adds hours to an instant by the session's zone.
    """

    arity = 0
    output_field = models.DateTimeField()
    template = (
        "(CASE WHEN window_refused_at >= last_inbound_at"
        " THEN LEAST((last_inbound_at AT TIME ZONE 'UTC' + interval '24 hours') AT TIME ZONE 'UTC', window_refused_at)"
        " WHEN last_inbound_at IS NOT NULL"
        " THEN GREATEST((last_inbound_at AT TIME ZONE 'UTC' + interval '24 hours') AT TIME ZONE 'UTC',"
        " CASE WHEN billed_origin = 'user_initiated' THEN billed_until END) END)"
    )


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def after(self, seq: int) -> Self:
        return self.filter(seq__gt=seq)

    def unassigned(self) -> Self:
        return self.filter(assignee=None)

    def waiting(self) -> Self:
        """Open, unanswered and nobody's: what is handed out, and what “next” takes."""
        return self.filter(
            status=ConversationStatus.OPEN, assignee=None, waiting_since__isnull=False
        )

    def for_list(self) -> Self:
        """With all that a row of the list and a thread's header show, and no more queries."""
        return (
            self.select_related("workspace", "contact", "number__account", "assignee", "team")
            .defer("number__account__token")  # nobody sends from here: it need not be decrypted
            .prefetch_related("labels")
        )

    def for_rows(self) -> Self:
        """With what a page of rows shows: numbers and colleagues are few, so they are read apart and shared."""
        numbers = PhoneNumber.objects.select_related("account").defer("account__token")
        return self.select_related("contact").prefetch_related(
            "labels",
            models.Prefetch("number", numbers),
            models.Prefetch("assignee", Agent.objects.only("name")),
        )


class Conversation(models.Model):
    """`seq` is the version that screens hold; the `last_…` columns are what the list shows without a join."""

    workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.CASCADE, related_name="conversations", db_index=False
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="conversations", db_index=False
    )
    number = models.ForeignKey(
        "accounts.PhoneNumber",
        on_delete=models.PROTECT,
        related_name="conversations",
        db_index=False,
    )
    team = models.ForeignKey("accounts.Team", on_delete=models.SET_NULL, null=True, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="assigned",
        db_index=False,
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

    priority = models.PositiveSmallIntegerField(choices=Priority.choices, default=Priority.NONE)
    source = models.CharField(max_length=8, choices=Source.choices, default=Source.CUSTOMER)
    labels = models.ManyToManyField(Label, related_name="conversations", blank=True)
    reason = models.ForeignKey(
        "conversations.ResolveReason", on_delete=models.SET_NULL, null=True, blank=True
    )  # while it is resolved

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

    woke_at = models.DateTimeField(null=True, blank=True)  # last came back from snooze by itself
    listed_at = models.GeneratedField(  # where it stands in the list
        expression=Greatest("last_at", "woke_at"),
        output_field=models.DateTimeField(),
        db_persist=True,
    )

    last_inbound_at = models.DateTimeField(null=True, blank=True)
    last_inbound_wamid = models.CharField(max_length=160, blank=True, default="")
    window_refused_at = models.DateTimeField(
        null=True, blank=True
    )  # Meta said "closed" (131047): beats our clock until the contact writes again
    scheduled_count = models.PositiveSmallIntegerField(
        default=0
    )  # messages that wait for their hour
    billed_until = models.DateTimeField(null=True, blank=True)
    billed_origin = models.CharField(max_length=24, blank=True, default="")
    window_ends_at = (
        models.GeneratedField(  # for questions to the database; ask `window` for the rule
            expression=WindowEnds(), output_field=models.DateTimeField(null=True), db_persist=True
        )
    )
    pair_free_at = models.DateTimeField(
        null=True, blank=True
    )  # pair rate meter: see conversations/rates.py

    blocked_at = models.DateTimeField(
        null=True, blank=True
    )  # the contact cannot write here, nor we to them: repeats models.Block

    objects = ConversationQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contact", "number"], name="conversation_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["workspace", "status", "-listed_at", "-id"], name="conversation_queue"
            ),
            models.Index(
                fields=["assignee", "status", "-listed_at", "-id"], name="conversation_queue_mine"
            ),
            models.Index(fields=["workspace", "-listed_at", "-id"], name="conversation_queue_all"),
            models.Index(
                fields=["workspace", "-priority", "-listed_at", "-id"],
                name="conversation_by_priority",
            ),
            models.Index(
                fields=["workspace", "waiting_since", "id"],
                name="conversation_waiting",
                condition=~models.Q(waiting_since=None),
            ),
            models.Index(
                fields=["workspace", "window_ends_at", "id"], name="conversation_by_window"
            ),
            models.Index(fields=["workspace", "seq"], name="conversation_changes"),
            models.Index(
                fields=["number", "status", "-listed_at", "-id"], name="conversation_queue_number"
            ),
            models.Index(
                fields=["snoozed_until"],
                name="conversation_snoozed",
                condition=models.Q(status="snoozed"),
            ),
            models.Index(
                fields=["number", "resolved_at"],
                name="conversation_resolved",
                condition=models.Q(status="resolved"),
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
    def stands_at(self) -> datetime:
        """As the column `listed_at`, also before it is saved."""
        return max(self.last_at, self.woke_at) if self.woke_at else self.last_at

    @property
    def last_kind_label(self) -> str:
        return kind_label(self.last_kind)

    @property
    def waiting_scheduled(self) -> list[Any]:
        """What is to be sent later, the next one first; no query where there is nothing."""
        if not self.scheduled_count:
            return []
        rows = self.scheduled.select_related(
            "author", "media", "template", "fallback", "quoted__author"
        )
        return list(rows.order_by("due_at", "pk"))

    @property
    def priorities(self) -> list[tuple[int, str]]:
        """To choose from, as values and words."""
        return [(int(value), str(words)) for value, words in Priority.choices]

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
