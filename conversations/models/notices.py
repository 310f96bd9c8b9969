"""What agents wish to be told of, and the browsers that take pushes while no page of ours is open."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.secrets import SecretField
from conversations.notifying import Scope, Wishes


class NoticeWish(models.Model):
    """An agent without a row has never asked: the defaults hold (NoticeWish.of)."""

    SCOPES: ClassVar = [
        (Scope.OPEN, _("My conversations, and those nobody has taken yet")),
        (Scope.MINE, _("My conversations only")),
        (Scope.ALL, _("Every conversation I can see")),
        (Scope.NONE, _("Nothing but mentions")),
    ]
    SOUNDS: ClassVar = [
        ("chime", _("Chime")),
        ("drop", _("Drop")),
        ("knock", _("Knock")),
        ("bell", _("Bell")),
        ("none", _("No sound")),
    ]

    agent = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_wish"
    )
    scope = models.CharField(max_length=8, choices=SCOPES, default=Scope.OPEN)
    sound = models.CharField(max_length=8, choices=SOUNDS, default="chime")
    only_hidden = models.BooleanField(default=True)
    desktop = models.BooleanField(default=True)
    mail = models.BooleanField(default=True)
    quiet_numbers = ArrayField(models.BigIntegerField(), default=list)
    quiet_teams = ArrayField(models.BigIntegerField(), default=list)

    def __str__(self) -> str:
        return f"{self.agent_id}: {self.scope}"

    @property
    def wishes(self) -> Wishes:
        quiet = frozenset(self.quiet_numbers), frozenset(self.quiet_teams)
        return Wishes(self.agent_id, Scope(self.scope), *quiet)


class PushSubscription(models.Model):
    """One browser of one agent. The address is a push service's; what we send there only that browser can read."""

    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="pushes"
    )
    endpoint = models.URLField(max_length=1000, unique=True)
    p256dh = models.CharField(max_length=120)
    auth = SecretField()
    browser = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.browser}"


class PushKey(models.Model):
    """The one key by which push services know this installation (VAPID, RFC 8292). Made when first needed."""

    is_only = models.BooleanField(default=True, unique=True)
    private = SecretField()  # 32 bytes, base64url
    public = models.CharField(max_length=100)  # the uncompressed point, base64url: browsers get it
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(is_only=True), name="push_key_only_one"),
        ]

    def __str__(self) -> str:
        return self.public
