"""Messages and all that is known of their way: attempts to send, statuses, reactions."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations import statuses
from conversations.models.files import MediaFile
from conversations.models.threads import Conversation
from conversations.words import kind_label


class Direction(models.TextChoices):
    IN = "in"
    OUT = "out"
    SYSTEM = "system"  # a line in the thread: somebody changed number, a colleague took over


class MessageStatus(models.TextChoices):
    RECEIVED = statuses.RECEIVED, _("Received")
    QUEUED = statuses.QUEUED, _("Waiting to be sent")
    SENDING = statuses.SENDING, _("Being sent")
    UNKNOWN = statuses.UNKNOWN, _("Not known whether it was sent")
    ACCEPTED = statuses.ACCEPTED, _("Accepted by WhatsApp")
    SENT = statuses.SENT, _("Sent")
    FAILED = statuses.FAILED, _("Not delivered")
    DELIVERED = statuses.DELIVERED, _("Delivered")
    READ = statuses.READ, _("Read")


class MessageQuerySet(models.QuerySet["Message"]):
    def after(self, seq: int) -> Self:
        return self.filter(seq__gt=seq)

    def inbound(self) -> Self:
        return self.filter(direction=Direction.IN)

    def unsent(self) -> Self:
        """What still has to reach Meta, oldest first: the order that the customer will see."""
        return self.filter(direction=Direction.OUT, status__in=statuses.WAITING).order_by(
            "at", "pk"
        )

    def for_thread(self) -> Self:
        """With all that a bubble shows, and a fixed number of queries."""
        return self.select_related("author", "media", "quoted", "quoted__author").prefetch_related(
            models.Prefetch("reactions", Reaction.objects.exclude(emoji="").select_related("agent"))
        )


PARTIALS = dict.fromkeys(("video", "audio", "document", "sticker"), "image")
SHOWN_KINDS = frozenset(
    {
        *PARTIALS, "image", "text", "template", "location", "contacts", "interactive", "button", "order",
        "request_welcome", "unsupported",
    }
)  # fmt: skip


class Message(models.Model):
    """One message. `token` names it before Meta does: the browser makes it, the page's element carries it, and a
    second message with the same one cannot exist. `content` is as in `whatsapp.webhooks` (in) or what we send (out).
    """

    token = models.UUIDField(default=uuid.uuid4, unique=True)
    workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    number = models.ForeignKey(
        "accounts.PhoneNumber", on_delete=models.PROTECT, related_name="messages", db_index=False
    )
    direction = models.CharField(max_length=6, choices=Direction.choices)
    kind = models.CharField(max_length=24, default="text")
    text = models.TextField(blank=True, default="")
    content = models.JSONField(default=dict)
    media = models.ForeignKey(
        MediaFile, on_delete=models.SET_NULL, null=True, related_name="messages", db_index=False
    )
    template = models.ForeignKey(
        "templates_app.Template", on_delete=models.SET_NULL, null=True, db_index=False
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="messages",
        db_index=False,
    )
    source = models.CharField(
        max_length=12, default="agent"
    )  # agent, phone (echo), history, system, rule

    seq = models.BigIntegerField(default=0)
    at = models.DateTimeField()  # WhatsApp's timestamp (in), when it was queued (out)
    arrival = models.BigIntegerField(default=0)  # breaks ties of one second in the order of arrival

    wamid = models.CharField(max_length=160, blank=True, default="")
    quoted = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, related_name="quotes", db_index=False
    )
    quoted_wamid = models.CharField(max_length=160, blank=True, default="")
    is_forwarded = models.BooleanField(default=False)
    referral = models.JSONField(null=True)
    raw = models.JSONField(null=True)  # as Meta sent it

    status = models.CharField(max_length=12, choices=MessageStatus.choices, default=statuses.QUEUED)
    accepted_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    played_at = models.DateTimeField(null=True)
    error_code = models.IntegerField(null=True)
    error_details = models.TextField(blank=True, default="")  # Meta's own words
    retry_at = models.DateTimeField(
        null=True
    )  # postponed or held until then; those behind it wait too
    pricing = models.JSONField(null=True)  # Meta's pricing and conversation, as told
    edited_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["number", "wamid"], name="message_once", condition=~models.Q(wamid="")
            ),
        ]
        # Every message is written into all of these, so no column has one that another begins with, and what most
        # messages do not have is left out.
        indexes: ClassVar = [
            models.Index(fields=["conversation", "-at", "-arrival", "-id"], name="message_thread"),
            models.Index(fields=["conversation", "seq"], name="message_changes"),
            models.Index(fields=["workspace", "seq"], name="message_workspace_changes"),
            models.Index(
                fields=["conversation", "at", "id"],
                name="message_unsent",
                condition=models.Q(direction="out", status__in=["queued", "sending"]),
            ),
            models.Index(
                fields=["number", "quoted_wamid"],
                name="message_quotes_unknown",
                condition=models.Q(quoted=None) & ~models.Q(quoted_wamid=""),
            ),
            models.Index(
                fields=["number", "at"], include=["direction", "status"], name="message_of_number"
            ),
            models.Index(
                fields=["number", "at"],
                name="message_system_of_number",
                condition=models.Q(direction="system"),
            ),
            models.Index(
                fields=["number", "at"],
                name="message_error_of_number",
                condition=models.Q(error_code__isnull=False),
            ),
            *(
                models.Index(
                    fields=[name],
                    name=f"message_{name}",
                    condition=models.Q((f"{name}__isnull", False)),
                )
                for name in ("template", "author", "media", "quoted")
            ),
            BrinIndex(fields=["at"], name="message_by_time"),  # “of the last hour”, for a few pages
        ]

    def __str__(self) -> str:
        return f"message {self.token}"

    @property
    def shown_as(self) -> str:
        """The kind whose template shows this message; what we do not know is shown as such."""
        return self.kind if self.kind in SHOWN_KINDS else "unsupported"

    @property
    def partial(self) -> str:
        return f"conversations/kinds/_{PARTIALS.get(self.shown_as, self.shown_as)}.html"

    @property
    def kind_label(self) -> str:
        return kind_label(self.kind)

    @property
    def says_nothing(self) -> bool:
        """A line whose labels, priority and fields all are again as they were (conversations/activity.py)."""
        said = self.content if isinstance(self.content, dict) else {}
        if self.kind != "activity" or said.get("act") != "filed":
            return False
        is_filed = said.get("added") or said.get("removed") or said.get("fields")
        return not is_filed and said.get("priority") is None

    @property
    def is_postponed(self) -> bool:
        """Waiting for a later try, for a reason that Meta gave."""
        return (
            self.status == statuses.QUEUED and self.retry_at is not None and bool(self.error_code)
        )

    def with_words_kept(self) -> dict[str, Any]:
        """For `content`, before the words change: all that it said until now, the oldest first."""
        now = {"text": self.text, "at": (self.edited_at or self.at).isoformat()}
        return {"was": [*self.content.get("was", ()), now]}

    @property
    def earlier_words(self) -> list[tuple[datetime, str]]:
        """What it said before it was edited, and since when."""
        kept = self.content.get("was", ())
        return [(datetime.fromisoformat(one["at"]), str(one["text"])) for one in kept]

    @property
    def is_taken_back(self) -> bool:
        """By us, before Meta had it: the customer knows nothing of it."""
        return self.direction == Direction.OUT and self.revoked_at is not None and not self.wamid

    @property
    def is_held(self) -> bool:
        """Waiting for nothing but its author's second thoughts: it can still be taken back."""
        return self.status == statuses.QUEUED and self.retry_at is not None and not self.error_code

    @property
    def held_ms(self) -> int:
        """How long it can still be taken back. Said as a length: the browser's clock may be wrong."""
        left = (self.retry_at - timezone.now()).total_seconds() if self.retry_at else 0
        return max(round(left * 1000), 0)

    @property
    def can_be_sent_again(self) -> bool:
        """What the phone app could not deliver is the phone's to repeat: we hold no body of it."""
        return (
            self.direction == Direction.OUT
            and self.source not in ("phone", "history")
            and self.status in (statuses.FAILED, statuses.UNKNOWN)
            and self.revoked_at is None
        )

    @property
    def position(self) -> str:
        """Sorts as text in the order of the thread."""
        return f"{round(self.at.timestamp() * 1_000_000):017d}.{self.arrival:019d}"


