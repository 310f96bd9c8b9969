"""Messages that are to go out at a moment to come. They live apart from the thread until they are sent."""

from __future__ import annotations

import json
import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from conversations.models.files import MediaFile
from conversations.models.messages import Direction, Message
from conversations.models.threads import Conversation


class Scheduled(models.Model):
    """`token` becomes the message's. Words with a file or without, what the composer sends besides (`special`, as in
    `specials`), or a template; `fallback` is the template that goes out if the reply window is closed by then. It
    waits while the contact has written more than `inbound_seen`. `kind`, `text`, `content`: how it will look.
    """

    token = models.UUIDField(default=uuid.uuid4, unique=True)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="scheduled"
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    kind = models.CharField(max_length=24, blank=True, default="")
    text = models.TextField(blank=True, default="")
    content = models.JSONField(default=dict)
    special = models.JSONField(null=True)
    quoted = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="+")
    media = models.ForeignKey(MediaFile, on_delete=models.SET_NULL, null=True)
    template = models.ForeignKey(
        "templates_app.Template", on_delete=models.CASCADE, null=True, related_name="+"
    )
    values = models.JSONField(default=dict)  # of the template's variables
    fallback = models.ForeignKey(
        "templates_app.Template", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    fallback_values = models.JSONField(default=dict)
    due_at = models.DateTimeField()
    inbound_seen = models.PositiveIntegerField(default=0)
    problem = models.TextField(blank=True, default="")  # why it did not go, in the author's words
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="scheduled_due", condition=models.Q(problem="")),
        ]

    def __str__(self) -> str:
        return f"scheduled {self.token}"

    @property
    def is_answered(self) -> bool:
        """The contact wrote after it was planned: perhaps it does not fit any more."""
        return self.conversation.inbound_count > self.inbound_seen

    @property
    def is_paused(self) -> bool:
        return bool(self.problem) or self.is_answered

    @property
    def message(self) -> Message:
        """As it will stand in the thread, for the page; never saved."""
        kind = self.kind or ("template" if self.template_id else "text")
        content = self.content
        if self.template and not content:
            content = {"name": self.template.name, "category": self.template.category}
        return Message(
            token=self.token, direction=Direction.OUT, kind=kind, text=self.text, content=content,
            media=self.media, quoted=self.quoted, author=self.author,
        )  # fmt: skip

    @property
    def written(self) -> str:
        """What its form in the composer holds, as JSON: a card of ours with the words that are shown for it."""
        said: dict[str, Any] = dict(self.special or {})
        if said.get("type") == "contacts":
            card, shown = said["cards"][0], self.content["contacts"][0]
            phones: list[dict[str, str]] = shown.get("phones", [])
            said = card | {"name": shown["name"], "phone": phones[0]["phone"] if phones else ""}
            said["contact"] = card.get("contact") or ""
        return json.dumps(said, ensure_ascii=False)
