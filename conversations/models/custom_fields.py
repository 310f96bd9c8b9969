"""What a workspace wants to know of its contacts and conversations beyond our own columns: typed fields and values."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Left, Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from conversations.models.contacts import Contact
from conversations.models.threads import Conversation


class FieldOwner(models.TextChoices):
    CONTACT = "contact", _("Contact")
    CONVERSATION = "conversation", _("Conversation")


class FieldKind(models.TextChoices):
    TEXT = "text", pgettext_lazy("kind of field", "Text")
    NUMBER = "number", pgettext_lazy("kind of field", "Number")
    DATE = "date", pgettext_lazy("kind of field", "Date")
    FLAG = "flag", pgettext_lazy("kind of field", "Yes or no")
    CHOICE = "choice", pgettext_lazy("kind of field", "Choice")
    LINK = "link", pgettext_lazy("kind of field", "Link")


class CustomField(models.Model):
    """`key` is its name in files and rules and never changes; `choices` only counts where the kind is a choice."""

    workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.CASCADE, related_name="custom_fields"
    )
    of = models.CharField(max_length=12, choices=FieldOwner.choices)
    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=8, choices=FieldKind.choices, default=FieldKind.TEXT)
    choices = models.JSONField(default=list, blank=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["of", "position", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "of", "key"], name="field_key_once"),
            models.UniqueConstraint("workspace", "of", Lower("name"), name="field_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class FieldValue(models.Model):
    """One value of one contact or conversation, in the column of its kind. No row: not filled in."""

    field = models.ForeignKey(CustomField, on_delete=models.CASCADE, related_name="values")
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, null=True, related_name="field_values"
    )
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, null=True, related_name="field_values"
    )
    text = models.CharField(max_length=1000, blank=True, default="")  # text, choice, link
    number = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    day = models.DateField(null=True)
    flag = models.BooleanField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contact", "field"], name="value_once_a_contact", condition=~Q(contact=None)
            ),
            models.UniqueConstraint(
                fields=["conversation", "field"],
                name="value_once_a_conversation",
                condition=~Q(conversation=None),
            ),
            models.CheckConstraint(
                condition=Q(contact=None) ^ Q(conversation=None), name="value_of_one_owner"
            ),
        ]
        indexes: ClassVar = [
            models.Index("field", Lower(Left("text", 60)), name="value_by_text"),
            models.Index(fields=["field", "number"], name="value_by_number"),
            models.Index(fields=["field", "day"], name="value_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.field_id}: {self.text or self.number or self.day or self.flag}"
