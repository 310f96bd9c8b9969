"""Files that came with messages or go out with them. Each has its own retries, so no message waits for its picture."""

from __future__ import annotations

import mimetypes
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from whatsapp import file_names

PDF = "application/pdf"
SHOWN_BOX = (300, 320)
STICKER_BOX = (140, 140)


class MediaState(models.TextChoices):
    WANTED = "wanted"  # Meta holds it; we shall fetch it
    STORED = "stored"
    LOST = "lost"  # Meta no longer has it, or it is not what it says; `problem` says which


def media_path(media: MediaFile, filename: str) -> str:
    """Spread over folders by a random key; the person's own file name never reaches the disk."""
    return f"{media.workspace_id}/{media.key.hex[:2]}/{media.key.hex}"


class MediaFile(models.Model):
    key = models.UUIDField(default=uuid.uuid4, unique=True)  # what the URL shows
    workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.CASCADE, related_name="files"
    )
    number = models.ForeignKey("accounts.PhoneNumber", on_delete=models.PROTECT)
    kind = models.CharField(max_length=12)  # image, video, audio, document, sticker
    mime_type = models.CharField(max_length=120, blank=True, default="")
    filename = models.CharField(max_length=255, blank=True, default="")
    sha256 = models.CharField(max_length=64, blank=True, default="")  # hex
    size = models.BigIntegerField(default=0)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    is_voice = models.BooleanField(default=False)
    is_animated = models.BooleanField(default=False)
    file = models.FileField(upload_to=media_path, blank=True, max_length=200)
    state = models.CharField(max_length=8, choices=MediaState.choices, default=MediaState.WANTED)
    meta_id = models.CharField(max_length=64, blank=True, default="")  # Meta's id of it
    meta_id_until = models.DateTimeField(
        null=True, blank=True
    )  # 7 days from a webhook, 30 from an upload
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True, default=timezone.now)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    problem = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["next_try_at"], name="media_wanted", condition=models.Q(state="wanted")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def shown_name(self) -> str:
        """As people read it: a customer may call a file anything."""
        return file_names.plain(self.filename)

    @property
    def extension(self) -> str:
        """With its dot: of the file's name, else of its type; empty if neither tells."""
        _name, dot, ending = self.filename.rpartition(".")
        if dot and ending.isalnum() and len(ending) <= 5:
            return f".{ending.lower()}"
        return mimetypes.guess_extension(self.mime_type.partition(";")[0]) or ""

    @property
    def is_paper(self) -> bool:
        """Whether a browser may show it in a frame: a PDF. The view looks at the first bytes too."""
        return self.mime_type.partition(";")[0].strip().lower() == PDF

    def _shrunk(self) -> tuple[int, int]:
        """Width and height within the box that a bubble gives to a picture."""
        width, height = self.width or SHOWN_BOX[0], self.height or SHOWN_BOX[1] * 3 // 4
        box = STICKER_BOX if self.kind == "sticker" else SHOWN_BOX
        scale = min(box[0] / width, box[1] / height, 1)
        return max(round(width * scale), 1), max(round(height * scale), 1)

    @property
    def shown_width(self) -> int:
        return self._shrunk()[0]

    @property
    def shown_height(self) -> int:
        return self._shrunk()[1]

    @property
    def is_stored(self) -> bool:
        return self.state == MediaState.STORED
