"""A person on WhatsApp, and all the ids that Meta may call them by."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce, Lower, NullIf, Upper
from django.utils import timezone
from django.utils.translation import gettext

from accounts import masking
from accounts.models import initials

# The order of a list by name: those without one come first, by nothing that says who they are.
BY_NAME = Lower(Coalesce(NullIf("name", Value("")), NullIf("profile_name", Value("")), "username"))


def called(word: str) -> Q:
    """Contacts with this word in a name, a company or an address."""
    return (
        Q(name__icontains=word)
        | Q(profile_name__icontains=word)
        | Q(username__icontains=word.removeprefix("@"))
        | Q(email__icontains=word)
        | Q(company__icontains=word)
    )


class Contact(models.Model):
    """One person in one workspace. `phone` and `user_id` repeat the identifiers that we send to."""

    workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.CASCADE, related_name="contacts"
    )
    name = models.CharField(
        max_length=160, blank=True, default=""
    )  # given by an agent; wins over the profile
    profile_name = models.CharField(max_length=160, blank=True, default="")
    username = models.CharField(max_length=160, blank=True, default="")
    phone = models.CharField(max_length=20, blank=True, default="")  # Meta's wa_id, digits as given
    user_id = models.CharField(max_length=140, blank=True, default="")  # BSUID
    language = models.CharField(max_length=8, blank=True, default="")
    email = models.EmailField(blank=True, default="")
    company = models.CharField(max_length=160, blank=True, default="")
    marketing_stopped_at = models.DateTimeField(null=True, blank=True)
    marketing_said_at = models.DateTimeField(null=True, blank=True)  # the latest word on it
    profile_at = models.DateTimeField(null=True, blank=True)  # how old name and ids are
    erased_at = models.DateTimeField(null=True, blank=True)  # nothing here says any more who it was
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )  # by hand
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [
            models.Index("workspace", BY_NAME, "id", name="contact_by_name"),
            GinIndex(
                OpClass(Upper("email"), name="gin_trgm_ops"),
                OpClass(Upper("company"), name="gin_trgm_ops"),
                name="contact_work",
            ),
            GinIndex(  # as `icontains` asks: search.py
                OpClass(Upper("name"), name="gin_trgm_ops"),
                OpClass(Upper("profile_name"), name="gin_trgm_ops"),
                OpClass(Upper("username"), name="gin_trgm_ops"),
                OpClass("phone", name="gin_trgm_ops"),
                name="contact_words",
            ),
            models.Index(fields=["workspace", "-id"], name="contact_latest"),
        ]

    has_new_profile = False  # set by identity.py where what Meta says of them has just changed

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        handle = f"@{self.username}" if self.username else ""
        if named := self.name or self.profile_name:
            return masking.name(named) or self._nobody
        return handle or self.shown_phone or self.user_id or self._nobody

    @property
    def shown_phone(self) -> str:
        """As the viewer may see it: accounts/masking.py."""
        return masking.phone(self.phone, pretty=False)

    @property
    def _nobody(self) -> str:
        """For those whom nothing names that may be shown: still told apart."""
        words = gettext("Erased person") if self.erased_at else gettext("Customer")
        return f"{words} {self.pk}" if self.pk else words

    @property
    def initials(self) -> str:
        """Two letters of the name; for somebody known by a handle or a number only, what tells them apart."""
        if self.name or self.profile_name:
            return initials(self.shown_name)
        return "@" if self.username else self.shown_phone[-2:] or "?"

    @property
    def hue(self) -> int:
        """One of twelve colours for the face; the same one everywhere and for ever."""
        return self.pk % 12 if self.pk else 0


class IdentifierKind(models.TextChoices):
    WA_ID = "wa_id"
    USER_ID = "user_id"
    PARENT_USER_ID = "parent_user_id"


class Identifier(models.Model):
    """One id of a contact. A contact has any number; no two contacts of a workspace share one.

    `moved_at`: the person left this id then. What was said under it before is still theirs; later it may be
    somebody else's.
    """

    workspace = models.ForeignKey("accounts.Workspace", on_delete=models.CASCADE)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="identifiers")
    kind = models.CharField(max_length=16, choices=IdentifierKind.choices)
    value = models.CharField(max_length=260)
    created_at = models.DateTimeField(default=timezone.now)
    moved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "kind", "value"],
                name="identifier_once",
                condition=models.Q(moved_at=None),
            ),
            models.UniqueConstraint(
                fields=["workspace", "kind", "value", "moved_at"], name="identifier_left_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"