class Outcome(models.TextChoices):
    CALLING = "calling"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    POSTPONED = "postponed"  # Meta certainly did not take it; there will be another call
    UNKNOWN = "unknown"


class Attempt(models.Model):
    """One call to Meta for a message. Written and committed before the call; `key` is our id in Meta's statuses."""

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attempts")
    number = models.ForeignKey("accounts.PhoneNumber", on_delete=models.PROTECT)
    n = models.PositiveSmallIntegerField(default=1)
    round = models.PositiveSmallIntegerField(default=1)  # grows when a person presses "send again"
    outcome = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.CALLING)
    status = models.CharField(max_length=12, default=statuses.SENDING)  # the ladder of this attempt
    wamid = models.CharField(max_length=160, blank=True, default="")
    error_code = models.IntegerField(null=True)
    error_details = models.TextField(blank=True, default="")
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["number", "wamid"], name="attempt_once", condition=~models.Q(wamid="")
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["message", "n"], name="attempt_of_message"),
            models.Index(
                fields=["started_at"], name="attempt_calling", condition=models.Q(outcome="calling")
            ),
        ]

    def __str__(self) -> str:
        return f"attempt {self.n} of message {self.message_id}: {self.outcome}"


class Reaction(models.Model):
    """An emoji on a message: the contact's (agent is null) or an agent's on behalf of the company.

    Taken back, it stays with an empty emoji, so that an older webhook cannot bring it back.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="reactions")
    is_ours = models.BooleanField(default=False)
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    emoji = models.CharField(max_length=32, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["message", "is_ours"], name="reaction_once_a_side"),
        ]

    def __str__(self) -> str:
        return f"{self.emoji} on {self.message_id}"


class ParkedStatus(models.Model):
    """A status whose message we do not know yet: it came before the answer to our own call."""

    number = models.ForeignKey("accounts.PhoneNumber", on_delete=models.CASCADE)
    wamid = models.CharField(max_length=160)
    status = models.CharField(max_length=12, default="")
    callback_data = models.CharField(max_length=64, blank=True, default="", db_index=True)
    body = models.JSONField()  # the status object as Meta sent it, to be parsed again
    arrived_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["number", "wamid", "status"], name="parked_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["arrived_at"], name="parked_oldest"),
        ]

    def __str__(self) -> str:
        return f"parked {self.status} of {self.wamid}"


class ParkedChange(models.Model):
    """A reaction, an edit or a deletion whose message we do not have yet. `body` holds the emoji, or the new words."""

    number = models.ForeignKey("accounts.PhoneNumber", on_delete=models.CASCADE)
    target_wamid = models.CharField(max_length=160)
    wamid = models.CharField(max_length=160)
    kind = models.CharField(max_length=12)  # "reaction", "edit", "revoke"
    is_ours = models.BooleanField(default=False)
    at = models.DateTimeField()
    body = models.JSONField()
    arrived_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["number", "target_wamid", "wamid"], name="parked_change_once"
            ),
        ]

    def __str__(self) -> str:
        return f"parked {self.kind} of {self.target_wamid}"
