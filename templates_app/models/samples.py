"""Files that Meta's reviewers see: ours of them, so that pages can show them and messages can carry them."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from templates_app.models.templates import Template


def sample_path(sample: SampleFile, filename: str) -> str:
    """The person's own file name never reaches the disk."""
    return f"templates/{sample.account_id}/{sample.key.hex}"


class SampleFile(models.Model):
    """One uploaded picture, film or document. `handle` is Meta's name of it, and stands in the components."""

    key = models.UUIDField(default=uuid.uuid4, unique=True)  # what the URL shows
    account = models.ForeignKey(
        "accounts.BusinessAccount", on_delete=models.CASCADE, related_name="samples"
    )
    handle = models.TextField()
    mime_type = models.CharField(max_length=120)
    filename = models.CharField(max_length=255, blank=True, default="")
    size = models.BigIntegerField(default=0)
    file = models.FileField(upload_to=sample_path, max_length=200)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["account", "handle"], name="sample_handle")]

    def __str__(self) -> str:
        return self.filename

    @property
    def is_picture(self) -> bool:
        return self.mime_type.startswith("image/")


class CardFile(models.Model):
    """The picture or film of a card whose template was made elsewhere: uploaded here, so that it can be sent."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="card_files")
    place = models.PositiveSmallIntegerField()  # from 0
    sample = models.ForeignKey(SampleFile, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["template", "place"], name="card_file_once"),
        ]

    def __str__(self) -> str:
        return f"{self.template_id} card {self.place}"
