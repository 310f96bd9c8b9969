"""Files that Meta's reviewers see: ours of them, so that pages can show them and messages can carry them."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

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


class MetaSampleState(models.TextChoices):
    WANTED = "wanted", _("Meta’s sample is being fetched …")
    HERE = "here", _("Fetched from Meta")
    GONE = "gone", _("Meta no longer hands out the sample.")
    FAILED = "failed", _("Meta’s sample could not be fetched. It is tried again in an hour.")
    LARGE = "large", _("Meta’s sample is too large to be kept here.")
    STRANGE = "strange", _("Meta’s sample is no file that can be shown.")


class MetaSample(models.Model):
    """A sample of a template made elsewhere: Meta tells only an address, which is good for some weeks."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="meta_samples")
    place = models.SmallIntegerField()  # a card's from 0; shown_samples.HEADER above the text
    path = models.TextField()  # of the address: the rest of it is signed anew each time
    state = models.CharField(max_length=8, choices=MetaSampleState, default=MetaSampleState.WANTED)
    sample = models.ForeignKey(SampleFile, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["template", "place"], name="meta_sample_once"),
        ]

    def __str__(self) -> str:
        return f"{self.template_id} {self.place} {self.state}"


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
